"""`test`: whether the pins build as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="Look")
@options.packages
@options.every
def test(request: Request, packages: tuple[str, ...]) -> int:
    """Build and import the packages as they are; change nothing."""
    from updater.cli.output import report
    from updater.cli.overlays import Overlays
    from updater.cli.session import Session
    from updater.report.summary import exit_code

    request = request.about(packages)
    session = Session.begin(request)
    overlays = Overlays(request, session.config)
    outcomes = session.run(lambda pipeline: pipeline.test(overlays.packages, overlays.files))
    report("test", session, outcomes, overlays=overlays.files)
    return exit_code(outcomes)


COMMAND = test
