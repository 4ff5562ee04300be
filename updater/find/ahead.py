"""Reading overlays beside this process, which imports meanwhile what asks upstreams.

Reading takes as long as that import with some hundred packages; many more are read by as many
copies of this process as there are processors, and what they say is kept for the next run.
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
    from updater.find.parsed import ParsedOverlays

WORTH_A_COPY = 250
"""Fewer files are read before another copy has begun, or has looked what is known of them."""


def begin_reading(
    root: Path, named: Sequence[str], parsed: ParsedOverlays | None = None
) -> Callable[[], OverlayFiles]:
    """Begin to read files, and return what waits for the end of it.

    Args:
        root: what they are relative to.
        named: the files, as `overlay_files` returns them.
        parsed: what is known of them from an earlier run; None where nothing is kept.
    """
    if parsed is not None:
        return _begin_parsing(root, named, parsed)
    parts = tuple(parts_of(named))
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


def _begin_parsing(
    root: Path, named: Sequence[str], parsed: ParsedOverlays
) -> Callable[[], OverlayFiles]:
    """Begin to parse what is new, and return what reads all, with that in mind."""
    new = [file for file in named if file not in parsed]
    copies = [ForkedWork(partial(_parsed, root, part, parsed)) for part in parts_of(new)]

    def end() -> OverlayFiles:
        with interruptible():
            for copy in copies:
                data = copy.result()
                if data is not None:
                    parsed.take(data)
            overlays = assembled(_read(root, named, parsed))
            parsed.keep()
        return overlays

    return end


def _encoded(root: Path, named: Sequence[str]) -> bytes:
    return msgspec.msgpack.encode(_read(root, named))


def _parsed(root: Path, named: Sequence[str], parsed: ParsedOverlays) -> bytes:
    _read(root, named, parsed)
    return parsed.packed()


def _read(
    root: Path, named: Sequence[str], parsed: ParsedOverlays | None = None
) -> list[OverlayFile]:
    # The parser, where it is used.
    from updater.find.packages import read_all  # noqa: PLC0415
    from updater.overlay.reading.file import read_packages  # noqa: PLC0415

    parse = read_packages if parsed is None else parsed.parsing(read_packages)
    return read_all(root, named, parse)


def parts_of(named: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the files in as many parts as are read side by side, in their order."""
    if not named:
        return
    parts = max(1, min(processors(), len(named) // WORTH_A_COPY))
    size = -(-len(named) // parts)
    for start in range(0, len(named), size):
        yield named[start : start + size]
