"""What a command prints: lines or one JSON object on stdout, the rest on stderr."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from updater.cli.actions import ActionsReport, tell
from updater.errors import WriteError
from updater.model import Updated
from updater.report import as_json
from updater.report.summary import Exit, exit_code
from updater.report.terminal import STYLES, diff, outcome_lines, summary_line
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.cli.session import Session
    from updater.find.found import OverlayFiles
    from updater.model import Outcome


def report_changes(
    command: str, session: Session, outcomes: list[Outcome], found: OverlayFiles, *, dry_run: bool
) -> None:
    """Report changes; in a dry run the diff is the result, so that `git apply` can take it.

    A terminal takes it to nobody, and acts on what an overlay's comments may hold.
    """
    if dry_run and not session.request.json:
        with _taken():
            for outcome in outcomes:
                if isinstance(outcome, Updated):
                    text = diff(outcome)
                    shown = printable(text) if sys.stdout.isatty() else text
                    sys.stdout.buffer.write(shown.encode("utf-8", "surrogateescape"))
            sys.stdout.flush()
    report(command, session, outcomes, sys.stderr if dry_run else None, found=found)


def report(
    command: str,
    session: Session,
    outcomes: list[Outcome],
    stream: TextIO | None = None,
    *,
    found: OverlayFiles | None = None,
    base: str = "",
) -> None:
    """Print what became of the packages, and tell GitHub Actions where it runs this.

    Args:
        command: its name.
        session: how to print, and the project's root.
        outcomes: of the packages.
        stream: where to print; stdout without it.
        found: all packages, of which a summary shows how they depend on each other.
        base: the commit that a review compares with.
    """
    actions = ActionsReport(command, session.config.root, outcomes, found)
    request = session.request
    if request.json:  # last, since what fails before it is said by another object
        tell(actions, sys.stderr)
        _print_json(command, outcomes, base)
        return
    shown = [one for one in outcomes if not request.quiet or exit_code([one]) != Exit.DONE]
    paint(outcome_lines(shown, verbose=request.verbose), stream)
    if not request.quiet:
        write(summary_line(outcomes), stream)
    tell(actions, stream or sys.stdout)


def _print_json(command: str, outcomes: list[Outcome], base: str) -> None:
    if command == "review":
        write(as_json.reviews_json(base, outcomes))
    elif command in ("identify", "verify"):
        write(as_json.truths_json(command, outcomes))
    else:
        write(as_json.outcomes_json(command, outcomes))


def write(text: str, stream: TextIO | None = None) -> None:
    """Print a line, on stdout unless told otherwise.

    Raises:
        WriteError: the output takes no more.
    """
    with _taken():
        (stream or sys.stdout).write(f"{text}\n")


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # whoever read it has seen enough
        raise
    except OSError as error:
        raise WriteError(f"the output takes no more: {error.strerror}") from error


def paint(lines: Iterable[tuple[str, str]], stream: TextIO | None = None) -> None:
    """Print lines, in colour where they go to a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("CI"):
        for line, _ in lines:
            write(line, stream)
        return
    from rich.console import Console

    console = Console(file=stream, soft_wrap=True, highlight=False, markup=False)
    for line, status in lines:
        console.print(line, style=STYLES[status])
