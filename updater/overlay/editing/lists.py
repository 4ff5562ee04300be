"""Where a list's new element goes, and how a new binding is written: in the file's style."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDENT = re.compile(rb"[ \t]*")
_FEWEST = 3  # elements that are in order by more than chance


def joined(data: bytes, brackets: Span, elements: Sequence[tuple[str, Span]], new: str) -> Edit:
    """Return the edit that puts an element into a list.

    It stands on a line of its own where its neighbours do, among them where they are in order, else
    behind the last of those that no comment or empty line parts.

    Args:
        data: the file.
        brackets: the list, with its brackets.
        elements: what they are sorted by, with where they stand, in order.
        new: the element as it is written.
    """
    written = new.encode()
    if not elements:
        return _alone(data, brackets, written)
    if not _has_rows(data, elements):
        return _in_row(data, elements, written)
    block = _last_block(data, brackets, elements)
    rows = {data.rfind(b"\n", 0, where.start) for _, where in block}
    if len(rows) < len(block):  # several a line
        end = block[-1][1].end
        return Edit(Span(end, end), b" " + written)
    names = [name for name, _ in block]
    later = _place(names, new)
    if later is not None:
        start = data.rfind(b"\n", 0, block[later][1].start) + 1
        return Edit(Span(start, start), _indent(data, start) + written + _line_end(data, start))
    last = block[-1][1]
    end = data.find(b"\n", last.end)
    end = last.end if end < 0 or end > brackets.end else end - (data[end - 1 : end] == b"\r")
    start = data.rfind(b"\n", 0, last.start) + 1
    return Edit(Span(end, end), _line_end(data, start) + _indent(data, start) + written)


def _alone(data: bytes, brackets: Span, written: bytes) -> Edit:
    """Return the edit that puts the first element into a list, behind the comments in it."""
    inside = data[brackets.start + 1 : brackets.end - 1]
    if not inside.strip():
        return Edit(Span(brackets.start + 1, brackets.end - 1), b" " + written + b" ")
    end = brackets.start + 1 + len(inside.rstrip())
    if b"\n" not in inside:
        return Edit(Span(end, end), b" " + written)
    start = data.rfind(b"\n", 0, end) + 1
    indent = _indent(data, start) + (b"  " if start <= brackets.start else b"")
    return Edit(Span(end, end), _line_end(data, end + 1) + indent + written)


def bound(data: bytes, after: Span, binding: str) -> Edit:
    """Return the edit that puts a binding behind another one.

    Args:
        data: the file.
        after: the other one, with its semicolon.
        binding: the new one, without a margin where it has several lines.
    """
    start = data.rfind(b"\n", 0, after.start) + 1
    alone = not data[start : after.start].strip()
    end = data.find(b"\n", after.end) if alone else -1
    if end < 0 or not _is_quiet(data[after.end : end]):
        return Edit(Span(after.end, after.end), b" " + binding.encode())
    end -= data[end - 1 : end] == b"\r"
    lines = (_indent(data, start) + line.encode() for line in binding.split("\n"))
    return Edit(Span(end, end), b"".join(_line_end(data, start) + line for line in lines))


def without(data: bytes, element: Span) -> Edit:
    """Return the edit that takes an element out, with its line where it has one."""
    start = data.rfind(b"\n", 0, element.start) + 1
    end = data.find(b"\n", element.end)
    if end >= 0 and not data[start : element.start].strip() and _is_quiet(data[element.end : end]):
        return Edit(Span(start, end + 1), b"")
    before = len(data[: element.start].rstrip(b" \t"))
    return Edit(Span(before, element.end), b"")


def without_binding(data: bytes, statement: Span) -> Edit:
    """Return the edit that takes out a binding with its lines and the comment right above it."""
    start = data.rfind(b"\n", 0, statement.start) + 1
    end = data.find(b"\n", statement.end)
    if data[start : statement.start].strip() or end < 0 or data[statement.end : end].strip():
        return Edit(statement, b"")
    while start:
        above = data.rfind(b"\n", 0, start - 1) + 1
        line = data[above : start - 1].strip()
        if not line.startswith(b"#") or b"updater:" in line:
            break
        start = above
    rest = end + 1
    # Of two empty lines around it, one is left.
    if (
        data[:start].endswith((b"\n\n", b"\n\r\n"))
        and data[rest : rest + 2].lstrip(b"\r")[:1] == b"\n"
    ):
        rest = data.index(b"\n", rest) + 1
    return Edit(Span(start, rest), b"")


def _has_rows(data: bytes, elements: Sequence[tuple[str, Span]]) -> bool:
    first, last = elements[0][1], elements[-1][1]
    before = data[data.rfind(b"\n", 0, first.start) + 1 : first.start]
    return b"\n" in data[first.start : last.end] or not before.strip()


def _in_row(data: bytes, elements: Sequence[tuple[str, Span]], written: bytes) -> Edit:
    names = [name for name, _ in elements]
    later = _place(names, written.decode()) if len(names) >= _FEWEST else None
    if later is None:
        end = elements[-1][1].end
        return Edit(Span(end, end), b" " + written)
    start = elements[later][1].start
    del data
    return Edit(Span(start, start), written + b" ")


def _last_block(
    data: bytes, brackets: Span, elements: Sequence[tuple[str, Span]]
) -> Sequence[tuple[str, Span]]:
    """Return the last elements that stand line by line, plain ones among them if there are any."""
    blocks: list[list[tuple[str, Span]]] = []
    end = brackets.start
    for element in elements:
        between = data[end : element[1].start]
        parted = between.count(b"\n") > 1
        if parted or not blocks:
            blocks.append([])
        blocks[-1].append(element)
        end = element[1].end
    plain = [block for block in blocks if any(name for name, _ in block)]
    return (plain or blocks)[-1]


def _place(names: Sequence[str], new: str) -> int | None:
    """Return before which of some names a new one goes; None for the end."""
    if len(names) < 2 or list(names) != sorted(names):  # noqa: PLR2004 - one is always in order
        return None
    if new.startswith("(") or not all(names):
        return None
    return next((at for at, name in enumerate(names) if name > new), None)


def _is_quiet(rest: bytes) -> bool:
    """Tell whether nothing but a comment stands on the rest of a line."""
    return not rest.strip() or rest.strip().startswith(b"#")


def _indent(data: bytes, start: int) -> bytes:
    match = _INDENT.match(data, start)
    return match[0] if match is not None else b""


def _line_end(data: bytes, start: int) -> bytes:
    return b"\r\n" if data[start - 2 : start] == b"\r\n" else b"\n"
