"""Comments that allow what a rule would tell: ``# updater: allow RULE REASON``.

An allowance is about its own line; where nothing else stands on that, about the line below it and
the whole binding that begins there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Span
from updater.overlay.reading import syntax
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(rb"#[ \t]*updater:[ \t]*allow(?![\w-])(?P<text>[^\r\n]*)")
_COMMENT_LINE = re.compile(rb"[ \t]*#")


class Allowance(Struct, frozen=True, array_like=True):
    """A comment that allows something.

    Attributes:
        span: the comment.
        covers: the text that it is about.
        rule: its name as it is written, which may be that of no rule; or an empty string.
        reason: why; empty where none is given.
    """

    file: str
    span: Span
    covers: Span
    rule: str
    reason: str


def allowances(file: str, data: bytes, text: syntax.NixText | None = None) -> tuple[Allowance, ...]:
    """Return the allowances of a file, in its order."""
    if b"updater:" not in data:
        return ()
    return tuple(_allowances(file, data, text or syntax.parse(data)))


def _allowances(file: str, data: bytes, text: syntax.NixText) -> Iterator[Allowance]:
    for match in _COMMENT.finditer(data):
        node = text.root.descendant_for_byte_range(*match.span())
        if node is None or node.type != "comment" or node.start_byte != match.start():
            continue
        words = printable(match["text"].decode("utf-8", "replace")).split(maxsplit=1)
        rule = words[0].rstrip(":") if words else ""
        reason = words[1].strip() if words[1:] else ""
        where = Span(*match.span())
        yield Allowance(file, where, _covered(data, where, text), rule, reason)


def _covered(data: bytes, comment: Span, text: syntax.NixText) -> Span:
    start = data.rfind(b"\n", 0, comment.start) + 1
    end = _line_end(data, comment.end)
    if data[start : comment.start].strip():
        return Span(start, end)
    while end < len(data) and _COMMENT_LINE.match(data, end + 1):
        end = _line_end(data, end + 1)
    below = min(end + 1, len(data))
    last = _line_end(data, below)
    first = below + len(data[below:last]) - len(data[below:last].lstrip())
    node = text.root.descendant_for_byte_range(first, first + 1) if first < last else None
    while node is not None and node.parent is not None and node.type != "binding":
        node = node.parent
    if node is not None and node.type == "binding" and node.start_byte == first:
        last = max(last, node.end_byte)
    return Span(below, last)


def _line_end(data: bytes, place: int) -> int:
    end = data.find(b"\n", place)
    return len(data) if end < 0 else end
