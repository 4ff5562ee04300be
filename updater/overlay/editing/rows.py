"""An element more or less in a list whose order counts: at its place, in the style of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Edit, Span
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.syntax import NixText


class Rows(Struct, frozen=True):
    """A list as it stands in its file.

    Attributes:
        brackets: the list, with its brackets.
    """

    data: bytes
    brackets: Span
    elements: tuple[Span, ...]
    comments: tuple[Span, ...]

    @classmethod
    def of(cls, text: NixText, brackets: Span) -> Rows:
        """Return the rows of the list at a place."""
        node = syntax.innermost(text.root, brackets, ("list_expression",))
        elements = tuple(map(syntax.span, node.children_by_field_name("element")))
        comments = tuple(_comment(part, text) for part in node.children if part.type == "comment")
        return cls(text.data, brackets, elements, comments)

    def ends_block(self, index: int) -> bool:
        """Tell whether an empty line or a comment of its own parts an element from the one before.

        That is so at the end of the list, too.
        """
        if not 0 < index < len(self.elements):
            return True
        between = self.data[self._end(index - 1) : self.elements[index].start]
        return b"\n" in between[between.find(b"\n") + 1 :] or b"#" in between or b"/*" in between

    def inserted(self, index: int, new: str) -> Edit:
        """Return the edit that puts an element before another one, or at the end."""
        written = new.encode()
        if not self.elements:
            return self._first(written)
        if index == 0:
            first = self.elements[0]
            before = self._indent(first.start)
            separator = b" " if before is None else self._line_end() + before
            return Edit(Span(first.start, first.start), written + separator)
        previous = self.elements[index - 1]
        if not self._has_lines(index):
            return Edit(Span(previous.end, previous.end), b" " + written)
        end = self._end(index - 1)
        return Edit(Span(end, end), self._line_end() + self._column(previous.start) + written)

    def taken_out(self, index: int) -> Edit:
        """Return the edit that takes an element out, with its line where it has one."""
        data, element = self.data, self.elements[index]
        start, end = data.rfind(b"\n", 0, element.start) + 1, self._end(index)
        rest = data.find(b"\n", end)
        if self._indent(element.start) is not None and rest >= 0:
            if not data[end:rest].strip():
                return Edit(Span(start, rest + 1), b"")
            before = start - 1 - (data[start - 2 : start - 1] == b"\r")
            if index and before >= 0 and self.elements[index - 1].end == before:
                return Edit(Span(before, element.end), b"")  # the bracket follows on the line
        before = len(data[: element.start].rstrip(b" \t"))
        if data[before - 1 : before] != b"\n":
            return Edit(Span(before, element.end), b"")
        after = element.end + len(data[element.end :]) - len(data[element.end :].lstrip(b" \t"))
        return Edit(Span(element.start, after), b"")

    def row(self, index: int) -> str:
        """Return an element with the comment behind it on its line."""
        end = self._end(index) if self._has_lines(index + 1) else self.elements[index].end
        return self.data[self.elements[index].start : end].decode()

    def _first(self, written: bytes) -> Edit:
        start, end = self.brackets.start + 1, self.brackets.end - 1
        inside = self.data[start:end]
        if b"\n" not in inside:
            if inside.strip():  # a comment
                return Edit(Span(end, end), written + b" ")
            return Edit(Span(start, start), b" " + written if inside else written)
        line = self.data.rfind(b"\n", 0, end) + 1
        if self.data[line:end].strip():
            return Edit(Span(end, end), b" " + written + b" ")
        column = self._column(self.comments[-1].start) if self.comments else self._closing() + b"  "
        return Edit(Span(line, line), column + written + self._line_end())

    def _closing(self) -> bytes:
        end = self.brackets.end - 1
        return self.data[self.data.rfind(b"\n", 0, end) + 1 : end]

    def _has_lines(self, index: int) -> bool:
        """Tell whether an element at a place stands on another line than the one before it."""
        previous = self.elements[index - 1]
        if index < len(self.elements):
            return b"\n" in self.data[previous.end : self.elements[index].start]
        if index > 1:
            return b"\n" in self.data[self.elements[index - 2].end : previous.start]
        return b"\n" in self.data[self.brackets.start : previous.start]

    def _end(self, index: int) -> int:
        """Return the end of an element, with the comments behind it that begin on its line."""
        end = self.elements[index].end
        for comment in self.comments:
            if comment.start >= end and not self.data[end : comment.start].strip(b" \t"):
                end = comment.end
        return end

    def _indent(self, start: int) -> bytes | None:
        """Return what stands before a place on its line, None where that is more than space."""
        before = self.data[self.data.rfind(b"\n", 0, start) + 1 : start]
        return before if not before.strip() else None

    def _column(self, start: int) -> bytes:
        """Return the white space that brings text below the first element of a line."""
        line = self.data.rfind(b"\n", 0, start) + 1
        first = next((own.start for own in self.elements if own.start >= line), start)
        before = self.data[line : min(first, start)]
        return b"".join(b"\t" if byte == ord("\t") else b" " for byte in before)

    def _line_end(self) -> bytes:
        return b"\r\n" if b"\r\n" in self.data else b"\n"


def _comment(node: Node, text: NixText) -> Span:
    """Return where a comment stands, without the first half of the line's end."""
    written = text.data[node.start_byte : node.end_byte]
    return Span(node.start_byte, node.start_byte + len(written.rstrip(b"\r\n")))
