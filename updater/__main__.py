"""The ``updater`` command. ``--version`` answers before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress

from updater import __version__
from updater.effects import streams

_OBJECTS_BETWEEN_LOOKS = 1_000_000


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code (see the README's table)."""
    arguments = sys.argv[1:] if argv is None else argv
    if argv is None:
        streams.complete()
        streams.write_any_text()
    if arguments == ["--version"]:
        sys.stdout.write(f"updater {__version__}\n")
        return 0
    # A run makes many objects that live to its end: looking them all over again and again for
    # garbage takes a tenth of it.
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    from updater.cli import run  # noqa: PLC0415 - the parser costs four times a bare start

    if argv is not None:
        return run(arguments)
    # A process of its own: an orderly end on SIGTERM as on Ctrl-C.
    # Where a shell has Ctrl-C ignored, for a job in the background, SIGTERM would be ignored too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    code = run(arguments)
    with suppress(OSError):  # then Python says at its own end what became of the output
        sys.stdout.flush()
        sys.stderr.flush()
        # Everything is closed, and to take all objects apart takes a tenth of a run.
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
