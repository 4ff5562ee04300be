"""The updater's own files between runs: each begins with the version of its form and a checksum.

What does not fit is no file: of another release's form, cut short by a full disk, or changed by a
bit. Whoever keeps it makes it anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

import updater
from updater.effects import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Content = TypeVar("_Content")

UNFINISHED = "updater-new-"
"""What the names of files begin with that are being written."""

UNUSED_SECONDS = 90 * 24 * 3600.0
"""What no run has asked for in so long is dropped."""

_DIGEST = hashlib.sha256


def untold(_detail: str) -> None:
    """Tell nobody of a file that was dropped."""


class DamagedFile(Exception):
    """A kept file is not as it was written."""


def write(path: Path, form: str, data: bytes) -> None:
    """Write a kept file in one step, for its owner alone; its folder is made where it is missing.

    Args:
        path: the file.
        form: what it is, and the version of how that is written; one word.
        data: the rest.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes a file that only its owner may read: mode 0600.
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(f"{form} {_DIGEST(data).hexdigest()}\n".encode())
        file.write(data)
    Path(name).replace(path)


def read(path: Path, form: str) -> bytes | None:
    """Return what was kept, None where nothing was.

    Raises:
        OSError: it cannot be read.
        DamagedFile: it is not as `write` left it, or of another form; it is removed.
    """
    try:
        head, _, data = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if head != f"{form} {_DIGEST(data).hexdigest()}".encode():
        path.unlink(missing_ok=True)
        raise DamagedFile(str(path))
    return data


def recall(
    path: Path,
    form: str,
    decoder: msgspec.msgpack.Decoder[_Content],
    tell: Callable[[str], None],
    lost: str,
) -> _Content | None:
    """Return what was kept as msgpack; None where nothing was, or it cannot be read.

    Args:
        path: the file.
        form: as for `write`.
        decoder: of what was kept.
        tell: is told where it is damaged.
        lost: what is done then, for people.
    """
    try:
        data = read(path, form)
        return decoder.decode(data) if data is not None else None
    except OSError:
        return None
    except (DamagedFile, msgspec.MsgspecError):
        tell(f"{path} is damaged and is made anew: {lost}")
        return None


def drop_unused(folder: Path) -> None:
    """Delete the files of a folder that no run has asked for in a long time.

    Raises:
        OSError: one cannot be deleted.
    """
    oldest = time.time() - UNUSED_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def used(path: Path) -> None:
    """Note that a file was of use, so that it stays.

    Raises:
        OSError: it is not there, or another user's.
    """
    os.utime(path)


def place_of(folder: Path, root: Path) -> Path:
    """Return the file in which a folder keeps what is known of one project.

    Args:
        folder: where it is kept.
        root: the project's folder.
    """
    place = files.real(root).encode(errors="surrogateescape")
    return folder / hashlib.sha256(place).hexdigest()[:40]


def code_stamp(*names: str) -> bytes:
    """Return what differs wherever `code_digest` may, without reading a module.

    Args:
        names: as there.
    """
    digest = _DIGEST(f"{updater.__version__} {updater.__file__}".encode(errors="surrogateescape"))
    for path in _modules(names):
        about = path.stat()
        digest.update(b"%s %d %d\n" % (path.name.encode(), about.st_size, about.st_mtime_ns))
    return digest.digest()


def code_digest(*names: str) -> bytes:
    """Return a digest of modules of this program: what others made of the same text may differ.

    Args:
        names: modules and folders of modules, relative to the program's own folder.
    """
    digest = _DIGEST()
    for path in _modules(names):
        data = path.read_bytes()
        digest.update(b"%s %d\n%s" % (path.name.encode(), len(data), data))
    return digest.digest()


def _modules(names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        place = Path(updater.__file__).parent / name
        yield from sorted(place.glob("*.py")) if place.is_dir() else (place,)
