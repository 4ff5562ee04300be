"""What a branch changes: verify, audit and test, put together for each package."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from updater.audit.change.base import Step, examine
from updater.errors import Bug, bugs_at
from updater.kinds import change_rules
from updater.model import Candidate, Failed, Passed, Reviewed, Skipped, Verdict
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from updater.choose.run import Run
    from updater.model import BuildPolicy, Outcome, Package, PinWarning, Project
    from updater.model.research import RequirementFacts

_PATH = re.compile(rb"(?<![\w/.])\.{1,2}/[\w./+-]+")
_UNCHANGED = "its own text is unchanged, but it is built with something that changed"


class ReviewScope(Struct, frozen=True):
    """What a review looks at.

    Attributes:
        changed: packages whose text is not the base's.
        rebuilt: other packages, which a changed flake or Nix file builds otherwise.
        before: the packages of the base by identity.
        findings: identity -> what audit rules say of it and the base does not have.
    """

    changed: tuple[Package, ...]
    rebuilt: tuple[Package, ...]
    before: Mapping[str, Package]
    findings: Mapping[str, tuple[PinWarning, ...]] = {}

    @property
    def packages(self) -> tuple[Package, ...]:
        """All of them."""
        return self.changed + self.rebuilt


def builds_otherwise(policy: BuildPolicy, changed: Collection[str]) -> bool:
    """Tell whether a changed file decides how a package is built: the flake, its lock, the file."""
    steering = (
        (policy.file,)
        if policy.file
        else (f"{policy.flake}/flake.nix", f"{policy.flake}/flake.lock")
    )
    return any(os.path.normpath(file) in changed for file in steering)


def names_one_of(text: bytes, file: str, changed: Collection[str]) -> bool:
    """Tell whether an overlay's text names a changed file, or its folder, by a path.

    A patch is such a file. Source of the form: Nix manual, "Path literal".
    """
    folder = os.path.dirname(file)  # noqa: PTH120 - as text
    paths = (os.fsdecode(path) for path in _PATH.findall(text))
    named = {os.path.normpath(os.path.join(folder, path)) for path in paths}  # noqa: PTH118 - as text
    return any(name == path or name.startswith(f"{path}/") for path in named for name in changed)


class Auditor(Struct, frozen=True):
    """Puts together what was found out, and asks the audit rules about each step.

    Attributes:
        before: identity -> upstream of the base's packages.
        after: the same of the present ones.
        facts: identity -> how the requirements differ, where that is known.
    """

    run: Run
    before: Mapping[str, Project]
    after: Mapping[str, Project]
    facts: Mapping[str, RequirementFacts]

    def reviewed(
        self, scope: ReviewScope, truths: Sequence[Outcome], trials: Sequence[Outcome]
    ) -> list[Outcome]:
        """Return one outcome a package, in the order of ``scope.packages``."""
        truth_of = {outcome.package.identity: outcome for outcome in truths}
        outcomes: list[Outcome] = []
        for package, trial in zip(scope.packages, trials, strict=True):
            truth = truth_of.get(package.identity) or Skipped(package=package, reason=_UNCHANGED)
            before = scope.before.get(package.identity)
            warnings: tuple[PinWarning, ...] = ()
            try:
                with bugs_at("audit"):
                    if package in scope.changed:
                        warnings = self._audited(package, before, truth)
            except Bug as bug:
                self.run.progress.bug(bug)
                truth = failed(truth, bug)
            outcomes.append(
                Reviewed(
                    package=package,
                    tracking=truth.tracking,
                    pinned=truth.pinned,
                    candidate=truth.candidate,
                    warnings=truth.warnings + warnings + scope.findings.get(package.identity, ()),
                    requirements=self.facts.get(package.identity),
                    before=before,
                    truth=cast("Verdict | Skipped | Failed", truth),
                    trial=cast("Passed | Skipped | Failed", trial),
                )
            )
        return outcomes

    def _audited(
        self, package: Package, before: Package | None, truth: Outcome
    ) -> tuple[PinWarning, ...]:
        """Ask the rules; where nobody knows what the pin holds, its label counts."""
        if before is None or before.version is None:
            return ()
        label = package.label
        candidate = truth.candidate or (Candidate(label) if label else None)
        if candidate is None:
            return ()
        identity = package.identity
        old, new = self.before.get(identity), self.after.get(identity)
        projects = (old, new) if old is not None and new is not None else None
        step = Step(before.label, candidate, self.run.now, projects)
        return examine(step, change_rules())
