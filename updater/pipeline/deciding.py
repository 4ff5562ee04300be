"""Find -> look-up -> choose: packages become subjects, subjects get decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from msgspec import Struct
from msgspec.structs import replace

from updater.audit.base import Step, examine
from updater.choose.follower import Follower
from updater.choose.lookup import look_up
from updater.choose.subjects import Decision, Subject
from updater.errors import StageError
from updater.find.followable import adopted, skip_reason, with_side_hashes
from updater.kinds import FETCHERS, UPSTREAMS, rules
from updater.model import Held, Offer, Outcome, Package, Project, Skipped, Take
from updater.pipeline.endings import failed, unreadable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from updater.choose.run import Run


_DECIDING = 64
"""How many packages may wait at once for facts that their decisions need."""


class Decider(Struct, frozen=True):
    """Asks upstreams and chooses, for all packages together."""

    run: Run

    def subjects(
        self, packages: Sequence[Package], *, even_held: bool = False
    ) -> tuple[dict[str, Outcome], list[Subject]]:
        """Return the packages that can be followed, and the outcomes of the others by identity."""
        outcomes: dict[str, Outcome] = {}
        subjects = []
        for package in packages:
            try:
                ready = self._subject(package, even_held=even_held)
            except StageError as error:
                ready = failed(package, error)
            if isinstance(ready, Subject):
                subjects.append(ready)
            else:
                outcomes[package.identity] = ready
        return outcomes, subjects

    def _subject(self, package: Package, *, even_held: bool) -> Subject | Outcome:
        policy = self.run.config.policy(package)
        package = with_side_hashes(adopted(package, policy.hash), policy.dependent_hashes)
        if policy.hold and not even_held:
            return Held(package=package, reason=policy.hold)
        if package.problem:
            return unreadable(package)
        source = package.source
        skip = skip_reason(package, policy)
        if skip or source is None:
            return Skipped(package=package, reason=skip)
        fetcher = FETCHERS[source.fetcher]
        project = policy.upstream or fetcher.project(package, source)
        upstream = next((u for u in UPSTREAMS if u.claims(project, self.run.config.hosts)), None)
        if upstream is None:
            return Skipped(package=package, reason=f"no upstream kind knows {project}")
        return Subject(
            package, source, fetcher, fetcher.pin(package, source), project, upstream, policy
        )

    def choosing(
        self, to: str
    ) -> Callable[[Subject, Offer, Offer | StageError | None], Awaitable[Decision]]:
        """Return the choice of the newest version, or of ``to``, with what the audit says of it."""
        follower = Follower(self.run, to)

        async def examined(
            subject: Subject, offer: Offer, twin: Offer | StageError | None
        ) -> Decision:
            return _examined(subject, await follower.decide(subject, offer, twin), self.run.now)

        return examined

    async def decisions(
        self,
        subjects: Sequence[Subject],
        to: str,
        choose: Callable[[Subject, Offer, Offer | StageError | None], Awaitable[Decision]],
    ) -> list[tuple[Subject, Decision | Outcome]]:
        """Look all projects up, then decide for each subject; what fails is its outcome."""
        offers = await self.look_up(subjects, to)
        self.run.progress.stage("choose", len(subjects))
        decided: dict[str, Decision | Outcome] = {}

        async def one(subject: Subject) -> None:
            offer = offers[subject.project]
            twin = offers.get(subject.twin) if subject.twin is not None else None
            try:
                if isinstance(offer, StageError):
                    raise offer
                decided[subject.package.identity] = await choose(subject, offer, twin)
            except StageError as error:
                decided[subject.package.identity] = failed(subject.package, error)
            self.run.progress.step(subject.package)

        # Most decide without waiting for anything: a task for each would take as long as they do.
        left = iter(subjects)

        async def some() -> None:
            for subject in left:
                await one(subject)

        async with anyio.create_task_group() as group:
            for _ in range(min(_DECIDING, len(subjects))):
                group.start_soon(some)
        return [(subject, decided[subject.package.identity]) for subject in subjects]

    async def look_up(
        self, subjects: Sequence[Subject], to: str
    ) -> dict[Project, Offer | StageError]:
        """Ask every upstream at once; an error is its project's alone."""
        self.run.progress.stage("look-up", len(subjects))
        offers = await look_up(subjects, to, self.run.surroundings)
        for subject in subjects:
            self.run.progress.step(subject.package)
        return offers


def _examined(subject: Subject, decision: Decision, now: datetime) -> Decision:
    """Add what the audit rules say of the step that was chosen."""
    if not isinstance(decision.choice, Take):
        return decision
    old = decision.pinned.version or subject.pin.version
    found = examine(Step(old, decision.choice.candidate, now), rules())
    return replace(decision, warnings=decision.warnings + found)
