"""Folders in TMPDIR that a later run removes where their own was killed.

A run holds a lock beside each folder, which the kernel drops however the run ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS, _LOCK = "updater-", ".lock"
_TRIES, _PAUSE = 50, 0.02


def place() -> Path:
    """Return the folder for temporary files.

    `tempfile` tries each with a file of its own, which stays where the run is killed meanwhile.
    """
    places = (os.environ.get("TMPDIR", ""), "/tmp")  # noqa: S108 - as tempfile has it
    writable = (name for name in places if name and os.access(name, os.W_OK | os.X_OK))
    return Path(next(writable, "") or tempfile.gettempdir())


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """Make a folder for its owner alone, which is gone at the end.

    Args:
        name: what it is for, in its name.
    """
    # The lock comes before what it protects, so that no folder is ever without one.
    with _locked(f"{_OURS}{name}-") as lock:
        path = lock.with_name(lock.name.removesuffix(_LOCK))
        try:
            path.mkdir(mode=0o700)
            yield path
        finally:
            _remove(path)


@contextmanager
def _locked(prefix: str) -> Iterator[Path]:
    while True:
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=_LOCK, dir=place())
        path = Path(name)
        with os.fdopen(handle, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():  # another run swept it before it was locked
                continue
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)
            return


def sweep() -> None:
    """Remove the folders of runs that died."""
    for lock in place().glob(f"{_OURS}*{_LOCK}"):
        with suppress(OSError), lock.open("r+") as file:  # else alive, or another user's
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _remove(lock.with_name(lock.name.removesuffix(_LOCK))):
                lock.unlink()


def _remove(path: Path) -> bool:
    """Remove a folder, and tell whether it is gone.

    A program that outlived its run may still write there: it fails as soon as its files are gone.
    """
    for _ in range(_TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return True
        time.sleep(_PAUSE)
    return False
