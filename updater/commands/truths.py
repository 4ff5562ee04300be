"""`identify` and `verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.commands.output import report
from updater.commands.running import find, run
from updater.report.summary import exit_code
from updater.selection.changed import changed_packages

if TYPE_CHECKING:
    from updater.commands.request import Request


def identify(request: Request) -> int:
    """Say which commits the hashes hold."""
    config = request.load()
    found, packages = find(request, config)
    outcomes = run(request, config, lambda pipeline: pipeline.identify(packages))
    report("identify", request, outcomes, found=found)
    return exit_code(outcomes)


def verify(request: Request, changed_since: str) -> int:
    """Say whether pins are true."""
    config = request.load()
    found, packages = find(request, config)
    if changed_since:
        import anyio  # noqa: PLC0415 - `list` does without

        packages = anyio.run(changed_packages, config.root, changed_since, packages, found)
    outcomes = run(request, config, lambda pipeline: pipeline.verify(packages))
    report("verify", request, outcomes, found=found)
    return exit_code(outcomes)
