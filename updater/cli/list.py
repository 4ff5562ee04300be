"""`list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.errors import ReadError, StageError, bugs_at

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.model import Package
    from updater.report.listing import ListedPackage


@click.command("list", cls=options.SectionCommand, section="Look")
@options.packages
@options.every
def list_packages(request: Request, packages: tuple[str, ...]) -> int:
    """Show the packages, their files, and what each one follows."""
    from updater.cli.output import paint, screen_of, write
    from updater.cli.overlays import Overlays
    from updater.report.listing import listing_lines
    from updater.report.summary import Exit

    request = request.about(packages)
    config = request.load()
    rows = [_described(package, config) for package in Overlays(request, config).packages]
    if request.json:
        from updater.report.as_json import listing_json

        write(listing_json(rows))
    else:
        screen = screen_of("list", request, sys.stdout)
        paint(listing_lines(rows, screen), request, sys.stdout)
    return Exit.FAILED if any(row.status == "failed" for row in rows) else Exit.DONE


def _described(read: Package, config: Config) -> ListedPackage:
    from updater.choose import expected_tracking
    from updater.find.followable import adopted, skip_reason
    from updater.kinds import FETCHERS
    from updater.report.listing import describe

    package = adopted(read, config.policy(read).hash)
    source = package.source
    policy = config.policy(package)
    skip, pin, tracking = "", None, None
    is_left = package.skip or (package.generator and policy.generated == "skip")
    problem = "" if is_left else package.problem
    problem = f"{problem}; {package.hint}" if problem and package.hint else problem
    try:
        with bugs_at(ReadError.stage):
            if not problem:
                skip = skip_reason(package, policy, config.registries)
            if source is not None and not problem:
                fetcher = FETCHERS[source.fetcher]
                pin = fetcher.pin(package, source)
                if not skip:
                    project = policy.upstream or fetcher.project(package, source)
                    tracking = expected_tracking(pin, policy, project)
    except StageError as error:
        problem = "" if skip else f"{error}; {error.hint}"
    hold = policy.hold or ("" if policy.src_only or is_left else package.lent)
    return describe(package, pin, tracking, hold=hold, problem=problem, skip=skip)


COMMAND = list_packages
