"""Where bytes wait that memory should not hold: a file without a name.

The file is unlinked as soon as it is made, so that nothing is left behind however the process ends.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from updater.errors import HashError

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_MEMORY_BYTES: Final = 8 << 20
_READ_BYTES: Final = 1 << 18
_WRITE_BYTES: Final = 1 << 18


def spool_folder() -> str:
    """Return the folder for large temporary files: ``TMPDIR``, else one that is no RAM disk.

    Source: file-hierarchy(7), "/var/tmp: the place for larger and longer-lived temporary files".
    """
    if chosen := os.environ.get("TMPDIR"):
        return chosen
    large = Path("/var/tmp")  # noqa: S108 - only the folder; the file in it never has a name
    return str(large) if os.access(large, os.W_OK) else tempfile.gettempdir()


class Spool:
    """Bytes that are appended, and read back by their place.

    The first ``IN_MEMORY_BYTES`` stay in memory, all of them go to disk when there are more. Reads
    are of exactly what is wanted: a buffer would read as much again for each of many small pieces.

    Raises:
        HashError: from any method, where the disk is full or the folder cannot be written.
    """

    def __init__(self) -> None:
        self._folder = spool_folder()
        self._file: BinaryIO | None = None
        # The last bytes, from `_written` on: all of them until there is a file.
        self._last = bytearray()
        self._written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give all space back; nothing can be read any more."""
        if self._file is not None:
            self._file.close()

    @property
    def end(self) -> int:
        """How many bytes it holds, and where the next ones go."""
        return self._written + len(self._last)

    def append(self, data: bytes) -> int:
        """Add bytes at the end and return the place of the first."""
        place = self.end
        self._last += data
        if len(self._last) > (IN_MEMORY_BYTES if self._file is None else _WRITE_BYTES):
            self._flush()
        return place

    def read(self, place: int, size: int) -> Iterator[bytes]:
        """Yield ``size`` bytes from ``place`` on, in pieces.

        Raises:
            HashError: also where fewer bytes are there.
        """
        end = place + size
        while place < end:
            piece = self.read_at(place, min(end - place, _READ_BYTES))
            yield piece
            place += len(piece)

    def read_at(self, place: int, size: int) -> bytes:
        """Return exactly ``size`` bytes from ``place`` on."""
        end = place + size
        if end > self.end:
            available = max(0, self.end - place)
            raise HashError(f"the archive ends early: {size} bytes expected, {available} found")
        if place >= self._written:
            at = place - self._written
            return bytes(self._last[at : at + size])
        if end > self._written:
            self._flush()
        with self._reported():
            return self._from_disk(place, size)

    def rewind(self) -> None:
        """Forget everything; the next bytes take the same space again."""
        self._last.clear()
        self._written = 0

    def _flush(self) -> None:
        with self._reported():
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 - closed by `close`
            with memoryview(self._last) as rest:
                done = 0
                while done < len(rest):
                    done += os.pwrite(self._file.fileno(), rest[done:], self._written + done)
        self._written += len(self._last)
        self._last = bytearray()

    def _from_disk(self, place: int, size: int) -> bytes:
        if self._file is None:
            raise OSError("it is closed")
        data = os.pread(self._file.fileno(), size, place)
        while len(data) < size:
            piece = os.pread(self._file.fileno(), size - len(data), place + len(data))
            if not piece:
                raise OSError("it holds less than was written")
            data += piece
        return data

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HashError(
                f"cannot keep temporary data in {self._folder}: {error.strerror or error}",
                hint="free some space there, or set TMPDIR to a folder on a larger disk",
            ) from error
