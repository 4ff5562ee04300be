"""`test` as a stage: pins are evaluated, built and imported as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from updater.building.evaluating import BuildJob
from updater.building.package_sets import NotBuilt
from updater.model import Outcome, Package, Passed, Skipped
from updater.pipeline.baseline import with_switches
from updater.pipeline.endings import unbuilt, unreadable
from updater.pipeline.jobs import evaluated
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run


class BuildTrial(Struct, frozen=True):
    """A package that is to be built as it is."""

    job: BuildJob

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that every outcome has, as `common_fields` of an outcome has them."""
        return {"package": self.job.target.package}


class TrialStage(Struct, frozen=True):
    """Builds packages together, each by itself; nothing is written.

    Attributes:
        texts: the files of all packages.
    """

    run: Run
    sets: PackageSets
    texts: Mapping[str, bytes]

    async def test(self, packages: Sequence[Package]) -> list[Outcome]:
        """Evaluate, build and import pins as they are."""
        stage = Stage("build", self.run.progress)
        self.sets.expect(packages)
        trials = await stage.each(packages, self._trial)
        jobs = [trial.job for trial in trials if isinstance(trial, BuildTrial)]
        ahead = await evaluated(self.run, jobs)

        async def build(trial: BuildTrial) -> Outcome:
            result = await self.run.builder().build(trial.job, ahead)
            package = trial.job.target.package
            result = with_switches(result, package, self.texts[package.file])
            if result.status == "failed":
                return unbuilt(result, **trial.common_fields)
            return Passed(build=result, **trial.common_fields)

        return await stage.each(trials, build)

    async def _trial(self, package: Package) -> BuildTrial | Outcome:
        if package.problem:
            skip = package.skip
            return Skipped(package=package, reason=skip) if skip else unreadable(package)
        policy = self.run.config.policy(package).build
        target = await self.sets.target(package, policy)
        if isinstance(target, NotBuilt):
            return Skipped(package=package, reason=f"not built: {target.reason}")
        return BuildTrial(BuildJob(target, package.label or "", {}))
