"""The standard streams of a process that may have been started without them."""

from __future__ import annotations

import io
import os
import sys

_LAST = 2


def complete() -> None:
    """Open what is closed of stdin, stdout and stderr; nothing comes from there or stays there.

    Else the next file that is opened would take its number, and each program that is started would
    read or write that file for its stream. git does the same (`sanitize_stdfds`).
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (number := os.open(os.devnull, os.O_RDWR)) <= _LAST:
        os.set_inheritable(number, True)  # noqa: FBT003 - as it is called
    os.close(number)
    # What is printed may be text of any kind, and nobody reads it.
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8")
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", errors="replace")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", errors="replace")


def write_any_text() -> None:
    """Let stdout escape what its encoding lacks, as stderr does: else a name would end a run."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
