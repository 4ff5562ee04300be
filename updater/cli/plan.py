"""`plan`: what is behind, as jobs for many runners."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="In CI")
@options.packages
@options.max_candidates
@options.timeout
@options.every
def plan(
    request: Request,
    packages: tuple[str, ...],
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Print what is outdated as a JSON job matrix; change nothing."""
    from updater.cli.output import report, write
    from updater.cli.overlays import Overlays
    from updater.cli.session import Session
    from updater.model import Outdated
    from updater.overlay.reading.uses import uses
    from updater.pipeline.matrix import split
    from updater.report.as_json import plan_json
    from updater.report.summary import exit_code

    request = request.about(packages).within(max_candidates, timeout)
    session = Session.begin(request)
    overlays = Overlays(request, session.config)
    outcomes = session.run(lambda pipeline: pipeline.check(overlays.packages))
    outdated = [outcome for outcome in outcomes if isinstance(outcome, Outdated)]
    groups = {
        outcome.package.identity: session.config.policy(outcome.package).pull_request.group_of(
            pins=outcome.tracking is not None and outcome.tracking.moving,
            stays=outcome.stays,
        )
        for outcome in outdated
    }
    behind = [outcome.package for outcome in outdated]
    jobs = split(behind, uses(overlays.files.packages, overlays.files.texts), groups)
    listed = ((job.id, [package.identity for package in job.packages]) for job in jobs)
    aloud = replace(session, request=replace(request, json=False))
    report("plan", aloud, outcomes, sys.stderr, overlays=overlays.files)
    write(plan_json(listed))
    return exit_code(outcomes)


COMMAND = plan
