"""What overlays hold, kept between runs: of ten thousand files those that changed are parsed.

Kept is what a file's text says and nothing else, for this user alone. Which other files there are
is looked at anew, and a file to which a link leads is not kept: it may be another's.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from updater.effects import entry_points, kept
from updater.find.kept_texts import KeptForm, KeptTexts
from updater.kinds import FETCH_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from updater.find.packages import Parse
    from updater.model import FunctionFile
    from updater.overlay.reading.file import FileContent

_FORM = "updater-parsed-1"
# What a text is read by: where this changes, so may what is read.
_READERS = ("text.py", "errors.py", "model", "overlay/reading")
_PARSERS = ("tree-sitter", "tree-sitter-nix")


class ParsedOverlays:
    """What the overlays of a project hold, as far as an earlier run has parsed the same texts.

    Args:
        folder: where it is kept; made where it is missing.
        root: the project's folder.
        tell: is told where it is damaged.
    """

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        lost = "all overlays are parsed"
        self._texts = KeptTexts(folder, root, KeptForm(_FORM, _readers(), lost), tell)

    def __contains__(self, file: str) -> bool:
        return file in self._texts

    def parsing(self, parse: Parse) -> Parse:
        """Return a parser that parses only what is not known yet."""
        decoder = _decoder()

        def recalled(
            data: bytes, file: str, fetchers: frozenset[str], functions: Sequence[FunctionFile]
        ) -> FileContent:
            name = "\0".join((file, *(function.file for function in functions)))
            digest = _digest(data, functions)
            earlier = self._texts.recalled(name, digest, decoder)
            if earlier is not None:
                return earlier
            content = parse(data, file, fetchers, functions)
            self._texts.note(name, digest, content)
            return content

        return recalled

    def packed(self) -> bytes:
        """Return what is known of the files that were parsed, for `take`."""
        return self._texts.packed()

    def take(self, packed: bytes) -> None:
        """Learn what a copy of this process parsed."""
        self._texts.take(packed)

    def keep(self) -> None:
        """Keep it for the next run; what another run may want, too, unless that is most of it."""
        self._texts.keep()


def _decoder() -> msgspec.msgpack.Decoder[FileContent]:
    from updater.overlay.reading.file import FileContent  # noqa: PLC0415 - the parser

    return msgspec.msgpack.Decoder(FileContent)


def _digest(data: bytes, functions: Sequence[FunctionFile]) -> bytes:
    digest = hashlib.sha256(data)
    for function in functions:
        digest.update(b"\0%d\0" % len(function.data))
        digest.update(function.path.encode(errors="surrogateescape"))
        digest.update(b"\0")
        digest.update(function.data)
    return digest.digest()


def parsers() -> bytes:
    """Return what parses texts, by its releases, and what counts there as a fetcher."""
    return "\n".join((*entry_points.releases(*_PARSERS), *sorted(FETCH_FUNCTIONS))).encode()


def _readers() -> bytes:
    """Return a digest of all that decides how a text is read."""
    return hashlib.sha256(parsers() + kept.code_digest(*_READERS)).digest()
