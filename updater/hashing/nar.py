"""Nix Archives: the one serialisation of a file tree that Nix hashes.

A NAR knows names, contents, the owner's executable bit and link targets, nothing else; names are
sorted by their bytes. Every string is its length as a 64-bit little-endian number, its bytes, and
zeros up to a multiple of eight. Source: Nix manual, "Nix Archive (NAR) format"; E. Dolstra's
thesis, figure 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Sink: TypeAlias = "Callable[[bytes], object]"
"""Takes the NAR's bytes in order, such as ``hashlib.sha256().update``."""

_WORD: Final = 8


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


def entry_name(entry: bytes) -> bytes:
    """Return the name of a folder's child that begins as `entry_start` makes it."""
    at = len(_ENTRY) + _WORD
    return entry[at : at + int.from_bytes(entry[at - _WORD : at], "little")]


def file_start(size: int, *, executable: bool) -> bytes:
    """Return what precedes a regular file's ``size`` bytes."""
    return (_EXECUTABLE if executable else _REGULAR) + size.to_bytes(_WORD, "little")


def file_end(size: int) -> bytes:
    """Return what follows a regular file's ``size`` bytes."""
    return _FILE_ENDS[size % _WORD]


def symlink(target: bytes) -> bytes:
    """Return a whole symbolic link."""
    return _SYMLINK + string(target) + _CLOSE
