"""The single top folder of an archive, which the fetcher takes away."""

from __future__ import annotations

from typing import Final

from updater.errors import HashError, HostileArchive
from updater.hashing.entry import BUILD, Entry, Kind, shown, split_path

_FLAT: Final = (
    "set stripRoot = false in the fetcher if the archive is meant to be a flat list of files"
)


class Top:
    """Strips the first component of every path, and checks that all have the same.

    Args:
        filename: the archive's name, for messages.
        lone_file: a single top file stays as it is, since fetchzip puts it into a folder.

    Raises:
        HashError: the archive has several top entries, or none, or a link in its place.
    """

    def __init__(self, filename: str, *, lone_file: bool = True) -> None:
        self._filename = filename
        self._lone_file = lone_file
        self._name: bytes | None = None
        self._is_file = False
        self._beneath = False

    def strip(self, entry: Entry) -> Entry:
        """Return the entry as it is below the top folder; without a path for that folder itself."""
        path = entry.path
        if not path:
            return entry
        if path[0] != self._name:
            self._start(entry)
        if self._is_file:
            if self._beneath:
                raise HostileArchive("the archive has a path twice", member=shown(path))
            self._beneath = True
            return entry
        if len(path) == 1 and entry.kind is not Kind.FOLDER:
            raise HostileArchive("the archive has a path twice", member=shown(path))
        if entry.kind is Kind.HARD_LINK:
            return entry._replace(path=path[1:], target=self._strip_target(entry.target))
        return entry._replace(path=path[1:])

    def check(self) -> None:
        """Check at the end that there was a top entry at all."""
        if self._name is None:
            raise HashError(f"{self._filename!r} is empty, its fetcher expects one top folder")

    def _start(self, entry: Entry) -> None:
        if self._name is not None:
            names = " and ".join(repr(shown(name)) for name in sorted((self._name, entry.path[0])))
            raise HashError(
                f"{self._filename!r} has several top entries ({names}), its fetcher expects one",
                hint=_FLAT,
            )
        self._name = entry.path[0]
        if len(entry.path) == 1 and entry.kind is not Kind.FOLDER:
            if entry.kind is not Kind.FILE:
                raise HashError(
                    f"{self._filename!r} has the link {shown(self._name)!r} where its fetcher "
                    "expects a top folder",
                    hint=_FLAT,
                )
            if not self._lone_file:
                raise HashError(
                    f"{self._filename!r} has the file {shown(self._name)!r} alone at its top, "
                    "which some releases of Nix put into a folder and others do not",
                    hint=BUILD,
                )
            self._is_file = True

    def _strip_target(self, target: bytes) -> bytes:
        first, *rest = split_path(target) or (b"",)
        if first != self._name or not rest:
            raise HostileArchive(
                "the archive has a hard link to something outside its top folder",
                member=shown(target),
            )
        return b"/".join(rest)
