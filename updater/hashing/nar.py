"""Nix Archives: the one serialisation of a file tree that Nix hashes.

A NAR knows names, contents, the owner's executable bit and link targets, nothing else; names are
sorted by their bytes. Every string is its length as a 64-bit little-endian number, its bytes, and
zeros up to a multiple of eight. Source: Nix manual, "Nix Archive (NAR) format"; E. Dolstra's
thesis, figure 5.2.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, Final, TypeAlias

from updater.errors import HashError
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from updater.model import Algorithm

Sink: TypeAlias = "Callable[[bytes], object]"
"""Takes the NAR's bytes in order, such as ``hashlib.sha256().update``."""

_WORD: Final = 8
_READ_BYTES: Final = 1 << 18


def string(value: bytes) -> bytes:
    """Return a string as a NAR writes it."""
    return len(value).to_bytes(_WORD, "little") + value + bytes(-len(value) % _WORD)


MAGIC: Final = string(b"nix-archive-1")
_OPEN: Final = string(b"(") + string(b"type")
_CLOSE: Final = string(b")")
_CONTENTS: Final = string(b"contents")
_REGULAR: Final = _OPEN + string(b"regular") + _CONTENTS
_EXECUTABLE: Final = _OPEN + string(b"regular") + string(b"executable") + string(b"") + _CONTENTS
_SYMLINK: Final = _OPEN + string(b"symlink") + string(b"target")
_ENTRY: Final = string(b"entry") + string(b"(") + string(b"name")
_NODE: Final = string(b"node")
_FILE_ENDS: Final = tuple(bytes(-size % _WORD) + _CLOSE for size in range(_WORD))

FOLDER_START: Final = _OPEN + string(b"directory")
FOLDER_END: Final = _CLOSE
ENTRY_END: Final = _CLOSE


def entry_start(name: bytes) -> bytes:
    """Return what precedes a folder's child; ``ENTRY_END`` follows the child."""
    return _ENTRY + string(name) + _NODE


def file_start(size: int, *, executable: bool) -> bytes:
    """Return what precedes a regular file's ``size`` bytes."""
    return (_EXECUTABLE if executable else _REGULAR) + size.to_bytes(_WORD, "little")


def file_end(size: int) -> bytes:
    """Return what follows a regular file's ``size`` bytes."""
    return _FILE_ENDS[size % _WORD]


def symlink(target: bytes) -> bytes:
    """Return a whole symbolic link."""
    return _SYMLINK + string(target) + _CLOSE


def hash_path(path: Path, algorithm: Algorithm = "sha256") -> Sri:
    """Return the NAR hash of a file, a symbolic link or a tree on disk, as ``nix hash path`` does.

    Raises:
        HashError: something in it cannot be read, or is neither file, folder nor symbolic link.
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    write_path(path, digest.update)
    return Sri(algorithm, digest.digest())


def write_path(path: Path, sink: Sink) -> None:
    """Serialise a file, a symbolic link or a tree on disk into ``sink``.

    Raises:
        HashError: as ``hash_path``.
    """
    sink(MAGIC)
    try:
        _write_node(os.fsencode(path), sink)
    except OSError as error:
        raise HashError(f"cannot read {error.filename!r}: {error.strerror}") from error


def _write_node(path: bytes, sink: Sink) -> None:
    status = os.lstat(path)
    if stat.S_ISREG(status.st_mode):
        _write_file(path, status, sink)
    elif stat.S_ISLNK(status.st_mode):
        sink(symlink(os.readlink(path)))  # noqa: PTH115 - pathlib rewrites a//b and a/. in targets
    elif stat.S_ISDIR(status.st_mode):
        sink(FOLDER_START)
        for name in sorted(os.listdir(path)):  # noqa: PTH208 - pathlib has no bytes
            sink(entry_start(name))
            _write_node(os.path.join(path, name), sink)  # noqa: PTH118 - pathlib has no bytes
            sink(ENTRY_END)
        sink(FOLDER_END)
    else:
        raise HashError(
            f"{os.fsdecode(path)!r} is neither a file, a folder nor a symbolic link",
            hint="a NAR cannot hold it; remove it",
        )


def _write_file(path: bytes, status: os.stat_result, sink: Sink) -> None:
    sink(file_start(status.st_size, executable=bool(status.st_mode & stat.S_IXUSR)))
    left = status.st_size
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib has no bytes
        while left and (piece := file.read(min(left, _READ_BYTES))):
            sink(piece)
            left -= len(piece)
    if left:
        raise HashError(f"{os.fsdecode(path)!r} became shorter while it was read")
    sink(file_end(status.st_size))
