"""A tree object's lines, and which of them an archive has."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from updater.identify.convert import Conversion, conversion
from updater.identify.exact import Inexact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.identify.attributes import GitAttributes

FOLDER: Final = 0o040000
FILE: Final = 0o100000
SYMLINK: Final = 0o120000
SUBMODULE: Final = 0o160000

_LINE: Final = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_PLAIN: Final = Conversion()
_FORMAT_BITS: Final = 0o170000
_BESIDES: Final = 22  # a space, a NUL and the id
_NO_NAMES: Final = frozenset({b".", b"..", b".git"})


class TreeEntry(NamedTuple):
    """One line of a tree object."""

    mode: bytes
    name: bytes
    identity: bytes

    @property
    def kind(self) -> int:
        """What it is, of the four above."""
        return int(self.mode, 8) & _FORMAT_BITS


class ArchivedEntry(NamedTuple):
    """An entry that the archive has, what becomes of its content, and what its piece hangs on."""

    entry: TreeEntry
    kind: int
    conversion: Conversion
    key: object


def read_entries(data: bytes) -> list[TreeEntry]:
    """Return a tree object's lines in NAR order, which differs from git's.

    Raises:
        Inexact: git itself must be asked.
    """
    entries = [TreeEntry._make(groups) for groups in _LINE.findall(data)]
    names = {entry.name for entry in entries}
    size = sum(len(entry.mode) + len(entry.name) + _BESIDES for entry in entries)
    if size != len(data) or len(names) != len(entries) or names & _NO_NAMES:
        raise Inexact("a tree object is malformed")
    if any(b"/" in name for name in names):
        raise Inexact("a tree object has a name with a slash")
    return sorted(entries, key=itemgetter(1))


def archived_entries(
    entries: Sequence[TreeEntry], prefix: bytes, attributes: GitAttributes
) -> Iterator[ArchivedEntry]:
    """Yield the entries of a folder that its archive has.

    Args:
        entries: the folder's.
        prefix: its path, with a slash at the end; empty for the root.
        attributes: those that hold in it.
    """
    for entry in entries:
        kind, converted = entry.kind, _PLAIN
        if attributes.potent:
            states = attributes.of(prefix + entry.name, folder=kind in (FOLDER, SUBMODULE))
            if states.get(b"export-ignore") is True:
                continue
            if kind == FILE:
                converted = conversion(states)
        # A folder's start depends on its name alone; its content is another folder's matter.
        key = entry.name if kind == FOLDER else (*entry, converted) if converted else entry
        yield ArchivedEntry(entry, kind, converted, key)
