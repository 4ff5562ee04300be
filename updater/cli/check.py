"""`check`: which pins are behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="Look")
@options.packages
@click.option("--exit-code", is_flag=True, help="Exit with 10 if updates are available.")
@click.option(
    "--identify", is_flag=True, help="Search for the commits of moving revs as long as `identify`."
)
@options.max_candidates
@options.timeout
@options.every
def check(
    request: Request,
    packages: tuple[str, ...],
    max_candidates: int | None,
    timeout: float | None,
    *,
    exit_code: bool,
    identify: bool,
) -> int:
    """Show which packages are outdated; change nothing."""
    from updater.cli.overlays import Overlays
    from updater.cli.session import Session

    request = request.about(packages).within(max_candidates, timeout, brief=not identify)
    session = Session.begin(request)
    overlays = Overlays(request, session.config)
    details = request.json or request.verbose
    outcomes = session.run(lambda pipeline: pipeline.check(overlays.packages, details=details))
    from updater.cli import output  # not before hosts were asked
    from updater.report import summary

    output.report("check", session, outcomes, overlays=overlays.files)
    return summary.exit_code(outcomes, tell_outdated=exit_code)


COMMAND = check
