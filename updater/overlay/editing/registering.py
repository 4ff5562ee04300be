"""Overlays into the list of flake.nix or default.nix, and out of it, proven to change nothing else.

The edited text is parsed once more: outside the edits every token must be as it was, every list
must have the entries that it had, and the one list those and the new one in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.list_places import (
    EntryText,
    at_block_end,
    bounds,
    index_in,
    one_list,
    without,
    written,
)
from updater.overlay.editing.proof import prove_tokens
from updater.overlay.editing.rows import Rows
from updater.overlay.reading import syntax
from updater.overlay.reading.registers import read_register
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Edit
    from updater.overlay.editing.list_places import Neighbours
    from updater.overlay.reading.registers import ListedOverlay, Register
    from updater.overlay.reading.syntax import NixText

_Replacement: TypeAlias = tuple[int, tuple[str, ...]]
"""A place in a list, and the files of the new entry there; none of them for one that goes."""


def registered(entry: EntryText, file: str, neighbours: Neighbours) -> tuple[Edit, ...]:
    """Return the edits that put an overlay file into the list of overlays, at its place.

    That is behind all that it uses, before all that uses it and before patches of existing
    packages; within that, at the end of the block of lines in which the last thing that it uses
    stands.

    Args:
        entry: the file with the list.
        file: the overlay, relative to the folder of that file.
        neighbours: what decides the place.

    Returns:
        Edits of ``entry.data``; none where the overlay is listed already, or named where no list
        could have it.

    Raises:
        PatchError: the list or the place would be a guess; its hint is the line to write by hand.
    """
    text, register = _read(entry)
    if file in register:
        return ()
    try:
        listed = one_list(entry, register, file, neighbours)
    except PatchError:
        if file in register.named:  # somebody has written it by hand, as the hint says
            return ()
        raise
    index = index_in(entry, listed, file, neighbours)
    new = written(entry, listed, file)
    edits = (Rows.of(text, listed.span).inserted(index, new),)
    _prove(entry, text, edits, _expected(register, {listed.span.start: (index, (file,))}))
    return edits


def deregistered(entry: EntryText, file: str) -> tuple[Edit, ...]:
    """Return the edits that take an overlay file out of every list of overlays.

    Args:
        entry: the file with the lists.
        file: the overlay, relative to the folder of that file.

    Returns:
        Edits of ``entry.data``; none where nothing in it names the overlay.

    Raises:
        PatchError: the file is named by more than entries of lists.
    """
    text, register = _read(entry)
    edits: list[Edit] = []
    gone: dict[int, _Replacement] = {}
    for listed in register.lists:
        rows = Rows.of(text, listed.span)
        for index, own in enumerate(listed.entries):
            if own.files == (file,) and own.path is not None:
                edits.append(rows.taken_out(index))
                gone[listed.span.start] = index, ()
    lines = register.named.get(file, ())
    if len(lines) != len(edits) or len(gone) != len(edits):
        where = ", ".join(f"{entry.name}:{line}" for line in lines)
        raise PatchError(
            f"{where}: {printable(file)} is named by more than an entry of one list",
            hint=f"take {printable(file)} out of {entry.name} by hand",
        )
    _prove(entry, text, tuple(edits), _expected(register, gone))
    return tuple(edits)


def moved(entry: EntryText, file: str, neighbours: Neighbours) -> tuple[Edit, ...]:
    """Return the edits that bring a listed overlay to its place, with the comment on its line.

    Args:
        entry: the file with the list.
        file: the overlay, relative to the folder of that file.
        neighbours: what decides the place, as for `registered`.

    Returns:
        Edits of ``entry.data``; none where it stands where it may stand.

    Raises:
        PatchError: it is not an entry of one list, or no place of that list is right.
    """
    text, register = _read(entry)
    places = [
        (listed, index)
        for listed in register.lists
        for index, own in enumerate(listed.entries)
        if own.files == (file,) and own.path is not None
    ]
    if len(places) != 1:
        raise PatchError(
            f"{entry.name}: {printable(file)} is an entry of {len(places)} lists of overlays",
            hint="move it by hand",
        )
    listed, index = places[0]
    rest = without(listed, index)
    first, last = bounds(entry, rest, file, neighbours)
    if first <= index <= last:
        return ()
    rows = Rows.of(text, listed.span)
    remaining = Rows(
        rows.data, rows.brackets, rows.elements[:index] + rows.elements[index + 1 :], rows.comments
    )
    target = at_block_end(remaining, first, last)
    edits = (rows.taken_out(index), remaining.inserted(target, rows.row(index)))
    expected = _expected(register, {listed.span.start: (index, ())})
    expected[register.lists.index(listed)].insert(target, (file,))
    _prove(entry, text, edits, expected)
    return edits


# --- the proof ---


def _own_files(entry: ListedOverlay) -> tuple[str, ...]:
    """Return what an entry is by itself, whatever a list has that it leads to."""
    return entry.files if entry.path is not None else (entry.text,)


def parsed(entry: EntryText) -> NixText:
    """Parse the file.

    Raises:
        PatchError: it has an error of syntax.
    """
    text = syntax.parse(entry.data)
    if text.root.has_error:
        raise PatchError(
            f"{entry.name} cannot be parsed", hint=f"fix the syntax of {entry.name} first"
        )
    return text


def _read(entry: EntryText) -> tuple[NixText, Register]:
    return parsed(entry), read_register(entry.data, entry.kind)


def _expected(register: Register, changes: dict[int, _Replacement]) -> list[list[tuple[str, ...]]]:
    """Return the files of all lists as they shall be: with a new entry, or without an old one."""
    expected = []
    for listed in register.lists:
        files = [_own_files(own) for own in listed.entries]
        if listed.span.start in changes:
            index, new = changes[listed.span.start]
            files[index : index + (not new)] = [new] if new else []
        expected.append(files)
    return expected


def _prove(
    entry: EntryText, before: NixText, edits: Sequence[Edit], expected: list[list[tuple[str, ...]]]
) -> None:
    after = EntryText(entry.name, entry.kind, apply_edits(entry.data, edits))
    text, register = _read(after)
    prove_tokens(entry.name, tuple(edits), before, text)
    if [[_own_files(own) for own in listed.entries] for listed in register.lists] != expected:
        raise PatchError(
            f"{entry.name}: the edit would change more than one entry of one list",
            hint=f"edit {entry.name} by hand",
        )
