"""Work that a copy of this process does beside it, on another processor."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Beside:
    """A copy of this process that does one piece of work and ends.

    Where a copy would be of no use (one processor) or no safe one (this process has threads; on
    macOS the system's own libraries may have some), no copy is made.

    Args:
        work: returns its result as bytes. What it raises is lost: its result is then None.
    """

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._process = 0
        self._stream = -1
        if not _may_copy():
            return
        self._stream, sent = os.pipe()
        self._process = os.fork()
        if not self._process:
            _work(work, self._stream, sent)
        os.close(sent)

    def result(self) -> bytes | None:
        """Wait for the result; None where there is none, so that the work is still to be done."""
        if not self._process:
            return None
        with open(self._stream, "rb") as stream:  # noqa: PTH123 - a pipe
            data = stream.read()
        _, status = os.waitpid(self._process, 0)
        return None if status else data


def _may_copy() -> bool:
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
    )


def _work(work: Callable[[], bytes], unused: int, pipe: int) -> None:
    """Do the work and end the process, without what a process does at its end."""
    status = 1
    try:
        # Ctrl-C is for this one too, and it has nothing to tidy up.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(unused)
        with suppress(Exception), open(pipe, "wb") as stream:
            stream.write(work())
            status = 0
    finally:
        os._exit(status)
