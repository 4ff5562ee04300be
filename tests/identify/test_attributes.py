"""Patterns of .gitattributes match what git's do, in time that does not grow with their stars."""

from __future__ import annotations

import re
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from updater.identify.attributes import _translated
from updater.identify.exact import Inexact

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = st.lists(
    st.sampled_from(["a", "b", "/", "*", "?", "[ab]", "[a-b]", "**/", "/**", ".", "*a", "*b*"]),
    min_size=1,
    max_size=8,
).map("".join)
PATHS = st.text(alphabet="ab./", min_size=1, max_size=10)


def plainly(pattern: bytes, *, whole: bool) -> re.Pattern[bytes]:
    """Return a pattern as an expression that tries every way."""
    made = b""
    pattern = pattern.removeprefix(b"/")
    for found in re.finditer(rb"\*\*/|\*\*|\*|\?|\[[^\]]*\]|.", pattern):
        match found[0]:
            case b"**/" if whole:
                made += rb"(?:.*/)?"
            case b"**" if whole:
                made += rb".*"
            case b"*" | b"**":
                made += rb"[^/]*" if whole else rb".*"
            case b"**/":
                made += rb".*/"
            case b"?":
                made += rb"[^/]"
            case other:
                made += other if other.startswith(b"[") else re.escape(other)
    return re.compile(made, re.DOTALL)


@given(PATTERNS, PATHS)
@settings(max_examples=300, deadline=None)
def test_a_star_is_tried_in_the_one_way_that_counts(pattern: str, path: str) -> None:
    own = pattern.encode()
    whole = b"/" in own
    tried = path if whole else path.replace("/", "")
    try:
        made = _translated(own, whole)
    except Inexact:
        return
    expected = plainly(own, whole=whole).fullmatch(tried.encode())
    assert bool(made.fullmatch(tried.encode())) == bool(expected)


FITTING = [
    ("*a*b", "xaxb"),
    ("*a*a", "aXa"),
    ("a*/b*c", "ax/bxc"),
    ("**/a*b/*c", "x/y/aab/c"),
    ("a/**/b*", "a/x/y/bb"),
    ("/*a/b", "aa/b"),
]
OTHERS = [("*a*b", "xbxa"), ("a*/b", "a/x/b"), ("a*b*c", "abd"), ("**/a*b/c", "aab/x/c")]


@pytest.mark.parametrize(("pattern", "path"), [*FITTING, *OTHERS])
def test_git_says_the_same(tmp_path: Path, pattern: str, path: str) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitattributes").write_text(f"{pattern} mark\n")
    said = subprocess.run(
        ["git", "check-attr", "mark", "--", path], cwd=tmp_path, check=True, capture_output=True
    ).stdout
    fits = _translated(pattern.encode(), "/" in pattern).fullmatch(path.encode()) is not None
    assert said.endswith(b"mark: set\n" if fits else b"mark: unspecified\n")
    assert fits == ((pattern, path) in FITTING)


SLOW = {
    "stars": (b"*a" * 40 + b"b", b"a" * 4_000),
    "stars in a path": (b"x/" + b"*a" * 40 + b"b", b"x/" + b"a" * 4_000),
    "stars in folders": (b"*a/" * 20 + b"b", b"a/" * 2_000),
    "trees": (b"**/a/**/b*c*d", b"a/b/" * 500),
    "many trees": (b"**/a/" * 20 + b"b", b"a/" * 2_000),
}


@pytest.mark.parametrize(("pattern", "path"), SLOW.values(), ids=SLOW)
def test_no_pattern_takes_long(pattern: bytes, path: bytes) -> None:
    started = time.process_time()
    try:
        assert _translated(pattern, b"/" in pattern).fullmatch(path) is None
    except Inexact:
        assert pattern.count(b"**") > 2
    assert time.process_time() - started < 1
