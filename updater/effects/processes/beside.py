"""Work that a copy of this process does beside it, on another processor."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# A copy is given many files, of which little is kept: more seldom, it takes three times the memory.
_OBJECTS_BETWEEN_LOOKS = 100_000


class ForkedWork:
    """A copy of this process that does one piece of work and ends.

    Where a copy would be of no use (one processor) or no safe one (this process has threads; on
    macOS the system's own libraries may have some), no copy is made; nor where the system gives no
    process more.

    Args:
        work: returns its result as bytes. What it raises is lost: its result is then None.
    """

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._process = 0
        self._stream = -1
        if not _may_copy():
            return
        with suppress(OSError):
            self._begin(work)

    def _begin(self, work: Callable[[], bytes]) -> None:
        self._stream, sent = os.pipe()
        try:
            self._process = os.fork()
        except OSError:
            os.close(self._stream)
            raise
        else:
            if not self._process:
                _work(work, self._stream, sent)
        finally:
            os.close(sent)

    def result(self) -> bytes | None:
        """Wait for the result; None where there is none, so that the work is still to be done."""
        if not self._process:
            return None
        with open(self._stream, "rb") as stream:  # noqa: PTH123 - a pipe
            data = stream.read()
        try:
            _, status = os.waitpid(self._process, 0)
        except ChildProcessError:  # who started this process had SIGCHLD ignored: nobody tells
            return None
        return None if status else data


def processors() -> int:
    """Return how many copies can work at the same time; 1 where none is made."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end what goes on for long in one piece.

    asyncio notes it for the next time that something is awaited, and a wait for a file or for a
    copy goes on.
    """
    present = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(present):
        yield  # no signal comes here, or it is ignored
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, present)


def _may_copy() -> bool:
    return processors() > 1 and threading.active_count() == 1


def _work(work: Callable[[], bytes], unused: int, pipe: int) -> None:
    """Do the work and end the process, without what a process does at its end."""
    status = 1
    try:
        # Ctrl-C is for this one too, and it has nothing to tidy up.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(unused)
        gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
        with suppress(Exception), open(pipe, "wb") as stream:
            stream.write(work())
            status = 0
    finally:
        os._exit(status)
