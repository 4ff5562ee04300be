"""METADATA and PKG-INFO are read as the standard library reads the headers of a mail."""

from __future__ import annotations

import email.parser
from importlib import metadata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from updater.metadata import headers

INSTALLED = sorted(
    {one.name: one.read_text("METADATA") or "" for one in metadata.distributions()}.items()
)
LINES = st.one_of(
    st.sampled_from(
        [
            "Name: a",
            "Version: 1.2",
            "License: MIT",
            "        and more",
            "\tmore",
            "",
            " ",
            "Requires-Dist: a>1; extra == 'x'",
            "Requires-Dist:b",
            "Dynamic : version",
            "a description",
            "name:",
            "License: \u00df",
        ]
    ),
    st.text(alphabet="aB: \t-\r", max_size=10),
)


def standard(data: bytes) -> list[tuple[str, str]]:
    """Return what the standard library makes of a file whose text is UTF-8."""
    text = data.decode()
    message = email.parser.HeaderParser().parsestr(text)
    return [
        (name.lower(), value.replace("\r\n", "\n").replace("\r", "\n"))
        for name, value in message.items()
    ]


def own(data: bytes) -> list[tuple[str, str]]:
    return list(headers.parsed(data).listed)


@pytest.mark.parametrize(
    "text", [text for _, text in INSTALLED], ids=[name for name, _ in INSTALLED]
)
def test_real_metadata_is_read_the_same(text: str) -> None:
    assert own(text.encode()) == standard(text.encode())


@given(st.lists(LINES, max_size=12).map("\n".join))
@settings(max_examples=300, deadline=None)
@example("Name: a\r\n b\r\n\r\nc: d")
def test_the_standard_library_reads_the_same(text: str) -> None:
    assert own(text.encode()) == standard(text.encode())
