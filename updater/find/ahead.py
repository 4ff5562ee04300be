"""Reading overlays beside this process, which imports meanwhile what asks upstreams.

Reading takes as long as that import with some hundred packages; many more are read by as many
copies of this process as there are processors.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec.msgpack

from updater.effects.processes.beside import ForkedWork, interruptible, processors
from updater.find.overlay_files import OverlayFile, assembled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from updater.find.overlay_files import OverlayFiles

# Fewer are read before another copy has begun.
_WORTH_A_COPY = 250


def begin_reading(root: Path, named: Sequence[str]) -> Callable[[], OverlayFiles]:
    """Begin to read files, and return what waits for the end of it.

    Args:
        root: what they are relative to.
        named: the files, as `overlay_files` returns them.
    """
    parts = tuple(_parts(named))
    copies = [ForkedWork(partial(_encoded, root, part)) for part in parts]

    def end() -> OverlayFiles:
        reads: list[OverlayFile] = []
        with interruptible():
            for part, copy in zip(parts, copies, strict=True):
                data = copy.result()
                # What went wrong there is met again here, and said.
                reads += _read(root, part) if data is None else _DECODER.decode(data)
        return assembled(reads)

    return end


_DECODER = msgspec.msgpack.Decoder(list[OverlayFile])


def _encoded(root: Path, named: Sequence[str]) -> bytes:
    return msgspec.msgpack.encode(_read(root, named))


def _read(root: Path, named: Sequence[str]) -> list[OverlayFile]:
    from updater.find.packages import read_all  # noqa: PLC0415 - the parser, where it is used

    return read_all(root, named)


def _parts(named: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the files in as many parts as are read side by side, in their order."""
    if not named:
        return
    parts = max(1, min(processors(), len(named) // _WORTH_A_COPY))
    size = -(-len(named) // parts)
    for start in range(0, len(named), size):
        yield named[start : start + size]
