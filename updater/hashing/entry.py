"""One member of an archive, as every reader yields it, and the rules for its path."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from updater.errors import HashError, HostileArchive

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_BYTES: Final = 255
PATH_BYTES: Final = 4095
BUILD: Final = "set `hash: build` for this package, so that its fetcher unpacks it"
"""What to do with an archive that is read in more than one way, or not here at all."""


class Kind(Enum):
    """What a member is; everything else is refused by the readers."""

    FILE = auto()
    FOLDER = auto()
    SYMLINK = auto()
    HARD_LINK = auto()


class Entry(NamedTuple):
    """One member of an archive.

    A tuple since one is made for each of a million members.

    Attributes:
        path: its components as bytes; empty for the folder that is unpacked into.
        executable: the owner may execute it (files only).
        size: of ``content``, in bytes.
        content: the file's bytes in pieces; must be taken before the next entry is asked for.
        target: a symbolic link's text as it is written, or the path of a hard link's first name.
    """

    kind: Kind
    path: tuple[bytes, ...]
    executable: bool = False
    size: int = 0
    content: Iterable[bytes] = ()
    target: bytes = b""


def split_path(raw: bytes) -> tuple[bytes, ...]:
    """Return the components of a member's path, without ``.`` and empty ones.

    Raises:
        HostileArchive: it is absolute or has a ``..``.
        HashError: no file system could hold it.
    """
    parts = raw.split(b"/")
    if b"" in parts or b"." in parts or b".." in parts:
        if raw.startswith(b"/"):
            raise HostileArchive("the archive has an absolute path", member=shown(raw))
        if b".." in parts:
            raise HostileArchive("the archive has a path with '..'", member=shown(raw))
        parts = [part for part in parts if part not in (b"", b".")]
    if len(raw) > NAME_BYTES and (
        len(raw) > PATH_BYTES or any(len(part) > NAME_BYTES for part in parts)
    ):
        raise HashError(
            f"the archive has a path that no file system holds ({len(raw)} bytes; a name may have "
            f"{NAME_BYTES}, a path {PATH_BYTES}): {shown(raw[:60])}..."
        )
    if b"\0" in raw:
        raise HostileArchive("the archive has a path with a zero byte", member=shown(raw))
    return tuple(parts)


def names_something(raw: bytes) -> bool:
    """Tell whether a path ends in a name, and not in a dot, which only a folder may be called."""
    if not raw.endswith((b".", b"/")):
        return bool(raw)
    return raw.rstrip(b"/").rpartition(b"/")[2] not in (b"", b".")


def shown(path: bytes | Iterable[bytes]) -> str:
    """Return a path as a message shows it, bytes that are no UTF-8 as escapes."""
    raw = path if isinstance(path, bytes) else b"/".join(path)
    return (raw.rstrip(b"/") or raw).decode("utf-8", "backslashreplace")
