"""What is kept between runs in one file: rows under keys, checked by a digest.

Making a file for each row took a quarter of the time of a run with many. Jobs that run side by side
share a database: each writes what it has in one short transaction. One in which a bit or a crash
has spoiled something is begun anew, for all in it can be found out again.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from updater.effects import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LARGEST = 512 * 1024 * 1024
"""How many bytes a database keeps."""

# What waits in memory to be written, and how long.
_MOST_WAITING = 1024 * 1024
_SECONDS_BETWEEN = 5.0
# Who else writes is done after some milliseconds.
_SECONDS_FOR_OTHERS = 3.0
# When an answer was last of use need not be known better.
_DAY = 24 * 3600
# Rows are looked up by chance: more of the file would not help.
_CACHE_KIB = 256
_TABLE = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS kept (
    key BLOB PRIMARY KEY, used INTEGER, sent BLOB, digest BLOB, head BLOB, body BLOB
);
CREATE INDEX IF NOT EXISTS usage ON kept (used);
COMMIT;
"""
_FIND = "SELECT used, digest, head, body FROM kept WHERE key = ?"
_SAME = "SELECT used, digest, head, body FROM kept WHERE key = ? AND head = ?"
_SENT = "SELECT key, sent FROM kept WHERE sent IS NOT NULL ORDER BY used DESC, rowid DESC"
_KEEP = "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?)"
_USED = "UPDATE kept SET used = ? WHERE key = ?"
_UNUSED = "DELETE FROM kept WHERE used < ?"
_SIZES = "SELECT key, length(head) + length(body) FROM kept ORDER BY used DESC, rowid DESC"
_DROP = "DELETE FROM kept WHERE key = ?"
# What is the matter with the disk, or with who else is there, but not with what is in the file.
_SURROUNDINGS = frozenset(
    (
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS),
    )
)
_PRIMARY = 0xFF  # the part of an extended error code that tells the kind


