"""Overlays into the list of flake.nix or default.nix, and out of it, proven to change nothing else.

The edited text is parsed once more: outside the edits every token must be as it was, every list
must have the entries that it had, and the one list those and the new one in its place.
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.proof import prove_tokens
from updater.overlay.editing.rows import Rows
from updater.overlay.reading import syntax
from updater.overlay.reading.registers import OverlayList, read_register
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Edit
    from updater.overlay.reading.entry import EntryKind
    from updater.overlay.reading.registers import ListedOverlay, Register
    from updater.overlay.reading.syntax import NixText

_Replacement: TypeAlias = tuple[int, tuple[str, ...]]
"""A place in a list, and the files of the new entry there; none of them for one that goes."""

_PLAIN_PATH = re.compile(r"[\w+-][\w.+-]*(?:/[\w+-][\w.+-]*)*", re.ASCII)


class Neighbours(Struct, frozen=True):
    """What an overlay's place is measured by, each as files relative to the entry file's folder.

    Attributes:
        after: what it uses, which comes before it.
        before: what uses it, which comes after it.
        last: overlays that patch existing packages, which come behind all others.
    """

    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()


class EntryText(Struct, frozen=True):
    """The file that lists the overlays.

    Attributes:
        name: as it is told, such as flake.nix.
        kind: flake.nix is a flake, default.nix or overlays/default.nix a file.
    """

    name: str
    kind: EntryKind
    data: bytes


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
        Edits of ``entry.data``; none where the overlay is listed already.

    Raises:
        PatchError: the list or the place would be a guess; its hint is the line to write by hand.
    """
    text, register = _read(entry)
    if file in register:
        return ()
    listed = _one_list(entry, register, file, neighbours)
    index = _index(entry, listed, file, neighbours)
    new = _written(entry, listed, file)
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
    rest = _without(listed, index)
    first, last = _bounds(entry, rest, file, neighbours)
    if first <= index <= last:
        return ()
    rows = Rows.of(text, listed.span)
    remaining = Rows(
        rows.data, rows.brackets, rows.elements[:index] + rows.elements[index + 1 :], rows.comments
    )
    target = _at_block_end(remaining, first, last)
    edits = (rows.taken_out(index), remaining.inserted(target, rows.row(index)))
    expected = _expected(register, {listed.span.start: (index, ())})
    expected[register.lists.index(listed)].insert(target, (file,))
    _prove(entry, text, edits, expected)
    return edits


# --- the place ---


def _one_list(
    entry: EntryText, register: Register, file: str, neighbours: Neighbours
) -> OverlayList:
    """Return the list that an overlay belongs into."""
    free = [listed for listed in register.lists if not listed.conditional]
    own = [listed for listed in free if listed.has_own] or free
    possible = [listed for listed in own if _agrees(listed, register, neighbours)]
    is_patch = file in neighbours.last
    groups = [
        listed for listed in possible if (bool(listed.files) and listed.files <= neighbours.last)
    ]
    if is_patch and groups:
        possible = groups
    elif len(groups) < len(possible):
        possible = [listed for listed in possible if listed not in groups]
    if len(possible) == 1 and possible[0].form != "call":
        return possible[0]
    if possible and possible[0].form == "call":
        raise PatchError(
            f"{entry.name}:{possible[0].line}: the files of this list are called by a function",
            hint=f"add {_path(entry, file)} to it by hand, as its other entries are written",
        )
    if possible:
        lines = ", ".join(str(listed.line) for listed in possible)
        reason = f"{entry.name} has {len(possible)} lists that could have it, on lines {lines}"
    elif own:
        reason = f"no list of {entry.name} has a place behind what it uses and before its users"
    else:
        reason = f"{entry.name} has no list of overlays that is written out"
    raise _by_hand(entry, file, reason)


def _agrees(listed: OverlayList, register: Register, neighbours: Neighbours) -> bool:
    """Tell whether what stands in earlier and later lists lets an overlay stand in this one."""
    at = register.lists.index(listed)
    earlier = {file for before in register.lists[:at] for file in before.files} - listed.files
    later = {file for after in register.lists[at + 1 :] for file in after.files} - listed.files
    return not (earlier & neighbours.before or later & neighbours.after)


def _index(entry: EntryText, listed: OverlayList, file: str, neighbours: Neighbours) -> int:
    first, last = _bounds(entry, listed, file, neighbours)
    rows = Rows.of(syntax.parse(entry.data), listed.span)
    return last if file in neighbours.last else _at_block_end(rows, first, last)


def _bounds(
    entry: EntryText, listed: OverlayList, file: str, neighbours: Neighbours
) -> tuple[int, int]:
    """Return the first and the last place that an overlay may have in a list."""
    first, last = 0, len(listed.entries)
    for index, own in enumerate(listed.entries):
        if neighbours.after.intersection(own.files):
            first = index + 1
    for index, own in reversed([*enumerate(listed.entries)]):
        if neighbours.before.intersection(own.files):
            last = index
    if first > last:
        raise _by_hand(
            entry,
            file,
            f"{entry.name}:{listed.entries[last].line}: what uses {printable(file)} stands before "
            f"what it uses (line {listed.entries[first - 1].line})",
        )
    patches = len(listed.entries)
    while patches and _is_patch(listed, patches - 1, neighbours):
        patches -= 1
    if file in neighbours.last:
        return max(first, min(patches, last)), last
    return first, max(first, min(patches, last))


def _is_patch(listed: OverlayList, index: int, neighbours: Neighbours) -> bool:
    files = listed.entries[index].files
    return bool(files) and neighbours.last.issuperset(files)


def _at_block_end(rows: Rows, first: int, last: int) -> int:
    places = range(max(first, 1), last + 1)
    return next((index for index in places if rows.ends_block(index)), last)


def _without(listed: OverlayList, index: int) -> OverlayList:
    entries = listed.entries[:index] + listed.entries[index + 1 :]
    return OverlayList(listed.span, listed.line, entries, listed.conditional, listed.form)


# --- the text ---


def _written(entry: EntryText, listed: OverlayList, file: str) -> str:
    """Return a file as an entry of a list."""
    return _path(entry, file) if listed.form == "path" else f"(import {_path(entry, file)})"


def _path(entry: EntryText, file: str) -> str:
    below = os.path.normpath(file)
    if not _PLAIN_PATH.fullmatch(below.removeprefix("../")):
        raise PatchError(
            f"{printable(file)} is not a path that can be written into {entry.name} as it is",
            hint="give the file a name of letters, digits and . _ + -",
        )
    return below if below.startswith("../") else f"./{below}"


def _by_hand(entry: EntryText, file: str, reason: str) -> PatchError:
    return PatchError(
        reason,
        hint=f"add this entry to the overlays of {entry.name} by hand: "
        f"(import {_path(entry, file)})",
    )


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
