"""`identify` and `verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.cli.output import report
from updater.cli.overlays import Overlays
from updater.cli.session import run
from updater.find.changed import changed_packages
from updater.report.summary import exit_code

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.model import Outcome
    from updater.pipeline.pipeline import Pipeline


def identify(request: Request) -> int:
    """Say which commits the hashes hold."""
    config = request.load()
    overlays = Overlays(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.identify(overlays.packages))
    report("identify", request, outcomes, found=overlays.found)
    return exit_code(outcomes)


def verify(request: Request, changed_since: str) -> int:
    """Say whether pins are true."""
    config = request.load()
    overlays = Overlays(request, config)

    async def work(pipeline: Pipeline) -> list[Outcome]:
        packages, found = overlays.packages, overlays.found
        if changed_since:
            packages = await changed_packages(config.root, changed_since, packages, found)
        return await pipeline.verify(packages)

    outcomes = run(request, config, work)
    report("verify", request, outcomes, found=overlays.found)
    return exit_code(outcomes)
