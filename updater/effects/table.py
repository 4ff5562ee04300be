"""Rows that memory should not hold: sorted by their keys, in a temporary database.

SQLite keeps a few pages in memory and the rest in a file without a name, so that a million rows
cost no more memory than ten, and nothing is left behind however the process ends.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from updater.errors import HashError

if TYPE_CHECKING:
    from collections.abc import Iterator


class SortedTable:
    """Rows by keys that are bytes, as which they are sorted; use it through `opened`."""

    def __init__(self, database: sqlite3.Connection, columns: tuple[str, ...]) -> None:
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        self._database = database
        self._add = f"INSERT OR IGNORE INTO entry VALUES (?, {places})"  # noqa: S608 - our own names
        self._select = f"SELECT {names} FROM entry WHERE key = ?"  # noqa: S608 - as above
        self._all = f"SELECT key, {names} FROM entry ORDER BY key"  # noqa: S608 - as above
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"CREATE TABLE entry (key BLOB PRIMARY KEY, {names}) WITHOUT ROWID")
        database.execute("BEGIN")

    @classmethod
    @contextmanager
    def opened(cls, *columns: str) -> Iterator[SortedTable]:
        """Make an empty table, which is gone at the end.

        Args:
            columns: the names of a row's values; each is a number or bytes.

        Raises:
            HashError: there is no room for it, also at any time until the end.
        """
        try:
            with closing(sqlite3.connect("", isolation_level=None)) as database:
                yield cls(database, columns)
        except sqlite3.Error as error:
            raise HashError(
                f"cannot keep the archive's table of contents in a temporary file: {error}",
                hint="free some space, or set SQLITE_TMPDIR to a folder on a larger disk",
            ) from error

    def add(self, key: bytes, row: tuple[Any, ...]) -> bool:
        """Add a row, and tell whether the key was new: else the row that is there stays."""
        return bool(self._database.execute(self._add, (key, *row)).rowcount)

    def find(self, key: bytes) -> tuple[Any, ...] | None:
        """Return the row of a key, None where there is none."""
        row: tuple[Any, ...] | None = self._database.execute(self._select, (key,)).fetchone()
        return row

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each key with the values of its row, in the order of the keys."""
        return self._database.execute(self._all)
