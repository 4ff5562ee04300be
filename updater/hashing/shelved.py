"""Brings entries of any order into that of a NAR: contents to a spool, their places to a table.

The table's key is the path with its components joined by zero bytes: in the order of these keys, a
folder is followed at once by what it holds, and children are sorted by their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from updater.effects.table import SortedTable
from updater.errors import HostileArchive
from updater.hashing.entry import Entry, Kind, shown, split_path
from updater.hashing.tree import NarTree, OutOfOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.effects.spool import Spool
    from updater.hashing.limits import Meter
    from updater.hashing.nar import Sink

_COLUMNS: Final = ("kind", "executable", "size", "place", "target")
_BETWEEN: Final = b"\0"


def write_sorted(
    entries: Iterable[Entry], sink: Sink, spool: Spool, meter: Meter
) -> list[tuple[str, str]]:
    """Write the NAR of entries in any order and return their collisions, as ``Tree`` has them.

    Raises:
        HostileArchive: a path twice, a member beneath a file or a link, a hard link to nothing.
        HashError: no room for temporary data.
    """
    with SortedTable.opened(*_COLUMNS) as table:
        shelf = _Shelf(table, spool, meter)
        for entry in entries:
            shelf.put(entry)
        return shelf.write(sink)


class _Shelf:
    """Where each entry's content is until all are known."""

    def __init__(self, table: SortedTable, spool: Spool, meter: Meter) -> None:
        self._table = table
        self._spool = spool
        self._meter = meter

    def put(self, entry: Entry) -> None:
        """Take an entry and all of its content."""
        key = _BETWEEN.join(entry.path)
        if entry.kind is Kind.HARD_LINK:
            row = self._linked(entry)
        else:
            place = self._spool.end
            for piece in entry.content:
                self._spool.append(piece)
            row = (entry.kind.value, entry.executable, entry.size, place, entry.target)
        added = self._table.add(key, row)
        if not added and not (entry.kind is Kind.FOLDER and self._is_folder(key)):
            raise HostileArchive("the archive has a path twice", member=shown(entry.path))

    def write(self, sink: Sink) -> list[tuple[str, str]]:
        """Write the whole NAR."""
        tree = NarTree(sink)
        for key, kind, executable, size, place, target in self._table.rows():
            self._meter.tick()
            path = tuple(key.split(_BETWEEN))
            content = self._spool.read(place, size)
            try:
                tree.add(Entry(Kind(kind), path, bool(executable), size, content, target))
            except OutOfOrder as error:
                raise HostileArchive(
                    "the archive has a member beneath something that is not a folder",
                    member=shown(path),
                ) from error
        tree.finish()
        return tree.collisions

    def _is_folder(self, key: bytes) -> bool:
        row = self._table.find(key)
        return row is not None and row[0] == Kind.FOLDER.value

    def _linked(self, entry: Entry) -> tuple[int, bool, int, int, bytes]:
        key = _BETWEEN.join(split_path(entry.target))
        row = self._table.find(key)
        if row is None or row[0] == Kind.FOLDER.value:
            raise HostileArchive(
                f"the archive has a hard link to {shown(entry.target)!r}, which is not an earlier "
                f"file in it",
                member=shown(entry.path),
            )
        kind, executable, size, place, target = row
        self._meter.unpack(size)
        return kind, executable, size, place, target
