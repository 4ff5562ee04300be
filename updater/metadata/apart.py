"""Where a reader of files works: beside the run's one loop, if what it reads is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from anyio import fail_after, to_thread

from updater.errors import HostileFile

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_SHORT = 16 << 10
_SECONDS = 20.0


async def read_apart(read: Callable[[], T], size: int) -> T:
    """Return what a reader makes of so many bytes; a long text is read in a thread.

    Every reader has bounds that end it in time; one that went on all the same is left behind.

    Raises:
        HostileFile: it takes too long, or as the reader says.
    """
    if size <= _SHORT:
        return read()
    try:
        with fail_after(_SECONDS):
            return await to_thread.run_sync(read, abandon_on_cancel=True)
    except TimeoutError as error:
        raise HostileFile(
            f"a project file that takes more than {_SECONDS:.0f} s to read"
        ) from error
