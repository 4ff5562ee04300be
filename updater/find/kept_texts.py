"""What was made of the texts of a project, kept between runs by the digest of each text."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw, Struct

from updater.effects import kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_Content = TypeVar("_Content")


class KeptText(Struct, frozen=True, array_like=True):
    """One text: its digest, and what was made of it, packed."""

    digest: bytes
    content: Raw


class KeptProject(Struct, frozen=True, array_like=True):
    """The texts of a project by the names of their files, and a digest of what read them."""

    readers: bytes
    texts: dict[str, KeptText]


class KeptForm(Struct, frozen=True):
    """What is kept.

    Attributes:
        name: of the form in which it is written, and its version; one word.
        readers: a digest of all that decides what is made of a text.
        lost: what is done where it is damaged, for people.
    """

    name: str
    readers: bytes
    lost: str


class KeptTexts:
    """What an earlier run made of the texts of one project.

    Args:
        folder: where it is kept; made where it is missing.
        root: the project's folder.
        form: what is kept.
        tell: is told where it is damaged.
    """

    def __init__(
        self, folder: Path, root: Path, form: KeptForm, tell: Callable[[str], None]
    ) -> None:
        self._path = kept.place_of(folder, root)
        self._form = form
        self._texts = self._read(tell)
        self._used: set[str] = set()
        self._is_new = False

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def recalled(
        self, name: str, digest: bytes, decoder: msgspec.msgpack.Decoder[_Content]
    ) -> _Content | None:
        """Return what was made of a text, None where that is not known."""
        self._used.add(name)
        earlier = self._texts.get(name)
        if earlier is not None and earlier.digest == digest:
            with suppress(msgspec.MsgspecError):  # not what this program packs
                return decoder.decode(earlier.content)
        return None

    def note(self, name: str, digest: bytes, content: object) -> None:
        """Learn what is made of a text."""
        with suppress(UnicodeEncodeError):  # a string of Nix may be what is no text
            self._texts[name] = KeptText(digest, Raw(msgspec.msgpack.encode(content)))
            self._used.add(name)
            self._is_new = True

    def packed(self) -> bytes:
        """Return what is known of the texts that were of use, for `take`."""
        return msgspec.msgpack.encode(self._in_use())

    def take(self, packed: bytes) -> None:
        """Learn what a copy of this process made of texts."""
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
            project = KeptProject(self._form.readers, texts)
            kept.write(self._path, self._form.name, msgspec.msgpack.encode(project))
            kept.drop_unused(self._path.parent)

    def _in_use(self) -> dict[str, KeptText]:
        return {name: self._texts[name] for name in self._used if name in self._texts}

    def _read(self, tell: Callable[[str], None]) -> dict[str, KeptText]:
        form = self._form
        project = kept.recall(self._path, form.name, _PROJECT, tell, form.lost)
        return project.texts if project and project.readers == form.readers else {}


_TEXTS = msgspec.msgpack.Decoder(dict[str, KeptText])
_PROJECT = msgspec.msgpack.Decoder(KeptProject)
