"""Choice -> hash -> build: what a change writes, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio

from updater.errors import StageError
from updater.following.subjects import Decision, Subject
from updater.model import Current, Outcome, Package, Take
from updater.overlay.order import dependents, uses
from updater.pipeline.builder import Builder, Job, order_of
from updater.pipeline.endings import checked, failed, unbuilt
from updater.pipeline.hashes import Hashes
from updater.pipeline.steps import Bump, Progress, Ready
from updater.pipeline.writing import plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.config import Config
    from updater.prefetch import Prefetcher
    from updater.selection import Found


@dataclass(frozen=True, slots=True)
class Preparer:
    """Hashes and builds chosen candidates; nothing is written."""

    config: Config
    prefetcher: Prefetcher
    builder: Builder
    progress: Progress

    async def hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], found: Found, ask: Bump
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Find the hash of each chosen candidate; what is not to be taken is an outcome."""
        self.progress.stage("hash", len(decided))
        results: dict[str, Ready | Outcome] = {}
        hashes = Hashes(self.config, self.prefetcher, self.builder)

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
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, decision in decided:
                group.start_soon(one, subject, decision)
        return [(subject, results[subject.package.identity]) for subject, _ in decided]

    async def build(
        self, hashed: Sequence[tuple[Subject, Ready | Outcome]], found: Found
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Build each change by itself, in its own copy of the tree as it was read."""
        waiting = [one for one in hashed if isinstance(one[1], Ready) and one[1].build is None]
        if not waiting:
            return list(hashed)
        self.progress.stage("build", len(waiting))
        used = uses(found.packages, found.texts)
        results: dict[str, Ready | Outcome] = {}

        async def one(subject: Subject, ready: Ready) -> None:
            identity = subject.package.identity
            try:
                after = dependents(identity, used) if subject.policy.build.dependents else ()
                results[identity] = await self._build_one(
                    subject, ready, found, order_of(after, found.packages)
                )
            except StageError as error:
                results[identity] = failed(subject.package, error, ready.decision)
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject, ready in waiting:
                if isinstance(ready, Ready):
                    group.start_soon(one, subject, ready)
        return [
            (subject, results.get(subject.package.identity, ready)) for subject, ready in hashed
        ]

    async def _build_one(
        self, subject: Subject, ready: Ready, found: Found, after: tuple[Package, ...]
    ) -> Ready | Outcome:
        package, policy = subject.package, subject.policy.build
        change = plan(package, ready.values, found.texts[package.file], ready.companions)
        if not change.edits:
            return Current(**ready.decision.known(subject))
        label = ready.values.get("version", "")
        sri = ready.hashed.sri if ready.hashed is not None else None
        job = Job(package, label, {package.file: change.after}, ready.archive, sri, after)
        build = await self.builder.build(job, policy)
        if build.status == "failed" and policy.on_failure == "skip":
            return unbuilt(build, **ready.decision.known(subject))
        return replace(ready, build=build)
