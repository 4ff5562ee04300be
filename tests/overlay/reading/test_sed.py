"""What an expression of sed makes of a text is what GNU sed makes of it, or it is not read."""

from __future__ import annotations

import subprocess

import pytest

from updater.overlay.reading import sed

TEXT = """\
dependencies = [
    "numpy>=1.21,<2",
    "scipy<=1.10.0",  # a/b
    "torch==2.0.1", "torch==2.0.1",
    'einops',
]
x = [a-b] & c | d (e) {f} g+ h? \\ *
"""

READ = [
    "s/<2//",
    "s/numpy>=1.21,<2/numpy/",
    r"s/scipy<=1\.10\.0/scipy/g",
    "s|# a/b||",
    r"s/# a\/b//",
    "s/torch==2.0.1/torch/",
    "s/torch==2.0.1/torch/g",
    "s/torch.*//",
    "s/==[0-9.]*//g",
    r"s/\[a-b\]/x/",
    r"s/c/\&/",
    "s/ (e)/x/",
    "s/g+/x/",
    "s/h?/x/",
    "s/{f}/x/",
    "s/d | d/x/",
    "s/^x/y/",
    "s/[^a-z]*numpy/y/",
    r"s,scipy<=1\.10\.0\,,y,",
    "/einops/d",
    r"/a\/b/d",
    "/nothing/d",
    "s/nothing/x/",
]
NOT_READ = [
    "s/*$/y/",
    "/^]/d",
    "s/numpy/x/2",
    "s/numpy/x/I",
    "s/numpy/[&]/",
    r"s/\(numpy\)/\1/",
    r"s/numpy\+/x/",
    r"s/a\|b/x/",
    r"s/\<numpy\>/x/",
    r"s/\bnumpy/x/",
    "s/[[:space:]]*$/x/",
    "s/a.*b.*c.*d.*e/x/",
    "s//x/",
    "s/x/y",
    "1d",
    "/a/,/b/d",
    "/a/!d",
    "y/a/b/",
    "s/x/y/;s/z/a/",
    "p",
    "",
    f"s/{'a' * 300}/x/",
]


@pytest.mark.parametrize("text", READ)
def test_it_changes_what_gnu_sed_changes(text: str) -> None:
    expression = sed.read(text)
    assert expression is not None
    changed = subprocess.run(
        ["sed", text], input=TEXT, capture_output=True, check=True, text=True
    ).stdout
    assert expression.applied(TEXT) == (changed if changed != TEXT else None)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_not_plain_is_not_read(text: str) -> None:
    assert sed.read(text) is None


def test_signs_of_an_extended_expression_are_operators() -> None:
    for text in ("s/g+/x/", "s/(e)/x/", "s/h?/x/", "s/{f}/x/", "s/a|b/x/"):
        assert sed.read(text, extended=True) is None
    assert sed.read("s/torch==2/x/", extended=True) is not None


@pytest.mark.parametrize(
    ("old", "new"), [("scipy<=1.10.0", "scipy"), ("# a/b", "# c"), ("[a-b] &", "&\\")]
)
def test_a_written_expression_replaces_that_text_alone(old: str, new: str) -> None:
    text = sed.replacing(old, new)
    assert text is not None
    expression = sed.read(text)
    assert expression is not None
    assert expression.literal == old
    assert expression.applied(TEXT) == TEXT.replace(old, new)
