"""What `list` says of a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.choose.tracking import expected_tracking
from updater.errors import ReadError, StageError, bugs_at
from updater.find.followable import adopted, skip_reason
from updater.kinds import FETCHERS
from updater.report.listing import describe

if TYPE_CHECKING:
    from updater.config.load import Config
    from updater.model import Package
    from updater.report.listing import ListedPackage


def follows(read: Package, config: Config) -> str:
    """Say in one line what a package follows, without asking anybody."""
    listed = described(read, config)
    return f"{listed.track or listed.status}: {listed.reason}"


def described(read: Package, config: Config) -> ListedPackage:
    """Return what is said of a package without asking anybody."""
    policy = config.policy(read)
    package = adopted(read, policy.hash)
    source = package.source
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
