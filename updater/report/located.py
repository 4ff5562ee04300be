"""A finding with its place in lines and columns, and the line itself, for people and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.text import printable

if TYPE_CHECKING:
    from updater.model import Span
    from updater.model.finding import Finding


class Region(Struct, frozen=True):
    """Where some text stands; lines and columns count from 1, columns in characters.

    Attributes:
        end_column: behind the last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class LocatedFinding(Struct, frozen=True):
    """A finding and its place.

    Attributes:
        source: the line that it begins on, without its end.
        caret: spaces and ``^`` that show the text below that line.
    """

    finding: Finding
    region: Region
    source: str
    caret: str


def region_of(span: Span, data: bytes) -> Region:
    """Return a byte range as lines and columns."""
    start = data.rfind(b"\n", 0, span.start) + 1
    line = data.count(b"\n", 0, start) + 1
    column = _characters(data[start : span.start]) + 1
    inside = data[span.start : span.end]
    lines = inside.count(b"\n")
    last = span.start + inside.rfind(b"\n") + 1 if lines else start
    return Region(line, column, line + lines, _characters(data[last : span.end]) + 1)


def located(finding: Finding, data: bytes) -> LocatedFinding:
    """Find a finding's place in its file."""
    span = finding.span
    region = region_of(span, data)
    start = data.rfind(b"\n", 0, span.start) + 1
    end = data.find(b"\n", span.start)
    end = len(data) if end < 0 else end
    line = data[start:end].rstrip(b"\r")
    before = printable(data[start : span.start].decode("utf-8", "replace"))
    inside = printable(data[span.start : min(span.end, end)].rstrip().decode("utf-8", "replace"))
    space = " " * len(before)
    if "\t" in before:
        space = "".join("\t" if letter == "\t" else " " for letter in before)
    source = printable(line.decode("utf-8", "replace"))
    return LocatedFinding(finding, region, source, f"{space}{'^' * max(1, len(inside))}")


def _characters(text: bytes) -> int:
    return len(text) if text.isascii() else len(text.decode("utf-8", "replace"))
