"""The ``updater`` command. ``--version`` answers before anything heavy is imported."""

from __future__ import annotations

import gc
import sys

from updater import __version__
from updater.effects.processes import streams

_OBJECTS_BETWEEN_LOOKS = 1_000_000


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code (see the README's table)."""
    arguments = sys.argv[1:] if argv is None else argv
    if argv is None:
        streams.complete()
        streams.write_any_text()
    if arguments in (["--version"], ["-V"]):
        with streams.while_read():
            sys.stdout.write(f"updater {__version__}\n")
            sys.stdout.flush()
        return 0
    # A run makes many objects that live to its end: looking them all over again and again for
    # garbage takes a tenth of it.
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    from updater.effects.processes import ending  # noqa: PLC0415 - threads and signals

    if argv is None:  # a process of its own
        ending.end_on_sigterm()
    try:
        from updater.cli.app import run  # noqa: PLC0415 - the parser costs four times a bare start
    except KeyboardInterrupt:  # nothing was begun
        return 130
    code = run(arguments)
    if argv is None:
        ending.end(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
