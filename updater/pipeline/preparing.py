"""Choice -> hash -> build: what a change writes, and whether it holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct
from msgspec.structs import replace

from updater.building.builder import order_of
from updater.building.evaluating import BuildJob, BuildTarget
from updater.choose.subjects import Decision, Subject
from updater.errors import StageError
from updater.model import Current, Outcome, Package, Take
from updater.overlay.reading.uses import dependents, uses
from updater.pipeline.endings import checked, failed, unbuilt
from updater.pipeline.hash.ready import Ready
from updater.pipeline.hashing import HashStage
from updater.pipeline.together import GroupBuilder, GroupMember, grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.evaluating import Ahead
    from updater.choose.run import Run
    from updater.find.found import OverlayFiles
    from updater.model import BuildPolicy
    from updater.model.run import Bump


class Preparer(Struct, frozen=True):
    """Hashes and builds chosen candidates; nothing is written."""

    run: Run

    async def hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], found: OverlayFiles, ask: Bump
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Find the hash of each chosen candidate; what is not to be taken is an outcome."""
        self.run.progress.stage("hash", len(decided))
        results: dict[str, Ready | Outcome] = {}
        hashes = HashStage(self.run)

        async def one(subject: Subject, decision: Decision | Outcome) -> None:
            if not isinstance(decision, Decision):
                results[subject.package.identity] = decision
            elif not isinstance(decision.choice, Take):
                results[subject.package.identity] = checked(subject, decision)
            else:
                try:
                    candidate = decision.choice.candidate
                    text = found.texts[subject.package.file]
                    result = await hashes.find(subject, decision, candidate, text, ask)
                except StageError as error:
                    result = failed(subject.package, error, decision)
                results[subject.package.identity] = result
            self.run.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, decision in decided:
                group.start_soon(one, subject, decision)
        return [(subject, results[subject.package.identity]) for subject, _ in decided]

    async def build(
        self, hashed: Sequence[tuple[Subject, Ready | Outcome]], found: OverlayFiles
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Build each change, or each group's changes, in a copy of the tree as it was read."""
        waiting = [
            (subject, ready)
            for subject, ready in hashed
            if isinstance(ready, Ready) and ready.build is None
        ]
        if not waiting:
            return list(hashed)
        self.run.progress.stage("build", len(waiting))
        used = uses(found.packages, found.texts)
        groups = grouped(hashed)
        members = {one.identity for some in groups.values() for one in some}
        alone = [one for one in waiting if one[0].package.identity not in members]
        jobs, results = self._jobs(alone, found, used)
        ahead = await self.run.builder().evaluate([job for _, _, job in jobs])

        async def one(subject: Subject, ready: Ready, job: BuildJob) -> None:
            try:
                result = await self._build_one(subject, ready, job, ahead)
            except StageError as error:
                result = failed(subject.package, error, ready.decision)
            results[subject.package.identity] = result
            self.run.progress.step(subject.package)

        async def together(name: str, some: Sequence[GroupMember]) -> None:
            group = GroupBuilder(
                self.run.builder(), found, used, partial(self._job_of, found=found)
            )
            results.update(await group.build(name, some))
            for member in some:
                if member.ready.build is None:
                    self.run.progress.step(member.package)

        async with anyio.create_task_group() as tasks:
            for name, some in groups.items():
                tasks.start_soon(together, name, some)
            for subject, ready, job in jobs:
                tasks.start_soon(one, subject, ready, job)
        return [
            (subject, results.get(subject.package.identity, ready)) for subject, ready in hashed
        ]

    def _jobs(
        self,
        waiting: Sequence[tuple[Subject, Ready]],
        found: OverlayFiles,
        used: Mapping[str, tuple[str, ...]],
    ) -> tuple[list[tuple[Subject, Ready, BuildJob]], dict[str, Ready | Outcome]]:
        """Return what is to be built, and the outcomes of what cannot or need not be."""
        jobs: list[tuple[Subject, Ready, BuildJob]] = []
        results: dict[str, Ready | Outcome] = {}
        for subject, ready in waiting:
            try:
                job = self._job(subject, ready, found, used)
            except StageError as error:
                job = failed(subject.package, error, ready.decision)
            if isinstance(job, BuildJob):
                jobs.append((subject, ready, job))
            else:
                results[subject.package.identity] = job
                self.run.progress.step(subject.package)
        return jobs, results

    def _job(
        self,
        subject: Subject,
        ready: Ready,
        found: OverlayFiles,
        used: Mapping[str, tuple[str, ...]],
    ) -> BuildJob | Outcome:
        package, policy = subject.package, subject.policy.build
        change = ready.planned.of(found.texts[package.file])
        if not change.edits:
            return Current(**ready.decision.known(subject.package))
        after = dependents(package.identity, used) if policy.dependents else ()
        return self._job_of(subject, ready, {package.file: change.after}, after, found)

    def _job_of(
        self,
        subject: Subject,
        ready: Ready,
        changes: Mapping[str, bytes],
        after: Sequence[str],
        found: OverlayFiles,
    ) -> BuildJob:
        package, policy = subject.package, subject.policy.build
        return BuildJob(
            BuildTarget(package, policy),
            ready.planned.values.own.get("version", ""),
            changes,
            ready.source,
            tuple(self._dependent(one, policy) for one in order_of(after, found.packages)),
        )

    def _dependent(self, package: Package, policy: BuildPolicy) -> BuildTarget:
        """Return a package that uses the one that is changed: in its tree, with its own imports."""
        own = self.run.config.policy(package).build
        return BuildTarget(package, replace(policy, attribute=own.attribute, imports=own.imports))

    async def _build_one(
        self, subject: Subject, ready: Ready, job: BuildJob, ahead: Ahead
    ) -> Ready | Outcome:
        build = await self.run.builder().build(job, ahead)
        if build.status == "failed" and subject.policy.build.on_failure == "skip":
            return unbuilt(build, **ready.decision.known(subject.package))
        return replace(ready, build=build)
