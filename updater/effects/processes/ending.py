"""How this process ends: early at a signal, and at last without a word more than it owes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


def end_on_sigterm() -> None:
    """End on SIGTERM in the same order as on Ctrl-C.

    A shell has Ctrl-C ignored for a job in the background, which SIGTERM is to end all the same.
    """
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


def end(code: int) -> None:
    """End the process, unless its output cannot be written: then Python says so at its own end.

    Everything is closed by now, and to take all objects apart takes a tenth of a run.
    """
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
