"""Files and folders as they are: read, listed and looked at, never changed.

Light, since every command reads: what writes is `effects.writes`.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from updater.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORTH_LISTING = 8  # files of one folder, whose listing tells which of them are links


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


def read_plain(path: Path, shown: str) -> bytes:
    """Return the bytes of a file that may be a pipe or a device by now: of such, none is read.

    Raises:
        ReadError: it is not a plain file, or cannot be read.
    """
    try:
        # Else the opening of a pipe waits until somebody writes into it.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ReadError(f"{shown}: is not a plain file", hint="name another file")
            return file.read()
    except OSError as error:
        raise ReadError(f"{shown}: cannot be read: {error.strerror}") from error


def refuse_outside(root: Path, file: str) -> bool:
    """Make sure that a file is the project's own, and tell whether a link leads to it.

    Such is what lies in the repository, and of what lies beside it, what is in the folder that the
    configuration names. Git's own folder is no part of the repository's tree.

    Args:
        root: the project's folder.
        file: relative to it.

    Raises:
        ReadError: it leads to something else, which may be anything on this machine.
    """
    written = os.path.abspath(root / file)  # noqa: PTH100 - links stay
    target = os.path.realpath(written)
    if target == written:
        return False
    written = os.path.normpath(f"{os.path.realpath(root)}/{file}") if file[:1] != "/" else file
    if target == written:
        return False
    top = os.path.realpath(up_to_repository(root)[-1])
    home = top if _is_below(written, top) else os.path.realpath(os.path.dirname(written))  # noqa: PTH120 - as text
    if not _is_below(target, home) or ".git" in target.removeprefix(home).split("/"):
        raise ReadError(
            f"{file}: is a link that leads out of the project, and is not read",
            hint="put the file itself there, or leave it out of `overlays:`",
        )
    return True


def _is_below(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def find(path: Path, shown: str) -> bytes | None:
    """Return a file's bytes, None where there is no file of this name.

    Raises:
        ReadError: it cannot be read.
    """
    return read(path, shown) if path.is_file() else None


def exists(path: Path) -> bool:
    """Tell whether there is a file or a folder of this name."""
    return path.exists()


def is_folder(path: Path) -> bool:
    """Tell whether a path is that of a folder."""
    return os.path.isdir(path)  # noqa: PTH112 - it fails at no path


def is_named_file(path: Path) -> bool:
    """Tell whether a path is that of a file, or of a link that leads nowhere."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))  # noqa: PTH110, PTH113, PTH114 - as above


def up_to_repository(folder: Path) -> list[Path]:
    """Return a folder and those above it, up to the top of its git repository.

    Outside of a repository it is the folder alone.
    """
    folders = []
    for parent in (folder, *Path(os.path.realpath(folder)).parents):
        folders.append(parent)
        if os.path.exists(parent / ".git"):  # noqa: PTH110 - as above
            return folders
    return [folder]


def git_folder(folder: Path) -> Path | None:
    """Return git's own folder of the repository that a folder is in; None outside of one."""
    path = up_to_repository(folder)[-1] / ".git"
    if path.is_dir():
        return path
    with suppress(OSError):  # a worktree, or a submodule, has it elsewhere
        named = path.read_text(errors="surrogateescape").removeprefix("gitdir:").strip()
        return path.parent / named
    return None


def is_inside(folder: Path, file: str) -> bool:
    """Tell whether a path below a folder is that of a file, and no link on the way leads out."""
    path = folder / file
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def relative(path: Path, start: Path) -> str:
    """Return a path as somebody in a folder would write it."""
    return os.path.relpath(path, start)


