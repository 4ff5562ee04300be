"""Writes a NAR from entries that arrive in the order of a NAR."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from updater.hashing import nar
from updater.hashing.entry import Entry, Kind, shown
from updater.text import printable

if TYPE_CHECKING:
    from updater.hashing.nar import Sink

_NAMES_WATCHED: Final = 100_000
_COLLISIONS_REPORTED: Final = 20


class OutOfOrder(Exception):
    """A member belongs before one that was written already, or is one that was."""


class Folder:
    """A folder that is open: more of its children may come.

    Attributes:
        name: empty for the root.
        write: where its NAR goes.
    """

    __slots__ = ("_folded", "_last", "name", "write")

    def __init__(self, name: bytes, write: Sink) -> None:
        self.name = name
        self.write = write
        self._last = b""
        self._folded: dict[bytes, bytes] = {}

    def place(self, name: bytes, kind: Kind) -> Sink:
        """Return where a new child's NAR goes.

        Raises:
            OutOfOrder: it belongs before a child that was written, or is one.
        """
        del kind
        if name <= self._last:
            raise OutOfOrder
        self._last = name
        return self.write

    def close(self) -> None:
        """Write the folder's end."""
        self.write(nar.FOLDER_END)

    def twin(self, name: bytes) -> bytes | None:
        """Return an earlier child whose name differs from ``name`` only in case, if any.

        Folders of more than 100,000 children are not watched to the end: it is a report, no rule.
        """
        folded = name.lower() if name.isascii() else _folded(name)
        earlier = self._folded.setdefault(folded, name)
        if len(self._folded) > _NAMES_WATCHED:
            self._folded.clear()
        return earlier if earlier is not name else None


class NarTree:
    """The folders on the way to the newest entry, and what is written of them.

    Attributes:
        collisions: pairs of paths that differ only in case or composition, which the file system of
            a Mac confuses; at most 20 of them.
    """

    def __init__(self, sink: Sink) -> None:
        self.collisions: list[tuple[str, str]] = []
        sink(nar.MAGIC + nar.FOLDER_START)
        self._folders = [self._folder(b"", sink)]

    def add(self, entry: Entry) -> None:
        """Write one entry and all of its content; folders above it need no entry of their own.

        Raises:
            OutOfOrder: it belongs before one that was written, or is one.
        """
        path, folders = entry.path, self._folders
        above = len(path) - 1
        depth = 0
        for name, folder in zip(path, folders[1:], strict=False):
            if folder.name != name:
                break
            depth += 1
        if depth > above:
            if entry.kind is Kind.FOLDER:
                return
            raise OutOfOrder
        while len(folders) > depth + 1:
            self._leave()
        for name in path[depth:above]:
            self._enter(name)
        if entry.kind is Kind.FOLDER:
            self._enter(path[above])
        else:
            self._write_leaf(path[above], entry)

    def finish(self) -> None:
        """Close every folder."""
        while len(self._folders) > 1:
            self._leave()
        self._folders.pop().close()

    def _folder(self, name: bytes, write: Sink) -> Folder:
        return Folder(name, write)

    def _place(self, name: bytes, kind: Kind) -> Sink:
        folder = self._folders[-1]
        write = folder.place(name, kind)
        twin = folder.twin(name)
        if twin is not None and len(self.collisions) < _COLLISIONS_REPORTED:
            above = [open_.name for open_ in self._folders[1:]]
            first, second = (printable(shown([*above, child])) for child in (twin, name))
            self.collisions.append((first, second))
        return write

    def _enter(self, name: bytes) -> None:
        write = self._place(name, Kind.FOLDER)
        write(nar.entry_start(name) + nar.FOLDER_START)
        self._folders.append(self._folder(name, write))

    def _leave(self) -> None:
        folder = self._folders.pop()
        folder.close()
        folder.write(nar.ENTRY_END)

    def _write_leaf(self, name: bytes, entry: Entry) -> None:
        write = self._place(name, entry.kind)
        start = nar.entry_start(name)
        if entry.kind is Kind.SYMLINK:
            write(start + nar.symlink(entry.target) + nar.ENTRY_END)
            return
        write(start + nar.file_start(entry.size, executable=entry.executable))
        for piece in entry.content:
            write(piece)
        write(nar.file_end(entry.size) + nar.ENTRY_END)


def _folded(name: bytes) -> bytes:
    text = name.decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFD", text).casefold().encode("utf-8", "surrogateescape")
