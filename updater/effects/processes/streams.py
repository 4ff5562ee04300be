"""The standard streams of a process that may have been started without them."""

from __future__ import annotations

import codecs
import io
import os
import sys

TYPE_CHECKING = False  # as typing's, which `--version` need not wait for
if TYPE_CHECKING:
    from typing import TextIO

_LAST = 2
_USUAL_WIDTH = 80


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


def width(stream: TextIO) -> int | None:
    """Return how many columns a terminal has; None where a stream does not go to one.

    COLUMNS overrules what the terminal says, as everywhere.
    """
    if not stream.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):  # not a terminal of the system's, or one that does not tell
        return _USUAL_WIDTH
