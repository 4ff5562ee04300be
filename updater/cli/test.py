"""`test`: whether the pins build as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="See")
@options.packages
@options.every
def test(request: Request, packages: tuple[str, ...]) -> int:
    """Evaluate, build and import the pins as they are; change nothing."""
    from updater.cli.output import report
    from updater.cli.overlays import Overlays
    from updater.cli.session import run
    from updater.report.summary import exit_code

    request = request.about(packages)
    config = request.load()
    overlays = Overlays(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.test(overlays.packages))
    report("test", request, outcomes, found=overlays.found)
    return exit_code(outcomes)


COMMAND = test
