"""Files: read once, replaced atomically, and only if they are still what was read."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from updater.errors import ReadError, WriteError


def read(path: Path, shown: str) -> bytes:
    """Return a file's bytes.

    Args:
        path: the file.
        shown: its name in messages.

    Raises:
        ReadError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadError(f"{shown}: cannot be read: {error.strerror}") from error


def replace(path: Path, old: bytes, new: bytes, shown: str) -> None:
    """Replace a file's bytes in one step, keeping its mode; a symlink's target, not the link.

    The new bytes are on disk before the old name leads to them, so that a crash at any moment
    leaves either the old file or the new one.

    Args:
        path: the file.
        old: the bytes that it must still have.
        new: the bytes that it gets.
        shown: its name in messages.

    Raises:
        WriteError: it has other bytes by now, or cannot be written; it is as it was.
    """
    target = path.resolve()
    try:
        if target.read_bytes() != old:
            raise WriteError(f"{shown} has changed since it was read", hint="run the command again")
        mode = stat.S_IMODE(target.stat().st_mode)
        if not os.access(target, os.W_OK) or not mode & 0o222:
            raise WriteError(
                f"{shown} is read-only; nothing was written",
                hint=f"chmod u+w {shown}, or hold the package in config.yaml",
            )
        _write(target, new, mode)
    except OSError as error:
        raise WriteError(
            f"{shown} cannot be written: {error.strerror}; it is as it was",
            hint="check free space and permissions",
        ) from error


def _write(target: Path, new: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
