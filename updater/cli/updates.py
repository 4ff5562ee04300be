"""`check`, `bump`, `pin`, `test` and `plan`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.cli.output import report, report_changes, write
from updater.cli.overlays import Overlays
from updater.cli.session import run
from updater.errors import UsageError
from updater.report.as_json import plan_json
from updater.report.summary import exit_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from pathlib import Path

    from updater.cli.request import Request
    from updater.model import Outcome, Package
    from updater.model.proposal import Command
    from updater.model.run import Bump
    from updater.pipeline.pipeline import Pipeline


def check(request: Request, *, tell_outdated: bool) -> int:
    """Show which pins are behind."""
    config = request.load()
    overlays = Overlays(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.check(overlays.packages))
    report("check", request, outcomes, found=overlays.found)
    return exit_code(outcomes, tell_outdated=tell_outdated)


def bump(request: Request, ask: Bump, output: Path | None = None) -> int:
    """Move pins, and leave what was found in a folder for `publish`."""
    config = request.load()
    overlays = Overlays(request, config)

    async def work(pipeline: Pipeline) -> list[Outcome]:
        refuse_many(ask, overlays.packages)
        return await pipeline.bump(overlays.packages, overlays.found, ask)

    outcomes = run(request, config, work)
    if output is not None:
        from updater.publish.results.files import write_results  # noqa: PLC0415 - for --output only

        write_results(output, outcomes, ask.to, dashboard=config.document.dashboard)
    report_changes("bump", request, outcomes, overlays.found, dry_run=ask.dry_run)
    return exit_code(outcomes)


def pin(request: Request, ask: Bump, output: Path | None, *, sri: bool) -> int:
    """Write what the hashes hold, and leave it in a folder for `publish`."""
    config = request.load()
    overlays = Overlays(request, config)

    def work(pipeline: Pipeline) -> Awaitable[list[Outcome]]:
        return pipeline.pin(overlays.packages, overlays.found, ask, sri=sri)

    outcomes = run(request, config, work)
    if output is not None:
        from updater.publish.results.files import write_results  # noqa: PLC0415 - as above

        command: Command = "pin --sri" if sri else "pin"
        write_results(output, outcomes, "", command, dashboard=config.document.dashboard)
    report_changes("pin", request, outcomes, overlays.found, dry_run=ask.dry_run)
    return exit_code(outcomes)


def test(request: Request) -> int:
    """Build pins as they are."""
    config = request.load()
    overlays = Overlays(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.test(overlays.packages))
    report("test", request, outcomes, found=overlays.found)
    return exit_code(outcomes)


def plan(request: Request) -> int:
    """Print a job matrix of what is behind."""
    from updater.model import Outdated  # noqa: PLC0415 - one command's
    from updater.overlay.reading.uses import uses  # noqa: PLC0415 - as above
    from updater.pipeline.matrix import split  # noqa: PLC0415 - as above

    config = request.load()
    overlays = Overlays(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.check(overlays.packages))
    outdated = [outcome for outcome in outcomes if isinstance(outcome, Outdated)]
    behind = [outcome.package for outcome in outdated]
    groups = {
        one.package.identity: config.policy(one.package).pull_request.group_of(
            pins=one.tracking is not None and one.tracking.moving,
        )
        for one in outdated
    }
    jobs = split(behind, uses(overlays.found.packages, overlays.found.texts), groups)
    listed = ((job.id, [one.identity for one in job.packages]) for job in jobs)
    write(plan_json(listed))
    report("plan", replace(request, json=False), outcomes, sys.stderr, found=overlays.found)
    return exit_code(outcomes)


def refuse_many(ask: Bump, packages: Sequence[Package]) -> None:
    """Refuse ``--to`` for anything but one package.

    Raises:
        UsageError: there are none or several.
    """
    if ask.to and len(packages) != 1:
        raise UsageError(
            f"--to goes with one package, and these are {len(packages)}", hint="name one package"
        )