class KeptDatabase:
    """Rows in one file; where it cannot be read or written, that is said once.

    Args:
        path: the file; it and its folder are made where something is to be written.
        say: is told why nothing can be kept.
        detail: is told that it was damaged.
        unused: what nobody has asked for in so many seconds is dropped.
    """

    def __init__(
        self,
        path: Path,
        say: Callable[[str], None],
        detail: Callable[[str], None],
        unused: float = kept.UNUSED_SECONDS,
    ) -> None:
        self._unused = unused
        self._path = path
        self._say = say
        self._detail = detail
        self._broken = False
        self._inode = 0
        self._open: sqlite3.Connection | None = None
        self._used: set[bytes] = set()
        self._waiting: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        self._size = 0
        self._due = time.monotonic() + _SECONDS_BETWEEN

    def find(self, key: bytes) -> tuple[bytes, bytes] | None:
        """Return head and body of what is kept under a key; None where nothing is."""
        waiting = self._waiting.get(key)
        return waiting[:2] if waiting is not None else self._checked(key, _FIND, (key,))

    def has(self, key: bytes, head: bytes) -> bool:
        """Tell whether a row with such a head is kept under a key."""
        waiting = self._waiting.get(key)
        if waiting is not None:
            return waiting[0] == head
        return self._checked(key, _SAME, (key, head)) is not None

    def keep(self, key: bytes, head: bytes, body: bytes, sent: bytes = b"") -> None:
        """Keep a row; it is written with others: of 1 MB or 5 seconds, or at the end.

        Args:
            key: what it is found by.
            head: what it is; equal heads are of equal bodies.
            body: the rest.
            sent: what it answers, if that was sent.
        """
        if self._broken:
            return
        self._waiting[key] = head, body, sent
        self._size += len(head) + len(body) + len(sent)
        if self._size > _MOST_WAITING or time.monotonic() > self._due:
            self._write()

    def sent(self) -> list[tuple[bytes, bytes]]:
        """Return keys, and what was sent, of the rows that answer that; the newest first."""
        waiting = [(key, sent) for key, (*_, sent) in self._waiting.items() if sent]
        earlier = [own for own in self._rows(_SENT, ()) if own[0] not in self._waiting]
        return [*reversed(waiting), *earlier]

    def close(self) -> None:
        """Write what waits, and close the file."""
        if self._waiting or self._used:
            self._write()
        self._close()

    def _write(self) -> None:
        """Write what waits, and when what was found was of use."""
        with self._trying():
            database = self._connected(is_new=bool(self._waiting))
            if database is not None:
                now = int(time.time())
                rows = (
                    (key, now, sent or None, _digest(head, body), head, body)
                    for key, (head, body, sent) in self._waiting.items()
                )
                with database:
                    database.execute("BEGIN IMMEDIATE")
                    database.executemany(_KEEP, rows)
                    database.executemany(_USED, ((now, key) for key in self._used))
                    self._drop(database)
        self._waiting.clear()
        self._used.clear()
        self._size = 0
        self._due = time.monotonic() + _SECONDS_BETWEEN

    def _drop(self, database: sqlite3.Connection) -> None:
        """Delete what nobody has asked for in a long time, and the oldest of too much."""
        database.execute(_UNUSED, (time.time() - self._unused,))
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        room = LARGEST
        if (pages - free) * size > room:
            for key, own in database.execute(_SIZES).fetchall():
                room -= own
                if room < 0:
                    database.execute(_DROP, (key,))

    def _checked(
        self, key: bytes, query: str, values: tuple[bytes, ...]
    ) -> tuple[bytes, bytes] | None:
        for used, digest, head, body in self._rows(query, values):
            are_texts = isinstance(head, bytes) and isinstance(body, bytes)
            if not are_texts or digest != _digest(head, body):
                self._begin_anew()
                return None
            if not isinstance(used, int) or used < time.time() - _DAY:
                self._used.add(key)
            return head, body
        return None

    def _rows(self, query: str, values: tuple[bytes, ...]) -> list[tuple[Any, ...]]:
        with self._trying():
            database = self._connected(is_new=False)
            if database is not None:
                return database.execute(query, values).fetchall()
        return []

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connected(self, *, is_new: bool) -> sqlite3.Connection | None:
        """Return the open database; None where there is none, or it is of no use.

        Args:
            is_new: it is made where it is missing, also where it was deleted since it was opened.
        """
        if self._open is not None and is_new and self._inode != _inode(self._path):
            self._close()
        if self._open is None and not self._broken and (is_new or _inode(self._path)):
            if is_new:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # SQLite's own files beside it have its mode.
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._open = sqlite3.connect(
                self._path, timeout=_SECONDS_FOR_OTHERS, isolation_level=None
            )
            self._open.text_factory = bytes
            self._open.execute("PRAGMA synchronous = OFF")
            self._open.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if is_new:
                self._open.executescript(_TABLE)
            self._inode = _inode(self._path)
        return self._open

    @contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._give_up(f"{error.filename or self._path}: {error.strerror}")
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code is None:
                raise
            if code & _PRIMARY in _SURROUNDINGS:
                self._give_up(f"{self._path}: {error}")
            else:
                self._begin_anew()

    def _begin_anew(self) -> None:
        self._close()
        self._used.clear()
        self._detail(f"{self._path} is damaged and was dropped; what it had is found out again")
        with suppress(OSError):
            self._path.unlink()

    def _give_up(self, why: str) -> None:
        self._close()
        self._waiting.clear()
        if not self._broken:
            self._broken = True
            self._say(f"answers cannot be kept between runs: {why}")


def _digest(head: bytes, body: bytes) -> bytes:
    return hashlib.sha256(b"%d\n%s%s" % (len(head), head, body)).digest()


def _inode(path: Path) -> int:
    """Return a file's number; 0 where there is none, or it is one that somebody just makes."""
    try:
        about = path.stat()
    except OSError:
        return 0
    return about.st_ino if about.st_size else 0
