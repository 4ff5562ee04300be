"""What a command prints: lines or one JSON object on stdout, the rest on stderr."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from msgspec.structs import replace

from updater.cli.actions import ActionsReport, tell
from updater.cli.colors import has_color, painted
from updater.effects import files
from updater.effects.processes import streams
from updater.errors import WriteError
from updater.model import Updated
from updater.report.screen import Screen
from updater.report.summary import Exit, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from updater.cli.request import Request
    from updater.cli.session import Session
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Outcome
    from updater.model.proposal import Command
    from updater.model.run import Bump
    from updater.report.layout import PrintedLine


def report_changes(
    session: Session,
    ask: Bump,
    command: Command,
    outcomes: list[Outcome],
    *,
    overlays: OverlayFiles,
    results: Path | None,
) -> None:
    """Report changes; in a dry run the diff is the result, so that `git apply` can take it."""
    request = session.request
    stream = sys.stderr if ask.dry_run else sys.stdout
    if ask.dry_run and not request.json:
        _print_diffs(request, [outcome for outcome in outcomes if isinstance(outcome, Updated)])
    name, *options = command.split()
    options += ["--to", ask.to] if ask.to else []
    options += ["--commit"] if ask.commit else []
    screen = replace(
        screen_of(name, request, stream, options=options),
        git=_git(session),
        committed=ask.commit,
        results=shlex.quote(str(results)) if results is not None else "",
    )
    _report(screen, session, outcomes, stream, overlays=overlays)


def report(
    command: str,
    session: Session,
    outcomes: list[Outcome],
    stream: TextIO | None = None,
    *,
    overlays: OverlayFiles | None = None,
    base: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Print what became of the packages, and tell GitHub Actions where it runs this.

    Args:
        command: its name.
        session: how to print, and the project's root.
        outcomes: of the packages.
        stream: where to print; stdout without it.
        overlays: all packages, of which a summary shows how they depend on each other.
        base: the commit that a review compares with.
        notes: what is to be known of the review as a whole.
    """
    stream = stream or sys.stdout
    screen = screen_of(command, session.request, stream)
    _report(screen, session, outcomes, stream, overlays=overlays, base=base, notes=notes)


def screen_of(
    command: str, request: Request, stream: TextIO, *, options: Sequence[str] = ()
) -> Screen:
    """Return what a report is shown on.

    Args:
        command: the command's name.
        request: its packages, folder and configuration are those of the command to run next.
        stream: where it is printed.
        options: of the command, for the next one.
    """
    width = streams.width(stream)
    where = ("-C", str(request.root)) if str(request.root) != "." else ()
    configured = ("--config", request.config) if request.config is not None else ()
    arguments = shlex.join((*where, *configured, *options, *request.packages))
    return Screen(
        command,
        arguments=f" {arguments}" if arguments else "",
        width=width,
        unicode=width is not None and _has_arrows(stream),
        verbose=request.verbose,
    )


def _has_arrows(stream: TextIO) -> bool:
    try:
        "\u2192\u2026".encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _git(session: Session) -> str:
    """Return how to run git on the overlays, or an empty string where they are not git's."""
    root = session.config.root.absolute()
    if not any(files.exists(folder / ".git") for folder in (root, *root.parents)):
        return ""
    folder = session.request.root
    return "git" if str(folder) == "." else f"git -C {shlex.quote(str(folder))}"


def _report(
    screen: Screen,
    session: Session,
    outcomes: list[Outcome],
    stream: TextIO,
    *,
    overlays: OverlayFiles | None,
    base: str = "",
    notes: Sequence[str] = (),
) -> None:
    actions = ActionsReport(screen.command, session.config.root, outcomes, overlays, notes)
    request = session.request
    if request.json:  # last, since what fails before it is said by another object
        tell(actions, sys.stderr)
        _write_json(screen.command, outcomes, base, notes)
        return
    from updater.report.terminal import outcome_lines, report_lines

    if request.quiet:
        failures = [outcome for outcome in outcomes if exit_code([outcome]) != Exit.DONE]
        paint(outcome_lines(failures, screen), request, stream)
    else:
        paint(report_lines(outcomes, screen), request, stream)
    tell(actions, stream)


def _write_json(command: str, outcomes: list[Outcome], base: str, notes: Sequence[str]) -> None:
    from updater.report import as_json

    if command == "review":
        write(as_json.reviews_json(base, outcomes, notes))
    elif command in ("identify", "verify"):
        write(as_json.truths_json(command, outcomes))
    else:
        write(as_json.outcomes_json(command, outcomes))


def print_diff(request: Request, text: str) -> None:
    """Print a diff; a pipe gets each byte as it is, and never a colour."""
    from updater.report.unified_diff import styled_diff

    if sys.stdout.isatty():
        paint(styled_diff(text), request, sys.stdout)
        return
    with _taken():
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()


def _print_diffs(request: Request, updates: Sequence[Updated]) -> None:
    from updater.report.unified_diff import diff

    for update in updates:
        print_diff(request, diff(update))


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
        raise WriteError(f"cannot write the output: {error.strerror}") from error


def paint(lines: Iterable[PrintedLine], request: Request, stream: TextIO) -> None:
    """Print lines, in colour where the user or the terminal wants it."""
    color = has_color(request.color, os.environ, terminal=stream.isatty())
    texts = [painted(line, color=color) for line in lines]
    if texts:
        write("\n".join(texts), stream)
