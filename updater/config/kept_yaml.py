"""What a file of configuration says as YAML, kept between runs: PyYAML reads each text once.

PyYAML's import and its reading of a hundred packages' keys take as long as all overlays do. Kept is
only what is the same after it was kept (a date is not), and no text that has a secret in it.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from updater.effects import entry_points, kept
from updater.text import has_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FORM = "updater-yaml-1"


class KnownYaml(Struct, frozen=True, array_like=True):
    """What a text says.

    Attributes:
        readers: a digest of what read it.
    """

    readers: bytes
    data: Any


class KeptYaml:
    """What earlier runs read, by the digests of the texts.

    Args:
        folder: where it is kept; made where it is missing.
        tell: is told where it is damaged.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell

    def recalled(self, content: bytes) -> KnownYaml | None:
        """Return what a text says; None where no run of this program has read it."""
        path = self._path(content)
        known = kept.recall(path, _FORM, _DECODER, self._tell, "the configuration is read as YAML")
        if known is None or known.readers != _readers():
            return None
        with suppress(OSError):
            kept.used(path)
        return known

    def keep(self, content: bytes, data: object) -> None:
        """Keep what a text says for the next run."""
        if has_secret(content.decode()):
            return
        with suppress(OSError, TypeError, ValueError, msgspec.MsgspecError):  # it only saves time
            packed = msgspec.msgpack.encode(KnownYaml(_readers(), data))
            if _is_same(_DECODER.decode(packed).data, data):
                kept.write(self._path(content), _FORM, packed)
                kept.drop_unused(self._folder)

    def _path(self, content: bytes) -> Path:
        return self._folder / hashlib.sha256(content).hexdigest()[:40]


def _is_same(read: Any, data: Any) -> bool:  # noqa: ANN401 - whatever YAML says
    """Tell whether two values are the same, their types too: 1, 1.0 and true are not."""
    if type(read) is not type(data):
        return False
    if isinstance(read, dict):
        read, data = [*read.items()], [*data.items()]
    if isinstance(read, (list, tuple)):
        return len(read) == len(data) and all(map(_is_same, read, data))
    return bool(read == data)


def _readers() -> bytes:
    """Return a digest of all that decides how a text is read."""
    releases = "\n".join(entry_points.releases("PyYAML", "pyyaml")).encode()
    return hashlib.sha256(releases + kept.code_stamp("config/yaml_text.py")).digest()


_DECODER = msgspec.msgpack.Decoder(KnownYaml)
