"""Reading overlays beside this process, which imports meanwhile what asks upstreams.

Reading takes as long as that import with some hundred packages; many more are read by as many
copies of this process as there are processors, and what they say is kept for the next run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from updater.effects.processes.beside import ForkedWork, interruptible, processors
from updater.find.kept_overlays import ReadOverlays
from updater.find.overlay_files import OverlayFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from updater.find.assembling import OverlayFile
    from updater.find.kept_overlays import KeptOverlays
    from updater.find.parsed import ParsedOverlays

WORTH_A_COPY = 250
"""Fewer files are read before another copy has begun, or has looked what is known of them."""


def begin_reading(
    root: Path,
    named: Sequence[str],
    parsed: ParsedOverlays | None = None,
    earlier: KeptOverlays | None = None,
) -> Callable[[], OverlayFiles]:
    """Begin to read files, and return what waits for the end of it.

    Args:
        root: what they are relative to.
        named: the files, as `overlay_files` returns them.
        parsed: what is known of each from an earlier run; None where nothing is kept.
        earlier: what is known of all of them, where they are few; None where nothing is kept.
    """
    if parsed is not None:
        return _begin_parsing(root, named, parsed)
    parts = tuple(parts_of(named))
    if len(parts) == 1:
        return _begin_whole(root, named, earlier)
    copies = [ForkedWork(partial(_encoded, root, part)) for part in parts]

    def end() -> OverlayFiles:
        # What reads them, where they are many or this process reads them itself.
        from updater.find.assembling import OverlayFile, assembled  # noqa: PLC0415

        decoder = msgspec.msgpack.Decoder(list[OverlayFile])
        reads: list[OverlayFile] = []
        with interruptible():
            for part, copy in zip(parts, copies, strict=True):
                data = copy.result()
                # What went wrong there is met again here, and said.
                reads += _read(root, part) if data is None else decoder.decode(data)
        return assembled(reads)

    return end


def begin_looking(
    root: Path, likely: Sequence[str], earlier: KeptOverlays | None = None
) -> Callable[[], OverlayFiles | None]:
    """Begin to read files if they hold packages, and return what waits for the end of it.

    That returns None where they hold none, where no copy of this process can be made, and where
    anything goes wrong, which is then met and said by whoever looks for overlays step by step.

    Args:
        root: what they are relative to.
        likely: the files.
        earlier: what is known of them; None where nothing is kept.
    """
    known = earlier.recalled(likely) if earlier is not None else None
    if known is not None and known.hold:
        return lambda: known.overlays
    copied = _begin_copied(partial(_looked_at, root, likely))

    def end() -> OverlayFiles | None:
        read = copied()
        if read is None:
            return None
        if earlier is not None:
            earlier.keep(likely, read)
        return read.overlays if read.hold else None

    return end


def _begin_copied(reading: Callable[[], ReadOverlays]) -> Callable[[], ReadOverlays | None]:
    """Begin to read in a copy of this process, and return what waits for it: None if it failed."""
    copy = ForkedWork(lambda: msgspec.msgpack.encode(reading()))

    def end() -> ReadOverlays | None:
        with interruptible():
            data = copy.result()
        return None if data is None else msgspec.msgpack.decode(data, type=ReadOverlays)

    return end


def _begin_whole(
    root: Path, named: Sequence[str], earlier: KeptOverlays | None
) -> Callable[[], OverlayFiles]:
    known = earlier.recalled(named) if earlier is not None else None
    if known is not None:
        return lambda: known.overlays
    reading = partial(_whole, root, named, hold=False)
    copied = _begin_copied(reading)

    def end() -> OverlayFiles:
        with interruptible():
            read = copied() or reading()
        if earlier is not None:
            earlier.keep(named, read)
        return read.overlays

    return end


def _begin_parsing(
    root: Path, named: Sequence[str], parsed: ParsedOverlays
) -> Callable[[], OverlayFiles]:
    """Begin to parse what is new, and return what reads all, with that in mind."""
    new = [file for file in named if file not in parsed]
    copies = [ForkedWork(partial(_parsed, root, part, parsed)) for part in parts_of(new)]

    def end() -> OverlayFiles:
        from updater.find.assembling import assembled  # noqa: PLC0415 - as above

        with interruptible():
            for copy in copies:
                data = copy.result()
                if data is not None:
                    parsed.take(data)
            overlays = assembled(_read(root, named, parsed))
            parsed.keep()
        return overlays

    return end


def _whole(root: Path, named: Sequence[str], *, hold: bool) -> ReadOverlays:
    from updater.find.assembling import assembled  # noqa: PLC0415 - as above

    reads = _read(root, named)
    alone = all(read.is_alone and not read.is_linked for read in reads)
    return ReadOverlays(assembled(reads), hold, alone)


def _looked_at(root: Path, likely: Sequence[str]) -> ReadOverlays:
    from updater.find.unconfigured import holds  # noqa: PLC0415 - as above

    if any(holds(root, file) for file in likely):
        return _whole(root, likely, hold=True)
    return ReadOverlays(OverlayFiles((), {}), hold=False, alone=False)


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