def absolute(path: Path) -> Path:
    """Return a path from the root of the file system; links stay."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - without `..` in it


def real(path: Path) -> str:
    """Return where a path leads when all links are followed."""
    return os.path.realpath(path)


def below(root: Path, start: Path, name: str) -> tuple[str, ...]:
    """Return what a path means relative to a folder: as it is written, and with links followed.

    Args:
        root: the folder; nothing is returned for what lies outside of it.
        start: what the path is relative to.
        name: the path; there need be no such file.
    """
    path = os.path.join(start, name)  # noqa: PTH118 - a Path would drop "./"
    meant = [(os.path.abspath(path), os.path.abspath(root))]  # noqa: PTH100 - links stay
    meant.append((os.path.realpath(path), os.path.realpath(root)))
    candidates = [os.path.relpath(inner, outer) for inner, outer in meant]
    return tuple(
        dict.fromkeys(
            candidate for candidate in candidates if not f"{candidate}/".startswith("../")
        )
    )


def listed(folder: Path, entry: str, suffix: str) -> list[str]:
    """Return the files that an entry of a list of files means, relative to a folder.

    A file means itself, a folder all plain files below it with the suffix, and a pattern the files
    that it matches; sorted by the parts of their paths. An absolute path is no pattern.

    Raises:
        ReadError: a folder cannot be read, or leads out of the project.
    """
    path = folder / entry
    if path.is_dir():
        if not os.path.normpath(entry).startswith(("/", "..")):  # else somebody names it so
            refuse_outside(folder, entry)
        return sorted(_below(folder, os.path.normpath(entry), suffix), key=_parts)
    if path.is_file():
        return [os.path.normpath(entry)]
    matches = sorted(folder.glob(entry)) if not entry.startswith("/") else []
    return [match.relative_to(folder).as_posix() for match in matches if match.is_file()]


def is_any_below(folder: Path, suffix: str) -> bool:
    """Tell whether a folder has a file with a suffix, however deep, that can be seen.

    One that a link has elsewhere may be the whole machine: whoever reads it is told.
    """
    top = os.path.realpath(up_to_repository(folder.parent)[-1])
    if folder.is_symlink() and not _is_below(os.path.realpath(folder), top):
        return True
    return any(name.endswith(suffix) for _, _, names in os.walk(folder) for name in names)


def _below(root: Path, folder: str, suffix: str) -> Iterator[str]:
    """Yield the files below a folder; no link to a folder is followed."""
    waiting = [os.fspath(root / folder)]
    while waiting:
        inside = waiting.pop()
        below = os.path.relpath(inside, root)
        start = "" if below == "." else f"{below}/"
        try:
            with os.scandir(inside) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.endswith(suffix) and _may_be_read(entry):
                        yield f"{start}{entry.name}"
        except OSError as error:  # no folder is passed over that cannot be read
            raise ReadError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Tell whether a path is that of no pipe, socket or device; a broken link says so itself."""
    if entry.is_file(follow_symlinks=False):
        return True
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _parts(file: str) -> list[str]:
    return file.split("/")


def distinct(folder: Path, files: Iterable[str]) -> list[str]:
    """Return files of a folder once each: of a link and its target, the target."""
    named = list(dict.fromkeys(files))
    links = _links_in(folder, named)
    if not links:
        return named
    targets = {os.path.realpath(folder / file) for file in named if file not in links}
    distinct_files = []
    for file in named:
        target = os.path.realpath(folder / file)
        if file not in links or target not in targets:
            distinct_files.append(file)
            targets.add(target)
    return distinct_files


def _links_in(folder: Path, named: Iterable[str]) -> set[str]:
    """Return which of some files are links; a folder that has many of them is listed instead."""
    inside: dict[str, list[str]] = {}
    for file in named:
        inside.setdefault(os.path.dirname(file), []).append(file)  # noqa: PTH120 - as text
    links: set[str] = set()
    for below, own in inside.items():
        with suppress(OSError):
            if len(own) < _WORTH_LISTING:
                links |= {file for file in own if os.path.islink(f"{folder}/{file}")}  # noqa: PTH114
                continue
            with os.scandir(f"{folder}/{below}") as entries:
                names = {entry.name for entry in entries if entry.is_symlink()}
            links |= {file for file in own if os.path.basename(file) in names}  # noqa: PTH119
    return links


def size(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def read_small(folder: Path, suffix: str, *, largest: int, most: int) -> dict[str, bytes]:
    """Return the regular files of a folder by name, for a folder that may be hostile.

    No link is followed and no sub-folder entered.

    Args:
        folder: the folder.
        suffix: of the files that count.
        largest: how many bytes a file may have.
        most: how many files there may be.

    Raises:
        ReadError: the folder cannot be read, or breaks a limit.
    """
    contents: dict[str, bytes] = {}
    try:
        with os.scandir(folder) as listed:
            names = sorted(entry.name for entry in listed if entry.name.endswith(suffix))
        if len(names) > most:
            raise ReadError(f"{folder} has {len(names)} files, and at most {most} are read")
        for name in names:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(folder / name, flags), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ReadError(f"{folder}/{name} is not a regular file")
                contents[name] = file.read(largest + 1)
            if len(contents[name]) > largest:
                raise ReadError(f"{folder}/{name} is larger than {largest} bytes")
    except OSError as error:
        raise ReadError(f"{folder} cannot be read: {error.strerror}") from error
    return contents
