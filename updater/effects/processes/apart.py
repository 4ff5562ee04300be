"""Where what others sent is taken apart: beside the run's one loop, if it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.errors import UpdaterError

T = TypeVar("T")

SECONDS: Final = 20.0
"""How long a reader may take; each has bounds that end it long before."""

_SHORT: Final = 16 << 10


async def apart(read: Callable[[], T], size: int, late: Callable[[str], UpdaterError]) -> T:
    """Return what a reader makes of so many bytes; long ones are read in a thread.

    A reader that goes on after its time is left behind.

    Args:
        read: the reader, with what it reads.
        size: how many bytes that has.
        late: makes the error of one that takes too long, from a part of a sentence.
    """
    if size <= _SHORT:
        return read()
    from anyio import fail_after, to_thread  # noqa: PLC0415 - `list` reads nothing of others

    try:
        with fail_after(SECONDS):
            return await to_thread.run_sync(read, abandon_on_cancel=True)
    except TimeoutError as error:
        raise late(f"takes more than {SECONDS:.0f} s to read") from error
