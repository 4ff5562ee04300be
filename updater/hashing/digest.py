"""Hashes in a thread of its own, so that decompression goes on meanwhile."""

from __future__ import annotations

import hashlib
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Final, Self

from updater.model import Sri

if TYPE_CHECKING:
    from updater.model import Algorithm

_BATCH_BYTES: Final = 1 << 18
_BATCHES: Final = 4


class Digest:
    """A hash that is fed in small pieces.

    Pieces are joined to batches of about 256 kB: ``hashlib`` takes a lock for each call and lets
    other threads run only where there is much to do. The thread starts with the first full batch.
    """

    def __init__(self, algorithm: Algorithm = "sha256") -> None:
        self._algorithm = algorithm
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._parts: list[bytes] = []
        self._size = 0
        self._queue: Queue[bytes | None] = Queue(_BATCHES)
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _BATCH_BYTES:
            self._hand_over()

    def finish(self) -> Sri:
        """Return the hash of all that was written."""
        self._stop()
        self._hash.update(b"".join(self._parts))
        return Sri(self._algorithm, self._hash.digest())

    def _hand_over(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="hash", daemon=True)
            self._thread.start()
        self._queue.put(b"".join(self._parts))
        self._parts = []
        self._size = 0

    def _run(self) -> None:
        while (batch := self._queue.get()) is not None:
            self._hash.update(batch)

    def _stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
