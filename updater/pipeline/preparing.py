"""Choice -> hash -> build: what a change writes, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio

from updater.errors import StageError
from updater.fetchers.base import NoFile
from updater.following.subjects import Decision, Subject
from updater.model import Build, Candidate, Current, Held, Outcome, Package, Source, Take
from updater.overlay.order import dependents, uses
from updater.pipeline.builder import Builder, order_of
from updater.pipeline.endings import checked, failed, unbuilt
from updater.pipeline.evaluating import Job, Target
from updater.pipeline.steps import Bump, Progress, Ready
from updater.pipeline.writing import plan
from updater.selection import FETCHERS, Found, stale_dependents
from updater.upstreams.base import host_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.config import Config
    from updater.model import BuildPolicy
    from updater.pipeline.evaluating import Ahead
    from updater.prefetch import Prefetcher


@dataclass(frozen=True, slots=True)
class Preparer:
    """Hashes and builds chosen candidates; nothing is written."""

    config: Config
    prefetcher: Prefetcher
    builder: Builder
    progress: Progress

    async def hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], ask: Bump
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Find the hash of each chosen candidate; what is not to be taken is an outcome."""
        self.progress.stage("hash", len(decided))
        results: dict[str, Ready | Outcome] = {}

        async def one(subject: Subject, decision: Decision | Outcome) -> None:
            if not isinstance(decision, Decision):
                results[subject.package.identity] = decision
            elif not isinstance(decision.choice, Take):
                results[subject.package.identity] = checked(subject, decision)
            else:
                try:
                    candidate = decision.choice.candidate
                    result = await self._hash_one(subject, decision, candidate, ask)
                except StageError as error:
                    result = failed(subject.package, error, decision)
                results[subject.package.identity] = result
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, decision in decided:
                group.start_soon(one, subject, decision)
        return [(subject, results[subject.package.identity]) for subject, _ in decided]

    async def _hash_one(
        self, subject: Subject, decision: Decision, candidate: Candidate, ask: Bump
    ) -> Ready | Outcome:
        fetch = subject.fetch(candidate, self.config.hosts)
        if isinstance(fetch, NoFile):
            return Held(reason=fetch.reason, **decision.known(subject))
        if subject.package.dependents and not decision.tracking.moving:
            return Held(reason=stale_dependents(subject.package), **decision.known(subject))
        companions = []
        for companion in subject.package.companions:
            beside = await self._companion(subject, companion, candidate)
            if isinstance(beside, NoFile):
                return Held(reason=beside.reason, **decision.known(subject))
            companions.append(beside)
        unbuilt = ask.unbuilt or self.builder.skipped(subject.policy.build)
        keep = None if unbuilt else self.builder.scratch.file("archive")
        values, hashed = dict(fetch.values), None
        if not fetch.hashless:
            hashed = await self.prefetcher.hash(fetch, subject.policy.hash, keep)
            values["hash"] = str(hashed.sri)
        archive = keep if keep is not None and keep.exists() else None
        build = Build("skipped", "", phase=unbuilt) if unbuilt else None
        return Ready(decision, values, hashed, archive, build, tuple(companions))

    async def _companion(
        self, subject: Subject, companion: Source, candidate: Candidate
    ) -> Mapping[str, str] | NoFile:
        """Return the new values of a further source that is made from the version."""
        kind = FETCHERS[companion.fetcher]
        project = kind.project(subject.package, companion)
        if project != subject.project:
            # What was looked up is another project's; only the version says something here too.
            candidate = replace(candidate, commit="", distributions=())
        host = host_of(project, self.config.hosts)
        web = host.web if host is not None else ""
        fetch = kind.fetch(subject.package, companion, candidate, web)
        if isinstance(fetch, NoFile):
            return NoFile(f"its further source, line {companion.line}: {fetch.reason}")
        hashed = await self.prefetcher.hash(fetch, subject.policy.hash)
        return dict(fetch.values) | {"hash": str(hashed.sri)}

    async def build(
        self, hashed: Sequence[tuple[Subject, Ready | Outcome]], found: Found
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Build each change by itself, in its own copy of the tree as it was read."""
        waiting = [
            (subject, ready)
            for subject, ready in hashed
            if isinstance(ready, Ready) and ready.build is None
        ]
        if not waiting:
            return list(hashed)
        self.progress.stage("build", len(waiting))
        used = uses(found.packages, found.texts)
        results: dict[str, Ready | Outcome] = {}
        jobs: list[tuple[Subject, Ready, Job]] = []
        for subject, ready in waiting:
            try:
                job = self._job(subject, ready, found, used)
            except StageError as error:
                job = failed(subject.package, error, ready.decision)
            if isinstance(job, Job):
                jobs.append((subject, ready, job))
            else:
                results[subject.package.identity] = job
                self.progress.step(subject.package)
        ahead = await self.builder.evaluate([job for _, _, job in jobs])

        async def one(subject: Subject, ready: Ready, job: Job) -> None:
            try:
                result = await self._build_one(subject, ready, job, ahead)
            except StageError as error:
                result = failed(subject.package, error, ready.decision)
            results[subject.package.identity] = result
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, ready, job in jobs:
                group.start_soon(one, subject, ready, job)
        return [
            (subject, results.get(subject.package.identity, ready)) for subject, ready in hashed
        ]

    def _job(
        self, subject: Subject, ready: Ready, found: Found, used: Mapping[str, tuple[str, ...]]
    ) -> Job | Outcome:
        package, policy = subject.package, subject.policy.build
        change = plan(package, ready.values, found.texts[package.file], ready.companions)
        if not change.edits:
            return Current(**ready.decision.known(subject))
        after = dependents(package.identity, used) if policy.dependents else ()
        return Job(
            Target(package, policy),
            ready.values.get("version", ""),
            {package.file: change.after},
            ready.archive,
            tuple(self._dependent(one, policy) for one in order_of(after, found.packages)),
        )

    def _dependent(self, package: Package, policy: BuildPolicy) -> Target:
        """Return a package that uses the one that is changed: in its tree, with its own imports."""
        own = self.config.policy(package).build
        return Target(package, replace(policy, attribute=own.attribute, imports=own.imports))

    async def _build_one(
        self, subject: Subject, ready: Ready, job: Job, ahead: Ahead
    ) -> Ready | Outcome:
        build = await self.builder.build(job, ahead)
        if build.status == "failed" and subject.policy.build.on_failure == "skip":
            return unbuilt(build, **ready.decision.known(subject))
        return replace(ready, build=build)
