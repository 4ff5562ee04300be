"""Pointers of Git LFS, which stand in a tree for large files that are kept elsewhere.

Source: Git LFS, docs/spec.md, "The Pointer".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE: Final = b"version https://git-lfs.github.com/spec/v1\n"
_LARGEST: Final = 1023
# Also as it stands in a serialised tree: behind the zeros of its length, before such or a one.
_POINTER: Final = re.compile(
    rb"(?:\A|\0)version https://(?:git-lfs|hawser)\.github\.com/spec/v1\n"
    rb"(?:[a-z0-9.-]+ [^\n]+\n)*size [0-9]+\n(?=\Z|[\0\x01])"
)
_FETCHING: Final = frozenset(
    {"fetchgit", "fetchFromGitHub", "fetchFromGitLab", "fetchFromGitea", "fetchFromCodeberg"}
)

MOST_POINTERS: Final = 1000
"""How many are counted of one tree."""


def may_be_pointer(size: int) -> bool:
    """Tell whether a file of so many bytes can be a pointer."""
    return len(_FIRST_LINE) < size <= _LARGEST


def has_pointer(data: bytes) -> bool:
    """Tell whether a file is a pointer, and not a text that quotes one.

    Args:
        data: the file, alone or as it stands in a serialised tree.
    """
    return _FIRST_LINE[:8] in data and _POINTER.search(data) is not None


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


def advice(pointers: Sequence[str], fetcher: str) -> str:
    """Say that an archive has pointers in the place of files; empty where it has none.

    Args:
        pointers: the paths.
        fetcher: what fetched it; most know no `fetchLFS`.
    """
    if not pointers:
        return ""
    they, pronoun = "pointers to them, and not the files", "them"
    if len(pointers) == 1:
        they, pronoun = "a pointer to it, and not the file", "it"
    how = "`fetchLFS = true`" if fetcher in _FETCHING else "fetchgit with `fetchLFS = true`"
    return f"{named(pointers)}: the archive has {they}; {how} fetches {pronoun}"
