"""Rows of cells and notes -> lines of text that fit a terminal; pure.

A cell or a word is never cut: what is too long for its column goes on in the next line, and a word
that is longer than the whole line is left to the terminal, so that an address can be copied.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct

from updater.text import one_line, unheard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Style = Literal["plain", "good", "new", "waiting", "bad", "quiet", "added", "removed", "place"]
"""What a piece of text is; the way out knows which colour that has."""

GAP: Final = "  "
_NARROWEST_NOTE = 36  # in a column that is narrower, a sentence is a list of words
_WIDEST_HOLE = 20  # a note that is further away from its row is not seen to be of it
_NARROWEST_WORDS = 20  # what a terminal must have for them, or it breaks the lines itself
_HANGING = "  "
_COLUMNS = {"W": 2, "F": 2}  # of what Annex 11 calls wide and fullwidth


class Piece(Struct, frozen=True):
    """A part of a line, all in one style."""

    text: str
    style: Style = "plain"


PrintedLine: TypeAlias = tuple[Piece, ...]
"""A line as it is printed, without its end."""


class Row(Struct, frozen=True):
    """A line of a table and what is said below it.

    Attributes:
        cells: one a column, each of them one line; a piece without text leaves its column empty.
        notes: sentences. Of one of several lines, the first is wrapped, and the others are quoted
            as they are.
    """

    cells: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


def table(rows: Sequence[Row], width: int | None) -> list[PrintedLine]:
    """Return the lines of rows under each other, their columns aligned.

    Notes stand below their row or, where that takes fewer lines, beside it as a last column. A
    short one ends its row's line in any case. Where no width is set, the first one always does, and
    nothing is wrapped.

    Args:
        rows: each with the same number of cells.
        width: how many columns the lines may have; None where they are not for a terminal.
    """
    rows = [
        Row(tuple(Piece(one_line(cell.text), cell.style) for cell in row.cells), row.notes)
        for row in rows
    ]
    widths = _widths(rows, width)
    column = sum(widths) + len(GAP) * len(widths)
    below = _lines(rows, widths, width, widths[0] + len(GAP) if widths else 0)
    if width is None or width - column < _NARROWEST_NOTE:
        return below
    beside = _lines(rows, widths, width, column)
    return beside if len(beside) < len(below) else below


def _lines(
    rows: Sequence[Row], widths: Sequence[int], width: int | None, indent: int
) -> list[PrintedLine]:
    """Return the lines of rows whose notes are indented so far."""
    column = sum(widths) + len(GAP) * len(widths)
    free = None if width is None else width - column
    below = widths[0] + len(GAP) if widths else 0
    every: list[PrintedLine] = []
    for row in rows:
        lines = list(_placed(row.cells, widths, width, below))
        notes = [wrapped(note, _room(width, indent)) for note in row.notes]
        if notes and len(lines) == 1:
            first, *rest = notes[0]
            hole = column - _length(lines[0])
            whole = first == row.notes[0].partition("\n")[0]
            if free is None:
                hole = len(GAP)
            near = indent == column or (whole and hole <= _WIDEST_HOLE)
            if near and hole > 0 and (free is None or cells(first) <= free):
                lines[0] += (Piece(f"{' ' * hole}{first}"),)
                notes[0] = rest
        lines += [_line(indent, text) for note in notes for text in note]
        every += map(_unheard, lines)
    return every


def wrapped(text: str, width: int | None) -> list[str]:
    """Return a sentence in lines of whole words, those after the first a little indented.

    Further lines of the text itself are quoted.
    """
    sentence, *quoted = text.split("\n")
    lines = [sentence]
    if width is not None and cells(sentence) > width:
        lines = [""]
        for word in sentence.split():
            if lines[-1].strip() and cells(lines[-1]) + 1 + cells(word) > width:
                lines.append(f"{_HANGING}{word}")
            else:
                lines[-1] = f"{lines[-1]} {word}" if lines[-1].strip() else f"{lines[-1]}{word}"
    return [*lines, *(line if line.startswith("| ") else f"| {line}" for line in quoted)]


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes. Source: Unicode Standard Annex 11."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(character)
        else _COLUMNS.get(unicodedata.east_asian_width(character), 1)
        for character in text
    )


def _widths(rows: Sequence[Row], width: int | None) -> list[int]:
    """Return how wide each column is: as its widest cell, if all of them fit."""
    columns = zip(*(row.cells for row in rows), strict=True)
    widths = [max(cells(cell.text) for cell in column) for column in columns]
    while width is not None and widths and sum(widths) + len(GAP) * (len(widths) - 1) > width:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    while widths and not widths[-1]:
        widths.pop()
    return widths


def _placed(
    row: Sequence[Piece], widths: Sequence[int], width: int | None, below: int
) -> Iterator[PrintedLine]:
    """Yield a row's cells, each in its column, or on a line further where that is not free."""
    pieces: list[Piece] = []
    end = column = 0
    for cell, wide in zip(row, widths, strict=False):
        size, start = cells(cell.text), column
        column += wide + len(GAP)
        if not size:
            continue
        too_far = width is not None and start + size > width
        if pieces and (end + len(GAP) > start or too_far):
            yield tuple(pieces)
            pieces, end = [], 0
            start = below if too_far else start
        pieces += [Piece(" " * (start - end)), cell] if start > end else [cell]
        end = start + size
    if pieces:
        yield tuple(pieces)


def _room(width: int | None, indent: int) -> int | None:
    return None if width is None else max(width - indent, _NARROWEST_WORDS)


def _length(line: PrintedLine) -> int:
    return sum(cells(piece.text) for piece in line)


def _line(indent: int, text: str) -> PrintedLine:
    return (Piece(f"{' ' * indent}{text}".rstrip()),)


def _unheard(line: PrintedLine) -> PrintedLine:
    """Return a line that is not a command to GitHub Actions, which trims a line before it looks."""
    text = "".join(piece.text for piece in line)
    if text.lstrip().startswith("::"):
        line = (Piece("| "), *line)
    if "##" not in text:
        return line
    return tuple(Piece(unheard(piece.text), piece.style) for piece in line)
