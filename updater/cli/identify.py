"""`identify`: which commits the pinned hashes hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="Look")
@options.packages
@options.max_candidates
@options.timeout
@options.every
def identify(
    request: Request,
    packages: tuple[str, ...],
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Find the commit that each hash belongs to; change nothing."""
    from updater.cli.output import report
    from updater.cli.overlays import Overlays
    from updater.cli.session import Session
    from updater.report.summary import exit_code

    request = request.about(packages).within(max_candidates, timeout)
    session = Session.begin(request)
    overlays = Overlays(request, session.config)
    outcomes = session.run(lambda pipeline: pipeline.identify(overlays.packages))
    report("identify", session, outcomes, overlays=overlays.files)
    return exit_code(outcomes)


COMMAND = identify
