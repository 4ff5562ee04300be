"""What a command prints: lines or one JSON object on stdout, the rest on stderr."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from updater.report.summary import Exit, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.commands.running import Request
    from updater.model import Outcome


def report_changes(
    command: str, request: Request, outcomes: list[Outcome], *, dry_run: bool
) -> None:
    """Report changes; in a dry run the diff is the result, so that `git apply` can take it."""
    if dry_run and not request.json:
        from updater.model import Updated  # noqa: PLC0415 - beside its use
        from updater.report.terminal import diff  # noqa: PLC0415 - of dry runs only

        for outcome in outcomes:
            if isinstance(outcome, Updated):
                sys.stdout.buffer.write(diff(outcome).encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    report(command, request, outcomes, sys.stderr if dry_run else None)


def report(
    command: str, request: Request, outcomes: list[Outcome], stream: TextIO | None = None
) -> None:
    """Print what became of the packages."""
    if request.json:
        from updater.report.as_json import outcomes_json, truths_json  # noqa: PLC0415 - pydantic

        if command in ("identify", "verify"):
            write(truths_json(command, outcomes))
        else:
            write(outcomes_json(command, outcomes))
        return
    from updater.report.terminal import outcome_lines, summary_line  # noqa: PLC0415 - as above

    shown = [one for one in outcomes if not request.quiet or exit_code([one]) != Exit.DONE]
    paint(outcome_lines(shown, verbose=request.verbose), stream)
    if not request.quiet:
        write(summary_line(outcomes), stream)


def write(text: str, stream: TextIO | None = None) -> None:
    """Print a line, on stdout unless told otherwise."""
    (stream or sys.stdout).write(f"{text}\n")


def paint(lines: Iterable[tuple[str, str]], stream: TextIO | None = None) -> None:
    """Print lines, in colour where they go to a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("CI"):
        for line, _ in lines:
            write(line, stream)
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

    from updater.report.terminal import STYLES  # noqa: PLC0415 - as above

    console = Console(file=stream, soft_wrap=True, highlight=False, markup=False)
    for line, status in lines:
        console.print(line, style=STYLES[status])
