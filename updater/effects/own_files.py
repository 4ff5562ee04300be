"""The project's own files, of which there may be ten thousand."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from updater.effects import files
from updater.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

_OPENED = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class OwnFiles:
    """Reads files of a project; where no link leads to a folder is looked at once.

    Args:
        root: the project's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._start = f"{root}/"
        self._plain: dict[str, bool] = {}

    def read(self, file: str) -> tuple[bytes, bool]:
        """Return the bytes of a file, and whether a link leads to it.

        Args:
            file: relative to the root.

        Raises:
            ReadError: as `files.refuse_outside` and `files.read_plain` say.
        """
        data = self._plainly(file)
        if data is not None:
            return data, False
        linked = files.refuse_outside(self.root, file)
        return files.read_plain(self.root / file, file), linked

    def _plainly(self, file: str) -> bytes | None:
        """Return the bytes of a plain file to which no link leads; None where there may be one."""
        folder, _, name = file.rpartition("/")
        if name in ("", ".", "..") or file.startswith("/"):
            return None
        with suppress(OSError, ReadError):
            if folder not in self._plain:
                self._plain[folder] = not files.refuse_outside(self.root, folder or ".")
            if not self._plain[folder]:
                return None
            handle = os.open(self._start + file, _OPENED)
            try:
                about = os.fstat(handle)
                if not stat.S_ISREG(about.st_mode):
                    return None
                data = os.read(handle, about.st_size + 1)
                return data if len(data) == about.st_size else None
            finally:
                os.close(handle)
        return None
