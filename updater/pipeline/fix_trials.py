"""Fixes of an audit that are safe only after a build: what they are about is built with them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from updater.building.evaluating import BuildJob
from updater.building.package_sets import NotBuilt
from updater.effects.runner import log_place
from updater.model import Failed, Package, Span
from updater.overlay.reading.uses import dependents, uses
from updater.pipeline.baseline import Baseline
from updater.pipeline.jobs import JobMaker
from updater.pipeline.stage import Stage
from updater.text import printable

if TYPE_CHECKING:
    from updater.audit.overlay.fixing import FixTrial
    from updater.building.evaluating import BuildTarget
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Build

_OUTPUTS: Final = re.compile(r"(?P<output>packages|legacyPackages|devShells|checks)\.(?P<rest>.+)")
_SYSTEM: Final = re.compile(r"\w+-(?:linux|darwin)\.")


class FixTrials(Struct, frozen=True):
    """Builds packages and environments with fixes, in scratch copies; nothing is written."""

    maker: JobMaker

    @classmethod
    def of(cls, run: Run, sets: PackageSets, overlays: OverlayFiles) -> FixTrials:
        """Return the trials of a run.

        Args:
            run: whose files these are.
            sets: where packages are.
            overlays: all packages and texts as they were read.
        """
        sets.expect(overlays.packages)
        return cls(JobMaker(run, sets, overlays, uses(overlays.packages, overlays.texts)))

    async def refusal(self, trial: FixTrial) -> str:
        """Return why fixes may not be made, or an empty string where all builds with them."""
        package = self._package(trial)
        if package is None:
            return f"no attribute of {trial.entry} is this environment, so it cannot be built"
        stage = Stage("build", self.maker.run.progress)
        (reason,) = await stage.each([package], partial(self._refusal, trial))
        if isinstance(reason, str):
            return printable(reason)
        message = reason.message if isinstance(reason, Failed) else ""
        return printable(f"it cannot be built: {message.partition(chr(10))[0]}")

    async def _refusal(self, trial: FixTrial, package: Package) -> str:
        target = await self._target(trial, package)
        if isinstance(target, NotBuilt):
            return f"it is safe only after a build, and nothing was built: {target.reason}"
        is_followed = bool(trial.package) and target.policy.dependents
        users = dependents(trial.package, self.maker.used) if is_followed else ()
        after = await self.maker.dependents(users, target.policy)
        label = (package.label or "") if trial.package else ""
        job = BuildJob(target, label, trial.changes, dependents=after)
        build = await self.maker.run.builder().build(job, {})
        if build.status != "failed":
            return ""
        before = await Baseline(self.maker).unchanged(job, build)
        if before.status == "failed" and before.diagnosis == build.diagnosis:
            return f"{build.attribute} does not build, with it or without: {_why(build)}"
        return f"{build.attribute} does not build with it: {_why(build)}"

    async def _target(self, trial: FixTrial, package: Package) -> BuildTarget | NotBuilt:
        policy = self.maker.run.config.policy(package).build
        if not trial.package:
            policy = replace(policy, attribute=_attribute(trial.environment), imports=())
        return await self.maker.sets.target(package, policy)

    def _package(self, trial: FixTrial) -> Package | None:
        """Return the package that is built; an environment is one of its file."""
        packages = self.maker.overlays.packages
        if trial.package:
            return next((own for own in packages if own.identity == trial.package), None)
        if not trial.environment:
            return None
        names = tuple(trial.environment.split("."))
        return Package(trial.entry, names, 1, Span(0, 0), None, None, None)


def _attribute(environment: str) -> str:
    """Return an environment as ``build: {attribute: ...}`` would name it."""
    match = _OUTPUTS.fullmatch(environment)
    if match is None:
        return environment
    rest = match["rest"]
    if _SYSTEM.match(rest):
        return environment
    is_searched = match["output"] in ("packages", "legacyPackages")
    return rest if is_searched else f"{match['output']}.{{system}}.{rest}"


def _why(build: Build) -> str:
    diagnosis = build.diagnosis
    message = diagnosis.message if diagnosis is not None else f"its {build.phase} failed"
    return f"{message}; the log: {log_place(build.log)}"
