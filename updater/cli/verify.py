"""`verify`: whether each pin is what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.model import Outcome
    from updater.pipeline.pipeline import Pipeline


@click.command(cls=options.SectionCommand, section="Look")
@options.packages
@click.option(
    "--changed-since", metavar="REV", default="", help="Only packages that differ from this commit."
)
@options.max_candidates
@options.timeout
@options.every
def verify(
    request: Request,
    packages: tuple[str, ...],
    changed_since: str,
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Check that each pin is what it says; change nothing."""
    from updater.cli.output import report
    from updater.cli.overlays import Overlays
    from updater.cli.session import Session
    from updater.find.changed import changed_packages
    from updater.report.summary import exit_code

    request = request.about(packages).within(max_candidates, timeout)
    session = Session.begin(request)
    overlays = Overlays(request, session.config)

    async def work(pipeline: Pipeline) -> list[Outcome]:
        chosen, files = overlays.packages, overlays.files
        if changed_since:
            chosen = await changed_packages(session.config.root, changed_since, chosen, files)
        return await pipeline.verify(chosen)

    outcomes = session.run(work)
    report("verify", session, outcomes, overlays=overlays.files)
    return exit_code(outcomes)


COMMAND = verify
