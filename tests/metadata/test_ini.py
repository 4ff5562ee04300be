"""setup.cfg is read as configparser reads it with its defaults, and so setuptools."""

from __future__ import annotations

import configparser

from hypothesis import example, given, settings
from hypothesis import strategies as st

from updater.metadata import ini

LINES = st.one_of(
    st.sampled_from(
        [
            "[metadata]",
            "[options]",
            "[DEFAULT]",
            "[options.extras_require]",
            "[a]b]",
            "[]",
            "[",
            " [metadata]",
            "version = 1.2",
            "Version: 1.2 = x",
            "version=",
            "= x",
            "install_requires =",
            "    a>1",
            "\ta",
            "    # a comment",
            "# a comment",
            "; another",
            "",
            "   ",
            "a",
            "python_requires = >=3.9",
            "\u00a0\u2003x = y",
            "x = y\r",
            "e\u0301 = \u00df",
            "name = a ; b # c",
        ]
    ),
    st.text(alphabet="ab [];#=:\t\r.", max_size=12),
)


def standard(text: str) -> dict[str, dict[str, str]] | None:
    """Return what the standard library makes of a file."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {name: dict(parser.items(name)) for name in parser.sections()}


@given(st.lists(LINES, max_size=14).map("\n".join))
@settings(max_examples=300, deadline=None)
@example("[a]\nx = 1\n\n  2\n\n\ny = 3")
@example("[a]\nx = 1\n# c\n  2")
@example("[a]\n  x = 1\n    2\n  y = 3")
@example("[DEFAULT]\nx = 1\n[a]\ny = 2\n[DEFAULT]\nz = 3")
@example("[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2")
@example("\ufeff[a]\nx = 1")
def test_the_standard_library_reads_the_same(text: str) -> None:
    read = ini.parsed(text.encode())
    own = None
    if read is not None:
        own = {name: read.options(name) for name in read.sections if name != "DEFAULT"}
    assert own == standard(text)
