"""`test` as a stage: pins are evaluated, built and imported as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from updater.building.evaluating import BuildJob, BuildTarget
from updater.errors import StageError
from updater.model import Outcome, Package, Passed, Skipped
from updater.pipeline.endings import failed, unbuilt, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.building.evaluating import Ahead
    from updater.choose.run import Run


class Tester(Struct, frozen=True):
    """Builds packages together, each by itself; nothing is written."""

    run: Run

    async def test(self, packages: Sequence[Package]) -> list[Outcome]:
        """Evaluate, build and import pins as they are."""
        self.run.progress.stage("build", len(packages))
        outcomes: dict[str, Outcome] = {}
        jobs = []
        for package in packages:
            try:
                ready = self._to_test(package)
            except StageError as error:
                ready = failed(package, error)
            if isinstance(ready, BuildJob):
                jobs.append(ready)
            else:
                outcomes[package.identity] = ready
                self.run.progress.step(package)
        ahead = await self.run.builder().evaluate(jobs)

        async def one(job: BuildJob) -> None:
            package = job.target.package
            try:
                outcomes[package.identity] = await self._test_one(job, ahead)
            except StageError as error:
                outcomes[package.identity] = failed(package, error)
            self.run.progress.step(package)

        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(one, job)
        return [outcomes[package.identity] for package in packages]

    def _to_test(self, package: Package) -> BuildJob | Outcome:
        if package.problem:
            return unreadable(package)
        policy = self.run.config.policy(package).build
        skipped = self.run.builder().skipped(policy)
        if skipped:
            return Skipped(package=package, reason=f"not built: {skipped}")
        label = package.label
        return BuildJob(BuildTarget(package, policy), label or "", {})

    async def _test_one(self, job: BuildJob, ahead: Ahead) -> Outcome:
        package = job.target.package
        build = await self.run.builder().build(job, ahead)
        if build.status == "failed":
            return unbuilt(build, package=package)
        return Passed(package=package, build=build)
