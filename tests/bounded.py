"""How long a reader of others' data takes, and how much memory it needs at once."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from updater.errors import UpdaterError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_SECONDS = 20.0
"""Ten times what is promised: a run that measures coverage traces each line."""

MOST_KIBIBYTES = 200 << 10

_PROC = Path("/proc/self")


def bounded(read: Callable[[], T]) -> T | UpdaterError:
    """Return what a reader returns, or its refusal; whatever else it raises is raised.

    The time is that of the processor: others may use it, too. Memory that another thread took
    meanwhile is not the reader's: what seems too much is read once more. Source: proc(5),
    ``clear_refs``, ``VmHWM`` and ``VmRSS``; where the system has none of them, only the time is
    looked at.
    """
    result, taken = _measured(read)
    if taken >= MOST_KIBIBYTES:
        gc.collect()
        result, taken = _measured(read)
    assert taken < MOST_KIBIBYTES
    return result


def _measured(read: Callable[[], T]) -> tuple[T | UpdaterError, int]:
    forget_peak()
    before, started = memory("VmRSS"), time.process_time()
    try:
        result: T | UpdaterError = read()
    except UpdaterError as error:
        result = error
    assert time.process_time() - started < MOST_SECONDS
    return result, memory("VmHWM") - before


def forget_peak() -> None:
    """Let the peak of memory be counted anew."""
    with suppress(OSError):
        (_PROC / "clear_refs").write_text("5")


def memory(field: str) -> int:
    """Return one of this process's figures, in KiB."""
    with suppress(OSError):
        for line in (_PROC / "status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
    return 0
