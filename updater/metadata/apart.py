"""Project files are read beside the run's one loop, if they are long."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from updater.effects.processes.apart import apart
from updater.errors import HostileFile

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def read_apart(read: Callable[[], T], size: int) -> T:
    """Return what a reader makes of files that have so many bytes together.

    Raises:
        HostileFile: it takes too long, or as the reader says.
    """
    return await apart(read, size, lambda why: HostileFile(f"a project file {why}"))
