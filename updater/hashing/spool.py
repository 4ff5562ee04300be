"""Where bytes wait that memory should not hold: a file without a name.

The file is unlinked as soon as it is made, so that nothing is left behind however the process ends.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from updater.errors import HashError

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_MEMORY_BYTES: Final = 8 << 20
_READ_BYTES: Final = 1 << 18


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

    The first ``IN_MEMORY_BYTES`` stay in memory, all of them go to disk when there are more.

    Raises:
        HashError: from any method, where the disk is full or the folder cannot be written.
    """

    def __init__(self) -> None:
        self._folder = spool_folder()
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by __exit__
            max_size=IN_MEMORY_BYTES, buffering=_READ_BYTES, dir=self._folder
        )
        self._end = 0
        self._appending = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give all space back; nothing can be read any more."""
        # Closing writes what is still buffered: on a full disk that fails, and does not matter.
        try:
            self._file.close()
        except OSError:
            self._file.close()

    @property
    def end(self) -> int:
        """How many bytes it holds, and where the next ones go."""
        return self._end

    def append(self, data: bytes) -> int:
        """Add bytes at the end and return the place of the first."""
        place = self._end
        with self._reported():
            if not self._appending:
                self._file.seek(place)
                self._appending = True
            self._file.write(data)
        self._end += len(data)
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
        with self._reported():
            self._appending = False
            self._file.seek(place)
            data = self._file.read(size)
        if len(data) != size:
            raise HashError(f"the archive ends early: {size} bytes expected, {len(data)} found")
        return data

    def rewind(self) -> None:
        """Forget everything; the next bytes take the same space again."""
        if self._end:
            self._end = 0
            self._appending = False

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HashError(
                f"cannot keep temporary data in {self._folder}: {error.strerror or error}",
                hint="free some space there, or set TMPDIR to a folder on a larger disk",
            ) from error
