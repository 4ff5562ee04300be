"""Changes between their writing and their commit: alone in the repository, and never forgotten.

Before a file is written, a note in git's folder says what becomes of it and of which message. A run
that is killed in between leaves the note, and the next run commits what it tells of.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct, json

from updater.effects import kept
from updater.effects.files import git_folder
from updater.effects.git import own
from updater.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

_NOTE, _FORM = "updater-uncommitted", "updater-uncommitted-3"
_INDEX_LOCK = "index.lock"
_PATIENCE = 10.0  # seconds: what another git does in a repository rarely takes longer
_PAUSE = 0.1


class UncommittedFile(Struct, frozen=True):
    """One file of a change.

    Attributes:
        file: relative to the root.
        before, after: the digests of its bytes; empty for no file.
    """

    file: str
    before: str
    after: str


class Uncommitted(Struct, frozen=True):
    """A change of some files, from its writing to its commit.

    Attributes:
        message: the commit's.
    """

    files: tuple[UncommittedFile, ...]
    message: str

    @property
    def shown(self) -> str:
        """The names of its files."""
        return " and ".join(changed.file for changed in self.files)

    @property
    def new(self) -> tuple[str, ...]:
        """The files that git does not know yet."""
        return tuple(changed.file for changed in self.files if not changed.before)

    @property
    def title(self) -> str:
        """The message's first line."""
        return self.message.partition("\n")[0]


def change_of(files: Sequence[tuple[str, bytes | None, bytes | None]], message: str) -> Uncommitted:
    """Return a change to be written and committed.

    Args:
        files: each with its bytes before and after; None for no file.
        message: the commit's.
    """
    return Uncommitted(
        tuple(UncommittedFile(file, _digest(old), _digest(new)) for file, old, new in files),
        message,
    )


def is_left(root: Path) -> bool:
    """Tell whether there is a note, which may be of a run that is at work now."""
    folder = git_folder(root)
    return folder is not None and (folder / _NOTE).exists()


@asynccontextmanager
async def noted(root: Path, change: Uncommitted) -> AsyncIterator[None]:
    """Write and commit files within this, while no other run does so in the repository.

    Where git holds its own lock, nothing is begun: the commit would fail after the file is written.
    Where the commit is refused, the next run tries again, unless somebody has seen to it.

    Args:
        root: the user's repository.
        change: what is about to be written.

    Raises:
        WriteError: another run or another git is at work there.
    """
    folder = git_folder(root)
    if folder is None:  # git itself says so
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        await _alone(handle, folder)
        kept.write(folder / _NOTE, _FORM, json.encode(change))
        # Once it is written, it is committed, whatever signal comes.
        with anyio.CancelScope(shield=True):
            yield
        (folder / _NOTE).unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(
            f"{folder} cannot be written: {error.strerror}", hint="leave out --commit"
        ) from error
    finally:
        os.close(handle)


async def left(root: Path) -> Uncommitted | None:
    """Return what a run wrote that was killed before it committed, None where nothing is left.

    It counts only while the files and their last commits are as that run left them.
    """
    folder = git_folder(root)
    change = _read(folder) if folder is not None else None
    if folder is None or change is None:
        return None
    for changed in change.files:
        path, committed = root / changed.file, await own.file_at(root, "HEAD", changed.file)
        now = path.read_bytes() if path.is_file() else None
        if (_digest(committed), _digest(now)) != (changed.before, changed.after):
            break
    else:
        return change
    (folder / _NOTE).unlink(missing_ok=True)
    return None


async def finish(root: Path, change: Uncommitted) -> None:
    """Commit what a killed run wrote.

    Raises:
        WriteError: git refuses.
    """
    names = [changed.file for changed in change.files]
    async with noted(root, change):
        await own.commit_files(root, names, change.message, new=change.new)


async def _alone(handle: int, folder: Path) -> None:
    """Wait until no other run of the updater, and no other git, writes."""
    lock = folder / _INDEX_LOCK
    with anyio.move_on_after(_PATIENCE):
        while not _is_locked(handle) or lock.exists():  # noqa: ASYNC110 - neither tells its end
            await anyio.sleep(_PAUSE)
        return
    if lock.exists():
        raise WriteError(
            f"another git is at work: {lock} exists",
            hint="wait for its end; if none runs, remove the file",
        )
    raise WriteError("another updater commits in this repository", hint="wait for its end")


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(folder: Path) -> Uncommitted | None:
    try:
        data = kept.read(folder / _NOTE, _FORM)
    except (OSError, kept.DamagedFile):
        return None
    return json.decode(data, type=Uncommitted) if data is not None else None


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data).hexdigest() if data is not None else ""
