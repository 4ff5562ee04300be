"""What cannot be parsed, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Span
from updater.text import printable

if TYPE_CHECKING:
    from updater.overlay.reading.syntax import NixText

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_EXCERPT = 120


class Problem(Struct, frozen=True):
    """A place that cannot be parsed: byte span, line and column from 1, the line's text."""

    span: Span
    line: int
    column: int
    excerpt: str
    what: str = "cannot parse"
    hint: str = "fix the syntax, or leave the file out of `overlays:`"

    def __str__(self) -> str:
        return f"{self.what} line {self.line}, column {self.column}\n{self.excerpt}".rstrip("\n")


def unparsed(source: NixText) -> list[Span]:
    """Return the places that cannot be parsed, in file order, the outermost of nested ones.

    A byte order mark, which Nix rejects, concerns the whole file.
    """
    if source.data.startswith(_BYTE_ORDER_MARK):
        return [Span(0, len(source.data))]
    places: list[Span] = []
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        if not node.has_error:
            continue
        if node.is_error or node.is_missing:
            places.append(Span(node.start_byte, max(node.end_byte, node.start_byte + 1)))
        else:
            waiting.extend(reversed(node.children))
    return places


def problem_at(data: bytes, where: Span) -> Problem:
    """Return the problem that these bytes are, with the line they start on."""
    start = where.start
    if data.startswith(_BYTE_ORDER_MARK) and start == 0:
        return Problem(where, 1, 1, "", "Nix rejects the byte order mark at")
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", start)
    line = data[line_start : line_end if line_end >= 0 else len(data)]
    shown = printable(line.decode("utf-8", "replace"))
    before = data[line_start:start].decode("utf-8", "replace")
    column = len(printable(before))
    first = max(0, column - _LONGEST_EXCERPT // 2)
    shown = shown[first : first + _LONGEST_EXCERPT]
    caret = "".join("\t" if letter == "\t" else " " for letter in shown[: column - first]) + "^"
    number = data.count(b"\n", 0, start) + 1
    return Problem(where, number, len(before) + 1, f"{shown}\n{caret}")
