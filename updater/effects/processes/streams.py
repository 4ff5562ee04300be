"""The standard streams of a process that may have been started without them."""

from __future__ import annotations

import codecs
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
    while (number := _nothing()) <= _LAST:
        os.set_inheritable(number, True)  # noqa: FBT003 - as it is called
    os.close(number)
    sys.stdin = sys.stdin or os.fdopen(_nothing(), encoding="utf-8")
    # What is printed may be text of any kind, and nobody reads it.
    sys.stdout = sys.stdout or os.fdopen(_nothing(), "w", encoding="utf-8", errors="replace")
    sys.stderr = sys.stderr or os.fdopen(_nothing(), "w", encoding="utf-8", errors="replace")


def _nothing() -> int:
    return os.open(os.devnull, os.O_RDWR)


def write_any_text() -> None:
    """Let stdout escape what its encoding lacks: else a name would end a run.

    As JSON does, so that JSON stays such.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        codecs.register_error("updater-json", _escaped)
        sys.stdout.reconfigure(errors="updater-json")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    import json  # noqa: PLC0415 - for what is rare

    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
