"""The order of stages and their gates: find, look-up, choose, hash, patch, build, write.

Stages work on all packages together. What goes wrong with one package becomes its outcome and
never stops another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from updater.errors import NotFound, StageError
from updater.fetchers.base import NoFile
from updater.following.subjects import Decision, Subject
from updater.hashing.sri import parse_hash
from updater.model import (
    Build,
    Hashed,
    Held,
    Offer,
    Outcome,
    Package,
    Passed,
    Skipped,
    Take,
    Updated,
    Wait,
)
from updater.pipeline.deciding import RULES, Decider
from updater.pipeline.endings import checked, failed, unbuilt, unreadable
from updater.pipeline.evaluating import Job, Target
from updater.pipeline.preparing import Preparer
from updater.pipeline.reviewing import Asked, Auditor
from updater.pipeline.steps import Bump, Progress, Proposed, Ready
from updater.pipeline.writing import Writer
from updater.truth.inspector import Inspector
from updater.truth.verifier import Verifier, gone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from updater.config import Config
    from updater.effects.http import Http
    from updater.pipeline.builder import Builder
    from updater.pipeline.evaluating import Ahead
    from updater.prefetch import Prefetcher
    from updater.publish.proposal import Command
    from updater.selection import Found
    from updater.truth.identifier import Identifier

_SHARED_VERSION = "its version also makes other sources, which would change with the label"
_SAME_SOURCE = "the source stays the same"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All that the stages need; one for each run."""

    config: Config
    http: Http
    prefetcher: Prefetcher
    identifier: Identifier
    builder: Builder
    progress: Progress

    async def test(self, packages: Sequence[Package]) -> list[Outcome]:
        """Evaluate, build and import pins as they are; nothing is changed."""
        self.progress.stage("build", len(packages))
        outcomes: dict[str, Outcome] = {}
        jobs = []
        for package in packages:
            try:
                ready = self._to_test(package)
            except StageError as error:
                ready = failed(package, error)
            if isinstance(ready, Job):
                jobs.append(ready)
            else:
                outcomes[package.identity] = ready
                self.progress.step(package)
        ahead = await self.builder.evaluate(jobs)

        async def one(job: Job) -> None:
            package = job.target.package
            try:
                outcomes[package.identity] = await self._test_one(job, ahead)
            except StageError as error:
                outcomes[package.identity] = failed(package, error)
            self.progress.step(package)

        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(one, job)
        return [outcomes[package.identity] for package in packages]

    def _to_test(self, package: Package) -> Job | Outcome:
        if package.problem:
            return unreadable(package)
        policy = self.config.policy(package).build
        skipped = self.builder.skipped(policy)
        if skipped:
            return Skipped(package=package, reason=f"not built: {skipped}")
        label = package.version.value if package.version is not None else None
        return Job(Target(package, policy), label or "", {})

    async def _test_one(self, job: Job, ahead: Ahead) -> Outcome:
        package = job.target.package
        build = await self.builder.build(job, ahead)
        if build.status == "failed":
            return unbuilt(build, package=package)
        return Passed(package=package, build=build)

    async def identify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds; nothing is changed."""
        return await self._inspect("identify", packages, self._inspector().identify)

    async def verify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package whether its pin is true; nothing is changed."""
        return await self._inspect("verify", packages, Verifier(self._deciding.follower()).verify)

    def _inspector(self) -> Inspector:
        return Inspector(self._deciding.follower())

    async def _inspect(
        self,
        stage: str,
        packages: Sequence[Package],
        inspect: Callable[[Subject, Offer], Awaitable[Outcome]],
    ) -> list[Outcome]:
        outcomes, subjects = self._deciding.subjects(packages, even_held=True)
        asked = [one for one in subjects if stage == "verify" or _has_history(one)]
        for subject in subjects:
            if subject not in asked:
                outcomes[subject.package.identity] = _of_index(subject)
        offers = await self._deciding.look_up(asked, "")
        self.progress.stage(stage, len(asked))

        async def one(subject: Subject) -> None:
            offer = offers[subject.project]
            try:
                if isinstance(offer, NotFound) and stage == "verify":
                    outcome: Outcome = gone(subject, offer)
                elif isinstance(offer, StageError):
                    raise offer
                else:
                    outcome = await inspect(subject, offer)
            except StageError as error:
                outcome = failed(subject.package, error)
            outcomes[subject.package.identity] = outcome
            self.progress.step(subject.package)

        async with anyio.create_task_group() as group:
            for subject in asked:
                group.start_soon(one, subject)
        return [outcomes[package.identity] for package in packages]

    async def review(self, asked: Asked) -> list[Outcome]:
        """Verify, audit and test what a branch changes; nothing is changed."""
        truths = await self.verify(asked.changed)
        trials = await self.test(asked.packages)
        before, after = (
            {
                one.package.identity: one.project
                for one in self._deciding.subjects(packages, even_held=True)[1]
            }
            for packages in (tuple(asked.before.values()), asked.changed)
        )
        return Auditor(RULES, datetime.now(UTC), before, after).reviewed(asked, truths, trials)

    async def check(self, packages: Sequence[Package], to: str = "") -> list[Outcome]:
        """Say for each package whether its pin is behind; nothing is changed."""
        outcomes, subjects = self._deciding.subjects(packages)
        for subject, decided in await self._deciding.decide(
            subjects, to, self._deciding.choosing(to)
        ):
            outcomes[subject.package.identity] = (
                checked(subject, decided) if isinstance(decided, Decision) else decided
            )
        return [outcomes[package.identity] for package in packages]

    async def bump(self, packages: Sequence[Package], found: Found, ask: Bump) -> list[Outcome]:
        """Move each package's pin to its choice, one package after the other in each file."""
        outcomes, subjects = self._deciding.subjects(packages)
        decided = await self._deciding.decide(subjects, ask.to, self._deciding.choosing(ask.to))
        hashed = await self._hash(decided, found, ask)
        built = await self._preparing.build(hashed, found)
        return await self._writing.write_all(packages, outcomes, built, found, ask)

    async def pin(
        self, packages: Sequence[Package], found: Found, ask: Bump, *, sri: bool
    ) -> list[Outcome]:
        """Make each pin say what its hash holds; the hash stays, and so does what is built.

        Args:
            packages: whose pins.
            found: all packages and texts.
            ask: how to end.
            sri: also write a hash of an old format as SRI.
        """
        outcomes, ready = await self._pins(packages, sri=sri)
        return await self._writing.write_all(packages, outcomes, ready, found, ask)

    async def propose_pins(
        self, packages: Sequence[Package], found: Found, *, sri: bool
    ) -> list[Proposed | Outcome]:
        """Find by itself what each pin must say; nothing is written."""
        outcomes, ready = await self._pins(packages, sri=sri)
        command: Command = "pin --sri" if sri else "pin"
        proposed = await self._proposed(outcomes, ready, found, "", command)
        return [proposed[package.identity] for package in packages]

    async def _pins(
        self, packages: Sequence[Package], *, sri: bool
    ) -> tuple[dict[str, Outcome], list[tuple[Subject, Ready | Outcome]]]:
        outcomes, subjects = self._deciding.subjects(packages)
        asked = [one for one in subjects if _has_history(one)]
        for subject in subjects:
            if subject not in asked:
                outcomes[subject.package.identity] = _of_index(subject)
        decided = await self._deciding.decide(asked, "", self._inspector().pin)
        return outcomes, [(one, self._pinned(one, decision, sri=sri)) for one, decision in decided]

    def _pinned(
        self, subject: Subject, decision: Decision | Outcome, *, sri: bool
    ) -> Ready | Outcome:
        if not isinstance(decision, Decision):
            return decision
        if isinstance(decision.choice, Wait):
            return checked(subject, decision)
        values: dict[str, str] = {}
        hashed = Hashed(parse_hash(subject.pin.hash, "sha256"), "embedded", 0)
        if isinstance(decision.choice, Take):
            fetch = subject.fetch(decision.choice.candidate, self.config.hosts)
            if isinstance(fetch, NoFile):
                return Held(reason=fetch.reason, **decision.known(subject))
            if subject.package.companions or subject.package.dependents:
                return Held(reason=_SHARED_VERSION, **decision.known(subject))
            values |= fetch.values
        if sri:
            values["hash"] = str(hashed.sri)
        return Ready(decision, values, hashed, build=Build("skipped", "", phase=_SAME_SOURCE))

    async def propose(
        self, packages: Sequence[Package], found: Found, ask: Bump
    ) -> list[Proposed | Outcome]:
        """Find, hash and build each package's change by itself; nothing is written."""
        outcomes, subjects = self._deciding.subjects(packages)
        decided = await self._deciding.decide(subjects, ask.to, self._deciding.choosing(ask.to))
        built = await self._preparing.build(await self._hash(decided, found, ask), found)
        proposed = await self._proposed(outcomes, built, found, ask.to, "bump")
        return [proposed[package.identity] for package in packages]

    async def _proposed(
        self,
        outcomes: Mapping[str, Outcome],
        ready: Sequence[tuple[Subject, Ready | Outcome]],
        found: Found,
        asked: str,
        command: Command,
    ) -> dict[str, Proposed | Outcome]:
        proposed: dict[str, Proposed | Outcome] = dict(outcomes)
        for subject, result in ready:
            identity = subject.package.identity
            if not isinstance(result, Ready):
                proposed[identity] = result
                continue
            outcome = await self._writing.write(
                subject, result, dict(found.texts), Bump(dry_run=True)
            )
            proposed[identity] = (
                Proposed(outcome, subject.project, result.values, result.companions, asked, command)
                if isinstance(outcome, Updated)
                else outcome
            )
        return proposed

    async def _hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], found: Found, ask: Bump
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Find hashes, and keep which commits the tags named: `verify` tells when they move."""
        hashed = await self._preparing.hash(decided, found, ask)
        for subject, ready in hashed:
            known = ready.hashed if isinstance(ready, Ready) else None
            if isinstance(ready, Ready) and known is not None:
                candidate = ready.decision.choice.candidate
                self.identifier.records.note(subject.project, candidate, known.sri)
        return hashed

    # --- stages ---

    @property
    def _deciding(self) -> Decider:
        return Decider(self.config, self.http, self.prefetcher, self.identifier, self.progress)

    @property
    def _preparing(self) -> Preparer:
        return Preparer(self.config, self.prefetcher, self.builder, self.progress)

    @property
    def _writing(self) -> Writer:
        return Writer(self.config, self.progress)


def _has_history(subject: Subject) -> bool:
    return not subject.project.startswith("pypi:")


def _of_index(subject: Subject) -> Skipped:
    reason = "its source is a file of the package index, which the version names"
    return Skipped(package=subject.package, reason=reason)
