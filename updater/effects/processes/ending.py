"""How this process ends: early at a signal, and at last without a word more than it owes.

What is interrupted takes itself apart in order: programs that were started are ended, scratch
copies are removed. What cannot be interrupted, such as a thread that reads a file, is not waited
for longer than a grace of two seconds, once it was SIGTERM or the second Ctrl-C that came.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from updater.effects.processes.streams import end_by_sigpipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED: Final = 130
"""The exit code of a run that a signal ended."""

READER_LEFT: Final = 128 + signal.SIGPIPE
"""The exit code of a run whose output nobody reads any more, as a shell has it."""

GRACE: Final = 2.0
"""The seconds that a run has to end in order."""

_LAST_GRACE: Final = 1.0
_INTERRUPTED: Final = b"updater: interrupted; every file is either as it was or finished\n"


def end_on_sigterm() -> None:
    """End on SIGTERM in the same order as on Ctrl-C.

    A shell has Ctrl-C ignored for a job in the background, which SIGTERM is to end all the same.
    """
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    _begin_grace()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def impatient() -> Iterator[None]:
    """Let the second Ctrl-C inside end the process after the grace; the first is as before.

    For what runs in asyncio's loop, which has set its handler of Ctrl-C. Its wait ends at every
    signal here: else one that comes just before the wait is seen only after it.
    """
    present = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal comes here
        return
    if not callable(present):  # Ctrl-C is ignored, and asyncio knows of none
        with _woken(), _cancelled_by_sigterm():
            yield
        return
    interrupts = 0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts > 1:
            _begin_grace()
        present(number, frame)

    with _woken():
        signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, present)


@contextmanager
def _cancelled_by_sigterm() -> Iterator[None]:
    """Let SIGTERM cancel the running task, as asyncio does it at Ctrl-C.

    An exception that rises wherever the loop is at the moment would leave tasks half done.
    """
    import asyncio  # noqa: PLC0415 - a loop runs by now

    task, before = asyncio.current_task(), signal.getsignal(signal.SIGTERM)
    terminated = False

    def terminate(*_: object) -> None:
        nonlocal terminated
        terminated = True
        _begin_grace()
        if task is not None:
            task.cancel()

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except asyncio.CancelledError:
        if terminated:
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _woken() -> Iterator[None]:
    """Let signals wake the running loop. Source: Python's documentation, `signal.set_wakeup_fd`."""
    import asyncio  # noqa: PLC0415 - a loop runs by now

    loop = asyncio.get_running_loop()
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    loop.add_reader(reader, os.read, reader, 4096)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        loop.remove_reader(reader)
        os.close(reader)
        os.close(writer)


def _begin_grace() -> None:
    timer = threading.Timer(GRACE, _give_up)
    timer.daemon = True
    timer.start()
    # No thread runs as long as another one is in a long piece of C code; the system's timer does.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, GRACE + _LAST_GRACE)


def _give_up() -> None:
    with suppress(OSError):
        os.write(2, _INTERRUPTED)
    os._exit(INTERRUPTED)


def end(code: int) -> None:
    """End the process, unless its output cannot be written: then Python says so at its own end.

    Everything is closed by now, and to take all objects apart takes a tenth of a run. Where nobody
    reads the output any more, the process ends as every program does in a pipe, by SIGPIPE.
    """
    with suppress(OSError):
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except BrokenPipeError:
            code = READER_LEFT
        if code == READER_LEFT:
            end_by_sigpipe()
        os._exit(code)
