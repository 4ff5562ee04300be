"""Pointers of Git LFS, which stand in a tree for large files that are kept elsewhere.

Source: Git LFS, docs/spec.md, "The Pointer".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE: Final = b"version https://git-lfs.github.com/spec/v1\n"
_LARGEST: Final = 1023

MOST_POINTERS: Final = 1000
"""How many are counted of one tree."""


def may_be_pointer(size: int) -> bool:
    """Tell whether a file of so many bytes can be a pointer."""
    return len(_FIRST_LINE) < size <= _LARGEST


def has_pointer(data: bytes) -> bool:
    """Tell whether a pointer stands in some bytes, which may have more before and behind it."""
    return _FIRST_LINE in data


def named(pointers: Sequence[str]) -> str:
    """Say which files pointers stand for, the subject of a sentence; empty for none."""
    match pointers:
        case []:
            return ""
        case [name]:
            return f"{name} is in Git LFS"
        case [name, other]:
            return f"{name} and {other} are in Git LFS"
        case [name, *others]:
            return f"{name} and {len(others)} other files are in Git LFS"
    return ""


def advice(pointers: Sequence[str]) -> str:
    """Say that an archive has pointers in the place of files; empty where it has none."""
    if not pointers:
        return ""
    what = "pointers to them, and not the files; `fetchLFS = true` fetches them"
    if len(pointers) == 1:
        what = "a pointer to it, and not the file; `fetchLFS = true` fetches it"
    return f"{named(pointers)}: the archive has {what}"
