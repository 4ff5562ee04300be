"""What a branch changes, for `review`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import anyio
from msgspec.structs import replace

from updater.audit.overlay.ratchet import new_findings
from updater.building.entries import placed
from updater.building.foreign import ForeignTree, steering
from updater.cli.audited import audited, audited_at, scope_of
from updater.cli.base import find_base
from updater.cli.output import report
from updater.cli.overlays import named_files
from updater.effects.files import real
from updater.effects.git import own as git
from updater.find.changed import has_lock_in, packages_at
from updater.find.packages import find_packages
from updater.overlay.reading.uses import dependents, uses
from updater.pipeline.audits import selected_rules, warnings_of
from updater.pipeline.reviewing import ReviewScope, builds_otherwise, names_one_of
from updater.report.summary import exit_code

if TYPE_CHECKING:
    from updater.audit.overlay.base import Need
    from updater.cli.request import Request
    from updater.cli.session import Session
    from updater.find.overlay_files import OverlayFiles
    from updater.model import PinWarning

_JOBS = ("CI", "GITHUB_ACTIONS")
"""Variables of a job that has a machine to itself. Source: GitHub docs, "Variables reference"."""

_IGNORED = (
    "{} is not as in the base, and what the branch says there is not heeded: it counts once it is "
    "merged, or with --config"
)


def review_branch(request: Request, name: str, *, trusted: bool) -> int:
    """Verify, audit and test what the present branch changes.

    Args:
        request: whose configuration may come from elsewhere than the base.
        name: the branch, tag or commit that it is compared with, from where it left it; an empty
            string for the repository's default branch.
        trusted: what is evaluated is the user's own, or as good as that.
    """
    base = anyio.run(find_base, request, name)
    session, commit = base.session, base.commit
    overlays = find_packages(session.config.root, named_files(request, session.config))
    scope = anyio.run(_scope, session, overlays, commit)
    findings, beside = anyio.run(_findings, session, overlays, commit, scope)
    scope = replace(scope, findings=findings)
    foreign = None if trusted else anyio.run(_foreign, session, overlays, commit)
    outcomes = session.run(lambda pipeline: pipeline.review(scope, overlays), foreign=foreign)
    notes = [_IGNORED.format(base.ignored)] if base.ignored else []
    notes += beside
    for note in notes:
        request.note(f"warning: {note}")
    report("review", session, outcomes, overlays=overlays, base=commit, notes=notes)
    return exit_code(outcomes)


async def _scope(session: Session, overlays: OverlayFiles, commit: str) -> ReviewScope:
    config = session.config
    files = await git.changed_files(config.root, commit)
    changed_files = {real(config.root / file) for file in files}
    with_locks = {
        package.identity
        for package in overlays.packages
        if has_lock_in(package, config.root, changed_files)
    }
    touched = [
        # whoever wrote a text that cannot be parsed must mend it, also where it fetches nothing
        replace(package, skip="") if package.problem else package
        for package in overlays.packages
        if real(config.root / package.file) in changed_files or package.identity in with_locks
    ]
    before = await packages_at(config.root, commit, touched)
    changed = tuple(
        package
        for package in touched
        if before.differs(package, overlays) or package.identity in with_locks
    )
    used, again = uses(overlays.packages, overlays.texts), set[str]()
    naming = {file for file, text in overlays.texts.items() if names_one_of(text, file, files)}
    for package in overlays.packages:
        build = config.policy(package).build
        if package.file in naming or builds_otherwise(placed(build, config.root), files):
            again.add(package.identity)
        if package in changed and build.dependents:
            again.update(dependents(package.identity, used))
    rebuilt = [
        package
        for package in overlays.packages
        if package.identity in again and package not in changed
    ]
    return ReviewScope(
        changed,
        tuple(rebuilt),
        {
            package.identity: before.packages[package.identity]
            for package in changed
            if package.identity in before.packages
        },
    )


async def _findings(
    session: Session, overlays: OverlayFiles, commit: str, scope: ReviewScope
) -> tuple[dict[str, tuple[PinWarning, ...]], list[str]]:
    """Return what audit rules say of the branch, and not of its base.

    Returns:
        The findings of the packages that are looked at, by identity; and those of flake.nix.
    """
    names = selected_rules(session.config)
    needs: tuple[Need, ...] = ("text",)
    audit = scope_of(session.config, tuple(overlays.texts), names, needs)
    now = audited(audit)
    before = await audited_at(audit, now, commit)
    text, about = now.project.text, {package.identity for package in scope.packages}
    findings: dict[str, tuple[PinWarning, ...]] = {}
    beside: list[str] = []
    for finding in new_findings(
        now.judgement.findings, before.judgement.findings, text, before.project.text
    ):
        warnings = warnings_of([finding], text(finding.file))
        if finding.package in about:
            findings[finding.package] = findings.get(finding.package, ()) + warnings
        else:
            beside += [warning.message for warning in warnings]
    return findings, beside


async def _foreign(session: Session, overlays: OverlayFiles, commit: str) -> ForeignTree:
    """Return the branch as a tree of somebody else's, beside what the base says is evaluated."""
    config = session.config
    policies = [placed(config.policy(each).build, config.root) for each in overlays.packages]
    named = dict.fromkeys(file for policy in policies for file in steering(policy))
    base = {file: await git.file_at(config.root, commit, file) for file in named}
    in_job = any(os.environ.get(name) not in (None, "", "false") for name in _JOBS)
    return ForeignTree(config.root, commit, base, in_job)
