"""What overlays hold, kept between runs: of ten thousand files those that changed are parsed.

Kept is what a file's text says and nothing else, for this user alone. Which other files there are
is looked at anew, and a file to which a link leads is not kept: it may be another's.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from updater.effects import files, kept
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


class ParsedText(Struct, frozen=True, array_like=True):
    """One text: its digest, and what was made of it, packed."""

    digest: bytes
    content: Raw


class ParsedProject(Struct, frozen=True, array_like=True):
    """The texts of a project by the names of their files, and a digest of what read them."""

    readers: bytes
    texts: dict[str, ParsedText]


class ParsedOverlays:
    """What the overlays of a project hold, as far as an earlier run has parsed the same texts.

    Args:
        folder: where it is kept; made where it is missing.
        root: the project's folder.
        tell: is told where it is damaged.
    """

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        place = files.real(root).encode(errors="surrogateescape")
        self._path = folder / hashlib.sha256(place).hexdigest()[:40]
        self._readers = _readers()
        self._texts = self._read(tell)
        self._used: set[str] = set()
        self._is_new = False

    def __contains__(self, file: str) -> bool:
        return file in self._texts

    def parsing(self, parse: Parse) -> Parse:
        """Return a parser that parses only what is not known yet."""
        decode = _decoder().decode

        def recalled(
            data: bytes, file: str, fetchers: frozenset[str], functions: Sequence[FunctionFile]
        ) -> FileContent:
            name = "\0".join((file, *(function.file for function in functions)))
            digest = _digest(data, functions)
            self._used.add(name)
            earlier = self._texts.get(name)
            if earlier is not None and earlier.digest == digest:
                with suppress(msgspec.MsgspecError):  # not what this program packs
                    return decode(earlier.content)
            content = parse(data, file, fetchers, functions)
            with suppress(UnicodeEncodeError):  # a string of Nix may be what is no text
                packed = Raw(msgspec.msgpack.encode(content))
                self._texts[name] = ParsedText(digest, packed)
                self._is_new = True
            return content

        return recalled

    def packed(self) -> bytes:
        """Return what is known of the files that were parsed, for `take`."""
        return msgspec.msgpack.encode(self._in_use())

    def take(self, packed: bytes) -> None:
        """Learn what a copy of this process parsed."""
        self._texts |= _TEXTS.decode(packed)
        self._is_new = True

    def keep(self) -> None:
        """Keep it for the next run; what another run may want, too, unless that is most of it."""
        with suppress(OSError):  # it only saves time
            if not self._is_new:
                kept.used(self._path)
                return
            used = self._in_use()
            texts = used if len(self._texts) > 2 * len(used) else self._texts
            project = ParsedProject(self._readers, texts)
            kept.write(self._path, _FORM, msgspec.msgpack.encode(project))
            kept.drop_unused(self._path.parent)

    def _in_use(self) -> dict[str, ParsedText]:
        return {name: self._texts[name] for name in self._used if name in self._texts}

    def _read(self, tell: Callable[[str], None]) -> dict[str, ParsedText]:
        try:
            data = kept.read(self._path, _FORM)
            project = _PROJECT.decode(data) if data is not None else None
        except OSError:
            return {}
        except (kept.DamagedFile, msgspec.MsgspecError):
            tell(f"{self._path} is damaged and is made anew: all overlays are parsed")
            return {}
        return project.texts if project and project.readers == self._readers else {}


_TEXTS = msgspec.msgpack.Decoder(dict[str, ParsedText])
_PROJECT = msgspec.msgpack.Decoder(ParsedProject)


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


def _readers() -> bytes:
    """Return a digest of all that decides how a text is read."""
    from importlib.metadata import version  # noqa: PLC0415 - not cheap

    names = "\n".join((*map(version, _PARSERS), *sorted(FETCH_FUNCTIONS)))
    return hashlib.sha256(names.encode() + kept.code_digest(*_READERS)).digest()
