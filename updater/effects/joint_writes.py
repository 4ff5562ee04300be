"""Several files that change together: all of them, or none, however the run ends.

Before the first is written, a note says what all of them were and shall be. A run that is killed in
between leaves the note, and the next one takes back what was written.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import MsgspecError, Struct, json

from updater.effects import writes
from updater.effects.files import git_folder
from updater.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOTE = "updater-unfinished"


class JointFile(Struct, frozen=True):
    """One file, before and after; None for no file."""

    file: str
    before: bytes | None
    after: bytes | None


class JointChange(Struct, frozen=True):
    """What becomes of several files.

    Attributes:
        root: what they are relative to.
    """

    root: str
    files: tuple[JointFile, ...]


def write_all(root: Path, changes: Sequence[tuple[str, bytes | None, bytes | None]]) -> None:
    """Write, make and remove files: all of them, or none.

    What fails puts back what was written before. Of a run that is killed, the next one does so.

    Args:
        root: what the files are relative to.
        changes: file, its bytes before and after; None where there is no such file.

    Raises:
        WriteError: a file is not what it was, or cannot be written; all are as they were.
    """
    for file, before, _ in changes:
        path = root / file
        if (path.read_bytes() if path.exists() else None) != before:
            raise WriteError(f"{file} has changed since it was read", hint="run the command again")
    with _noted(root, changes):
        done: list[tuple[str, bytes | None, bytes | None]] = []
        try:
            for file, before, after in changes:
                writes.become(root / file, before, after, file)
                done.append((file, before, after))
        except BaseException:
            for file, before, after in reversed(done):
                with suppress(OSError, WriteError):
                    writes.become(root / file, after, before, file)
            raise


def is_unfinished(root: Path) -> bool:
    """Tell whether a run was killed in the middle of such a change, or is in it now."""
    return _note(root).exists()


def take_back(root: Path) -> tuple[str, ...]:
    """Undo what a killed run wrote of a change, and return the files that are as they were again.

    It is left alone where all was written, or where somebody has changed one of the files since.

    Raises:
        WriteError: one cannot be taken back.
    """
    note = _note(root)
    try:
        with note.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever is at work holds it
            change = json.decode(file.read(), type=JointChange)
            back = _written(change)
            for own in back:
                writes.become(Path(change.root) / own.file, own.after, own.before, own.file)
            note.unlink(missing_ok=True)
    except (FileNotFoundError, BlockingIOError):
        return ()
    except MsgspecError as error:
        raise WriteError(f"{note} is not as it was written", hint="remove it") from error
    except OSError as error:
        raise WriteError(f"{note} cannot be read: {error.strerror}") from error
    return tuple(own.file for own in back)


def _written(change: JointChange) -> list[JointFile]:
    """Return the files that a killed run wrote of a change that it did not finish."""
    written = []
    for own in change.files:
        path = Path(change.root) / own.file
        writes.sweep(path)
        now = path.read_bytes() if path.is_file() else None
        if now not in (own.before, own.after):
            return []
        if now == own.after:
            written.append(own)
    return written if len(written) < len(change.files) else []


@contextmanager
def _noted(root: Path, changes: Sequence[tuple[str, bytes | None, bytes | None]]) -> Iterator[None]:
    """Leave a note while several files are written; one alone is written in one step anyway."""
    if len(changes) < 2:  # noqa: PLR2004 - one alone
        yield
        return
    note = _note(root)
    change = JointChange(os.path.realpath(root), tuple(JointFile(*own) for own in changes))
    try:
        with _locked(note, json.encode(change)):
            try:
                yield
            finally:
                if not _written(change):
                    note.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(
            f"{note} cannot be written: {error.strerror}", hint="check free space and permissions"
        ) from error


@contextmanager
def _locked(note: Path, data: bytes) -> Iterator[None]:
    """Write the note, and hold it as long as the work goes on."""
    handle = _written_and_locked(note, data)
    while handle is None:  # another run has just looked at it, and taken it for one that was left
        handle = _written_and_locked(note, data)
    try:
        yield
    finally:
        os.close(handle)


def _written_and_locked(note: Path, data: bytes) -> int | None:
    writes.become(note, None, data, note.name)
    try:
        handle = os.open(note, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(handle, fcntl.LOCK_EX)
    if note.exists():
        return handle
    os.close(handle)
    return None


def _note(root: Path) -> Path:
    """Return the path of the note: in git's own folder, else a hidden file of the project."""
    folder = git_folder(root)
    return folder / _NOTE if folder is not None else root / f".{_NOTE}"
