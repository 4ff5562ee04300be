"""Files that are written: replaced in one step if they are still what was read, made, added to."""

from __future__ import annotations

import fcntl
import glob
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from updater.errors import WriteError

_SUFFIX = ".updater-tmp"


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
        WriteError: it has other bytes by now, or cannot be written; it is unchanged.
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
            f"{shown} cannot be written: {error.strerror}; it is unchanged",
            hint="check free space and permissions",
        ) from error


def make(path: Path, content: bytes) -> None:
    """Write a file of the updater's own, its folders too.

    Raises:
        WriteError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WriteError(
            f"{path} cannot be written: {error.strerror}", hint="name another folder"
        ) from error


def make_folder(path: Path) -> None:
    """Make a folder of the updater's own, into which it can write.

    Raises:
        WriteError: it cannot.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{path} cannot be made: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise WriteError(f"{path} cannot be written to")


def append(path: Path, text: str) -> None:
    """Add text to a file, such as the one that GitHub Actions names for a step's summary.

    Raises:
        WriteError: it cannot be written.
    """
    try:
        with path.open("ab") as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def _write(target: Path, new: bytes, mode: int) -> None:
    sweep(target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=_SUFFIX)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
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


def become(path: Path, before: bytes | None, after: bytes | None, shown: str) -> None:
    """Make a file what it shall be, in one step.

    Args:
        path: the file.
        before: the bytes that it must still have; None where there must be no file.
        after: the bytes that it gets; None where it goes.
        shown: its name in messages.

    Raises:
        WriteError: it has other bytes by now, or cannot be written; it is unchanged.
    """
    if before is not None and after is not None:
        replace(path, before, after, shown)
        return
    try:
        if after is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, after, 0o666 & ~_umask())
    except OSError as error:
        raise WriteError(
            f"{shown} cannot be written: {error.strerror}", hint="check free space and permissions"
        ) from error


def remove_empty(root: Path, file: str) -> None:
    """Remove the folders that a file which is gone left empty, as git does; never the root."""
    folder = (root / file).parent
    with suppress(OSError):  # what is in use stays
        while folder != root and root in folder.parents:
            folder.rmdir()
            folder = folder.parent


def sweep(target: Path) -> None:
    """Remove what a killed run left beside a file: the living hold a lock on theirs."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*{_SUFFIX}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
