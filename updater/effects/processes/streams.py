"""The standard streams of a process that may have been started without them."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False  # as typing's, which `--version` need not wait for
if TYPE_CHECKING:
    from collections.abc import Iterator
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


@contextmanager
def while_read() -> Iterator[None]:
    """End the process as every program ends in a pipe that nobody reads any more, by SIGPIPE."""
    try:
        yield
    except BrokenPipeError:
        end_by_sigpipe()


def end_by_sigpipe() -> None:
    """End the process by SIGPIPE, which a shell tells as 141."""
    import signal  # noqa: PLC0415 - for what is rare

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)


def reader_left() -> bool:
    """Tell whether nobody reads stdout or stderr any more, as behind ``| head``."""
    import select  # noqa: PLC0415 - for what is rare

    poll = select.poll()
    for number in (1, _LAST):
        poll.register(number, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


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
