"""In which list of flake.nix or default.nix an overlay belongs, where, and how it is written."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import PatchError
from updater.overlay.editing.rows import Rows
from updater.overlay.reading import syntax
from updater.overlay.reading.registers import OverlayList
from updater.text import printable

if TYPE_CHECKING:
    from updater.overlay.reading.entry import EntryKind
    from updater.overlay.reading.registers import Register

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


def one_list(
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
            hint=f"add {_path(entry, file)} to it by hand, as its other entries are written, and "
            "run the command again",
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


def index_in(entry: EntryText, listed: OverlayList, file: str, neighbours: Neighbours) -> int:
    """Return the place that an overlay gets in a list.

    Raises:
        PatchError: the list has no place behind what it uses and before its users.
    """
    first, last = bounds(entry, listed, file, neighbours)
    rows = Rows.of(syntax.parse(entry.data), listed.span)
    return last if file in neighbours.last else at_block_end(rows, first, last)


def bounds(
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


def at_block_end(rows: Rows, first: int, last: int) -> int:
    """Return the first place between two at which a block of lines ends, else the last one."""
    places = range(max(first, 1), last + 1)
    return next((index for index in places if rows.ends_block(index)), last)


def without(listed: OverlayList, index: int) -> OverlayList:
    """Return a list as if it had not one of its entries."""
    entries = listed.entries[:index] + listed.entries[index + 1 :]
    return OverlayList(listed.span, listed.line, entries, listed.conditional, listed.form)


def written(entry: EntryText, listed: OverlayList, file: str) -> str:
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
        hint=f"add this entry to the overlays of {entry.name} by hand, and run the command again: "
        f"(import {_path(entry, file)})",
    )
