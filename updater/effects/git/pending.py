"""Changes between their writing and their commit: alone in the repository, and never forgotten.

Before a file is written, a note in git's folder says what becomes of it and of which message. A run
that is killed in between leaves the note, and the next run commits what it tells of.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct, json

from updater.effects import kept, writes
from updater.effects.git import own
from updater.effects.processes.process import run
from updater.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from updater.model import FileChange

_NOTE, _FORM = "updater-uncommitted", "updater-uncommitted-2"
_INDEX_LOCK = "index.lock"
_PATIENCE = 10.0  # seconds: what another git does in a repository rarely takes longer
_PAUSE = 0.1


class UncommittedFile(Struct, frozen=True):
    """One file of a change.

    Attributes:
        file: relative to the root.
        before, after: the digests of its bytes.
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
    def title(self) -> str:
        """The message's first line."""
        return self.message.partition("\n")[0]


def change_of(files: Sequence[FileChange], message: str) -> Uncommitted:
    """Return a change to be written and committed."""
    return Uncommitted(
        tuple(UncommittedFile(own.file, _digest(own.before), _digest(own.after)) for own in files),
        message,
    )


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
    folder = await _git_folder(root)
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

    It counts only while the files and their last commits are as that run left them. Where only some
    of them were written, these are taken back.

    Raises:
        WriteError: one cannot be taken back.
    """
    folder = await _git_folder(root)
    change = _read(folder) if folder is not None else None
    if folder is None or change is None:
        return None
    written, waiting = [], []
    for changed in change.files:
        path, committed = root / changed.file, await own.file_at(root, "HEAD", changed.file) or b""
        now = path.read_bytes() if path.is_file() else b""
        is_committed = _digest(committed) == changed.before
        if is_committed and _digest(now) == changed.after:
            written.append((changed, now, committed))
        elif is_committed and now == committed:
            waiting.append(changed)
    if len(written) == len(change.files):
        return change
    if len(written) + len(waiting) == len(change.files):
        for changed, now, committed in written:
            writes.replace(root / changed.file, now, committed, changed.file)
    (folder / _NOTE).unlink(missing_ok=True)
    return None


async def finish(root: Path, change: Uncommitted) -> None:
    """Commit what a killed run wrote.

    Raises:
        WriteError: git refuses.
    """
    async with noted(root, change):
        await own.commit_files(root, [changed.file for changed in change.files], change.message)


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


async def _git_folder(root: Path) -> Path | None:
    try:
        done = await run(["git", "rev-parse", "--absolute-git-dir"], cwd=root)
    except FileNotFoundError:
        return None
    text = os.fsdecode(done.stdout).removesuffix("\n")
    return Path(text) if done.returncode == 0 else None


def _read(folder: Path) -> Uncommitted | None:
    try:
        data = kept.read(folder / _NOTE, _FORM)
    except (OSError, kept.DamagedFile):
        return None
    return json.decode(data, type=Uncommitted) if data is not None else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
