"""Brings entries of any order into that of a NAR: contents to a spool, their places to a table.

The table is a temporary SQLite database, which keeps a few pages in memory and the rest in a file
without a name, so that a million entries cost no more memory than ten. Its key is the path with its
components joined by zero bytes: in the order of these keys, a folder is followed at once by what it
holds, and children are sorted by their names.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from updater.errors import HashError, HostileArchive
from updater.hashing.entry import Entry, Kind, shown, split_path
from updater.hashing.tree import NarTree, OutOfOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.effects.spool import Spool
    from updater.hashing.limits import Meter
    from updater.hashing.nar import Sink

_TABLE: Final = """
CREATE TABLE entry (
    key BLOB PRIMARY KEY, kind INTEGER, executable INTEGER, size INTEGER, place INTEGER, target BLOB
) WITHOUT ROWID
"""
_ADD: Final = "INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?)"
_ONE: Final = "SELECT kind, executable, size, place, target FROM entry WHERE key = ?"
_ALL: Final = "SELECT key, kind, executable, size, place, target FROM entry ORDER BY key"
_BETWEEN: Final = b"\0"


def write_sorted(
    entries: Iterable[Entry], sink: Sink, spool: Spool, meter: Meter
) -> list[tuple[str, str]]:
    """Write the NAR of entries in any order and return their collisions, as ``Tree`` has them.

    Raises:
        HostileArchive: a path twice, a member beneath a file or a link, a hard link to nothing.
        HashError: no room for temporary data.
    """
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as table:
            shelf = _Shelf(table, spool, meter)
            for entry in entries:
                shelf.put(entry)
            return shelf.write(sink)
    except sqlite3.Error as error:
        raise HashError(
            f"cannot keep the archive's table of contents in a temporary file: {error}",
            hint="free some space, or set SQLITE_TMPDIR to a folder on a larger disk",
        ) from error


class _Shelf:
    """Where each entry's content is until all are known."""

    def __init__(self, table: sqlite3.Connection, spool: Spool, meter: Meter) -> None:
        self._table = table
        self._spool = spool
        self._meter = meter
        table.execute("PRAGMA journal_mode = OFF")
        table.execute("PRAGMA synchronous = OFF")
        table.execute(_TABLE)
        table.execute("BEGIN")

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
        added = self._table.execute(_ADD, (key, *row))
        if not added.rowcount and not (entry.kind is Kind.FOLDER and self._is_folder(key)):
            raise HostileArchive("the archive has a path twice", member=shown(entry.path))

    def write(self, sink: Sink) -> list[tuple[str, str]]:
        """Write the whole NAR."""
        tree = NarTree(sink)
        for key, kind, executable, size, place, target in self._table.execute(_ALL):
            path = tuple(key.split(_BETWEEN))
            content = self._spool.read(place, size)
            try:
                tree.add(Entry(Kind(kind), path, bool(executable), size, content, target))
            except OutOfOrder as error:
                raise HostileArchive(
                    "the archive has a member beneath something that is no folder",
                    member=shown(path),
                ) from error
        tree.finish()
        return tree.collisions

    def _is_folder(self, key: bytes) -> bool:
        found = self._table.execute(_ONE, (key,)).fetchone()
        return found is not None and found[0] == Kind.FOLDER.value

    def _linked(self, entry: Entry) -> tuple[int, bool, int, int, bytes]:
        key = _BETWEEN.join(split_path(entry.target))
        found: tuple[int, bool, int, int, bytes] | None
        found = self._table.execute(_ONE, (key,)).fetchone()
        if found is None or found[0] == Kind.FOLDER.value:
            raise HostileArchive(
                f"the archive has a hard link to {shown(entry.target)!r}, which is no earlier file "
                "of it",
                member=shown(entry.path),
            )
        self._meter.unpack(found[2])
        return found
