"""The ``updater`` command. ``--version`` answers before anything heavy is imported."""

from __future__ import annotations

import sys

from updater import __version__


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code (see the README's table)."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments == ["--version"]:
        sys.stdout.write(f"updater {__version__}\n")
        return 0
    from updater.cli import run  # noqa: PLC0415 - the parser costs four times a bare start

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
