"""What rules found in overlay files, kept between runs: a file that has not changed is not judged.

Only what a file's own text decides is kept, and never of a file to which a link leads.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from updater.audit.overlay.looks import Look
from updater.effects import kept
from updater.find.kept_texts import KeptForm, KeptTexts
from updater.find.parsed import ParsedOverlays

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from updater.find.assembling import OverlayFile

_FORM = "updater-looked-1"
# What a text is judged by: where this changes, so may what is found.
_JUDGES = (
    *("text.py", "errors.py", "kinds.py", "model", "fetchers", "overlay/reading"),
    *("overlay/editing", "choose", "audit/overlay"),
)
_LOOK = msgspec.msgpack.Decoder(Look)


class KeptLooks:
    """What earlier runs parsed, and found, of a project's overlays.

    Args:
        folder: where all that is kept; made where it is missing.
        root: the project's folder.
        tell: is told where it is damaged.
    """

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        self.parsed = ParsedOverlays(folder / "overlays", root, tell)
        form = KeptForm(_FORM, kept.code_digest(*_JUDGES), "all overlays are judged")
        self._texts = KeptTexts(folder / "looks", root, form, tell)

    def __contains__(self, file: str) -> bool:
        return file in self._texts and file in self.parsed

    def look(self, read: OverlayFile, data: bytes, make: Callable[[], Look]) -> Look:
        """Return what all rules find in a file.

        Args:
            read: the file.
            data: its bytes.
            make: looks at it.
        """
        if not _is_alone(read):
            return make()
        digest = hashlib.sha256(data).digest()
        earlier = self._texts.recalled(read.file, digest, _LOOK)
        if earlier is not None:
            return earlier
        look = make()
        if not look.unjudged:
            self._texts.note(read.file, digest, look)
        return look

    def packed(self) -> bytes:
        """Return what is known of the files that were looked at, for `take`."""
        return msgspec.msgpack.encode((self.parsed.packed(), self._texts.packed()))

    def take(self, packed: bytes) -> None:
        """Learn what a copy of this process parsed and found."""
        parsed, texts = _PACKED.decode(packed)
        self.parsed.take(parsed)
        self._texts.take(texts)

    def keep(self) -> None:
        """Keep it for the next run."""
        self.parsed.keep()
        self._texts.keep()


_PACKED = msgspec.msgpack.Decoder(tuple[bytes, bytes])


def _is_alone(read: OverlayFile) -> bool:
    """Tell whether a file's text decides what is in it: no link leads there, and it calls none."""
    is_called = any(package.functions or package.skip for package in read.packages)
    return not (read.is_linked or read.paths or read.pins or read.calls or is_called)
