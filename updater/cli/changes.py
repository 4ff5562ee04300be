"""Runs that end in changed files or in results: what `bump` and `pin` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.cli.output import report_changes
from updater.cli.overlays import Overlays
from updater.cli.session import Session
from updater.cli.unfinished import see_to_it
from updater.errors import Interrupted
from updater.pipeline.ledger import Ledger
from updater.report.summary import exit_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from updater.cli.request import Request
    from updater.model import Outcome
    from updater.model.proposal import Command
    from updater.model.run import Bump
    from updater.pipeline.pipeline import Pipeline


def change(
    request: Request,
    command: Command,
    ask: Bump,
    *,
    output: Path | None,
    settle: Callable[[Overlays, Bump], Bump],
    work: Callable[[Pipeline, Overlays, Bump, Ledger], Awaitable[list[Outcome]]],
) -> int:
    """Change the user's files, and report it.

    Args:
        request: names packages.
        command: what finds the same again.
        ask: how the run ends.
        output: the folder that results are left in for `publish`; None leaves none.
        settle: says what else is asked for.
        work: what to do; the ledger takes what is written.

    Raises:
        Interrupted: a signal ended the run when a part was written.
    """
    session = Session.begin(request)
    see_to_it(request, session.config.root, dry_run=ask.dry_run, commit=ask.commit)
    overlays = Overlays(request, session.config)
    ledger = Ledger()
    try:
        ask = settle(overlays, ask)
        outcomes = session.run(lambda pipeline: work(pipeline, overlays, ask, ledger))
        if command == "bump" and _may_add(session):
            from updater.cli.joining import joined

            outcomes = joined(session, outcomes, overlays.files, ask, ledger)
    except KeyboardInterrupt as error:
        if not (ledger.finished and ledger.unfinished):
            raise
        raise Interrupted(ledger.finished, ledger.unfinished) from error
    if output is not None:
        from updater.publish.results.files import write_results

        board = session.config.document.dashboard
        write_results(output, outcomes, ask.to, command, dashboard=board)
    report_changes(session, ask, command, outcomes, overlays=overlays.files, results=output)
    return exit_code(outcomes)


def _may_add(session: Session) -> bool:
    """Tell whether config.yaml lets overlays be added for any package."""
    document = session.config.document
    options = (document.defaults, *document.packages.values())
    return any("additions" in (own.adapt or ()) for own in options)
