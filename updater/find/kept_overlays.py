"""What a few overlays hold together, kept between runs: where none changed, nothing is parsed.

Kept is only what the texts of the files say by themselves: nothing where one of them names another
file, or a link leads to one, nor where one has a secret in it. For many files, `parsed` keeps what
each holds.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from updater.effects import kept
from updater.effects.own_files import OwnFiles
from updater.errors import ReadError
from updater.find.overlay_files import OverlayFiles
from updater.find.parsed import parsers
from updater.model import Package
from updater.text import has_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_FORM = "updater-overlays-1"
# What a text is read by: where this changes, so may what is read.
_READERS = ("text.py", "errors.py", "model", "overlay/reading", "find")


class ReadOverlays(Struct, frozen=True):
    """What was read of files.

    Attributes:
        hold: whether they hold packages, as `unconfigured.holds` says.
        alone: whether all of it is said by their own texts.
    """

    overlays: OverlayFiles
    hold: bool
    alone: bool


class _UnchangedFiles(Struct, frozen=True, array_like=True):
    """What is written: a digest of what read the files, one of each file, and their packages."""

    readers: bytes
    digests: dict[str, bytes]
    hold: bool
    packages: Raw


class KeptOverlays:
    """What an earlier run read of the overlays of one project.

    Args:
        folder: where it is kept; made where it is missing.
        root: the project's folder.
        tell: is told where it is damaged.
    """

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        self._path = kept.place_of(folder, root)
        self._root = root
        self._tell = tell

    def recalled(self, named: Sequence[str]) -> ReadOverlays | None:
        """Return what some files hold, None where they are not all as they were."""
        lost = "all overlays are parsed"
        earlier = kept.recall(self._path, _FORM, _DECODER, self._tell, lost)
        if earlier is None or [*earlier.digests] != [*named] or earlier.readers != _readers():
            return None
        own, texts = OwnFiles(self._root), dict[str, bytes]()
        for file in named:
            try:
                texts[file], is_linked = own.read(file)
            except ReadError:  # it is said by who reads them
                return None
            if is_linked or hashlib.sha256(texts[file]).digest() != earlier.digests[file]:
                return None
        try:
            packages = msgspec.msgpack.decode(earlier.packages, type=tuple[Package, ...])
        except msgspec.MsgspecError:  # not what this program packs
            return None
        with suppress(OSError):
            kept.used(self._path)
        return ReadOverlays(OverlayFiles(packages, texts), earlier.hold, alone=True)

    def keep(self, named: Sequence[str], read: ReadOverlays) -> None:
        """Keep what was read for the next run, where the files say it by themselves."""
        texts = read.overlays.texts
        if (
            not read.alone
            or texts.keys() != {*named}
            or any(has_secret(text.decode(errors="replace")) for text in texts.values())
        ):
            return
        digests = {file: hashlib.sha256(texts[file]).digest() for file in named}
        with suppress(OSError, UnicodeEncodeError):  # it only saves time
            packages = Raw(msgspec.msgpack.encode(read.overlays.packages))
            project = _UnchangedFiles(_readers(), digests, read.hold, packages)
            kept.write(self._path, _FORM, msgspec.msgpack.encode(project))
            kept.drop_unused(self._path.parent)


def _readers() -> bytes:
    """Return a digest of all that decides how a text is read."""
    return hashlib.sha256(parsers() + kept.code_stamp(*_READERS)).digest()


_DECODER = msgspec.msgpack.Decoder(_UnchangedFiles)
