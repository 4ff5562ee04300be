"""Time of the processor for what may take any: a regular expression of the user's on others' text.

An expression such as ``(a+)+b`` takes the power of two of a text's length. While it matches, Python
does nothing else, but it looks for signals: a timer of the system's stops it.
Source: setitimer(2), ``ITIMER_VIRTUAL``; Python's documentation, "Execution of Python signal
handlers" (in the main thread alone).
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class OverBudget(Exception):
    """The time is used up."""


class ProcessorTime:
    """Seconds of the processor that several pieces of work share, one after the other.

    Attributes:
        seconds: how many are left.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running = False

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Stop the work inside when the time is used up; for the main thread.

        Raises:
            OverBudget: it is.
        """
        if self.seconds <= 0:
            raise OverBudget
        before = signal.signal(signal.SIGVTALRM, self._stop)
        self._running = True
        signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds)
        try:
            yield
        except OverBudget:
            self.seconds = 0
            raise
        finally:
            self._running = False
            left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self.seconds = min(self.seconds, left)
            signal.signal(signal.SIGVTALRM, before)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self._running:
            raise OverBudget
