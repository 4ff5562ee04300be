"""Writes a NAR while its entries arrive, where their order is that of ``git archive`` or of a NAR.

A NAR sorts each folder's names by their bytes. ``git archive`` sorts them as if a folder's name
ended with a slash: ``setup-tools``, ``setup.py``, then the folder ``setup``, which in a NAR comes
first. So a name that has a byte below ``/`` may have to wait for a folder named like its beginning.
It waits until a name arrives that sorts after that folder: nearly always the next one. At any time,
all the folders that are waited for are beginnings of the newest name, one within the other, so that
what waits is a stack. Source of git's order: ``base_name_compare`` in git's ``read-cache.c``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from updater.effects.spool import IN_MEMORY_BYTES, Spool
from updater.hashing.entry import Entry, Kind
from updater.hashing.tree import Folder, NarTree, OutOfOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.hashing.limits import Meter
    from updater.hashing.nar import Sink

_BELOW_SLASH: Final = re.compile(rb"[\x00-\x2e]")
_NO_NAMES: Final = (b".", b"..")
# What a bytes object in a list costs beyond its contents, roughly.
_PART_BYTES: Final = 96
# One level's share: a large folder that waits must not send every small file after it to disk.
_LEVEL_BYTES: Final = IN_MEMORY_BYTES // 8

_WaitingPart: TypeAlias = "bytes | tuple[int, int]"
"""Bytes, or their place and size in the spool."""


def write_in_order(
    entries: Iterable[Entry], sink: Sink, spool: Spool, meter: Meter
) -> list[tuple[str, str]]:
    """Write the NAR of entries while they arrive and return their collisions, as ``Tree`` has them.

    Raises:
        OutOfOrder: an entry comes too late, or is a hard link; what was written is of no use then.
    """
    del meter
    tree = OrderedTree(sink, spool)
    for entry in entries:
        tree.add(entry)
    tree.finish()
    return tree.collisions


class OrderedTree(NarTree):
    """Writes a NAR while its entries arrive; holds back no more than git's order needs.

    Raises:
        OutOfOrder: from ``add``, for an entry that comes too late, and for every hard link.
    """

    def __init__(self, sink: Sink, spool: Spool) -> None:
        self._waiting = _Waiting(spool)
        super().__init__(sink)

    def _folder(self, name: bytes, write: Sink) -> Folder:
        return _HoldingFolder(name, write, self._waiting)

    def _write_leaf(self, name: bytes, entry: Entry) -> None:
        if entry.kind is Kind.HARD_LINK:
            raise OutOfOrder
        super()._write_leaf(name, entry)


class _HoldingFolder(Folder):
    """A folder whose children may have to wait for one that comes later."""

    __slots__ = ("_levels", "_prefixes", "_waiting")

    def __init__(self, name: bytes, write: Sink, waiting: _Waiting) -> None:
        super().__init__(name, write)
        self._waiting = waiting
        self._levels = [_Level(b"", b"", waiting)]
        # The names that came and are a beginning of the newest one, each of the next.
        self._prefixes: list[bytes] = []

    def place(self, name: bytes, kind: Kind) -> Sink:
        key = name + b"/" if kind is Kind.FOLDER else name
        levels, prefixes = self._levels, self._prefixes
        while len(levels) > 1 and levels[-1].prefix + b"/" < key:
            self._lower()
        while prefixes and not name.startswith(prefixes[-1]):
            prefixes.pop()
        if len(levels) > 1 and key == levels[-1].prefix + b"/":
            level = levels[-2]
        else:
            level = self._raised(name)
        if name <= level.last:
            raise OutOfOrder
        level.last = name
        prefixes.append(name)
        return self.write if level is levels[0] else level

    def close(self) -> None:
        while len(self._levels) > 1:
            self._lower()
        super().close()

    def _raised(self, name: bytes) -> _Level:
        level = self._levels[-1]
        for character in _BELOW_SLASH.finditer(name, len(level.prefix) + 1):
            prefix = name[: character.start()]
            if prefix not in _NO_NAMES and prefix not in self._prefixes:
                level = _Level(prefix, level.last, self._waiting)
                self._levels.append(level)
        return level

    def _lower(self) -> None:
        upper = self._levels.pop()
        below = self._levels[-1]
        below.last = upper.last
        target = below if len(self._levels) > 1 else self.write
        if isinstance(target, _Level):
            target.take(upper)
        else:
            upper.release(target)


class _Level:
    """One step of a folder's stack: what waits until the folder ``prefix`` came or cannot come.

    It is a sink: to write to it is to let bytes wait.

    Attributes:
        prefix: empty for the lowest level, where nothing waits.
        last: the last name at this level or below it.
    """

    __slots__ = ("_in_memory", "_parts", "_waiting", "last", "prefix")

    def __init__(self, prefix: bytes, last: bytes, waiting: _Waiting) -> None:
        self.prefix = prefix
        self.last = last
        self._parts: list[_WaitingPart] = []
        self._in_memory = 0
        self._waiting = waiting

    def __call__(self, data: bytes) -> None:
        waiting = self._waiting
        cost = len(data) + _PART_BYTES
        if self._in_memory + cost <= _LEVEL_BYTES and waiting.in_memory + cost <= IN_MEMORY_BYTES:
            self._in_memory += cost
            waiting.in_memory += cost
            self._parts.append(data)
        else:
            self._append(waiting.spool.append(data), len(data))
            waiting.in_spool += len(data)

    def take(self, upper: _Level) -> None:
        """Add what waits at another level; what is in the spool already stays where it is."""
        for part in upper.emptied():
            if isinstance(part, bytes):
                self(part)
            else:
                self._append(*part)

    def release(self, write: Sink) -> None:
        """Write what waits, and forget it."""
        waiting = self._waiting
        for part in self.emptied():
            if isinstance(part, bytes):
                write(part)
            else:
                waiting.in_spool -= part[1]
                for piece in waiting.spool.read(*part):
                    write(piece)
        if not waiting.in_spool:
            waiting.spool.rewind()

    def emptied(self) -> list[_WaitingPart]:
        """Return what waits, and no longer count it as being in memory."""
        self._waiting.in_memory -= self._in_memory
        self._in_memory = 0
        parts, self._parts = self._parts, []
        return parts

    def _append(self, place: int, size: int) -> None:
        last = self._parts[-1] if self._parts else b""
        if isinstance(last, tuple) and sum(last) == place:
            self._parts[-1] = (last[0], last[1] + size)
        else:
            self._parts.append((place, size))


class _Waiting:
    """What waits in all folders together.

    Attributes:
        spool: takes what is too much for memory.
        in_memory, in_spool: bytes there.
    """

    __slots__ = ("in_memory", "in_spool", "spool")

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.in_memory = 0
        self.in_spool = 0
