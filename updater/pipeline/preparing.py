"""Choice -> hash -> build: what a change writes, and whether it holds."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.subjects import Decision
from updater.model import Current, Held, Outcome, Take
from updater.overlay.reading.uses import dependents, uses
from updater.pipeline.adapted_builds import AdaptedBuild
from updater.pipeline.endings import checked, unbuilt
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.hashing import HashStage
from updater.pipeline.jobs import JobMaker, evaluated
from updater.pipeline.stage import Stage
from updater.pipeline.together import groups_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from updater.building.evaluating import BuildJob
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Build
    from updater.model.run import Bump
    from updater.pipeline.adapting import AdaptStage


Result = TypeVar("Result")

_LACKS = ("missing-dependency", "missing-build-backend")


class Preparer(Struct, frozen=True):
    """Hashes and builds chosen candidates; nothing is written."""

    run: Run
    sets: PackageSets

    async def hash(
        self, decided: Sequence[Decision | Outcome], overlays: OverlayFiles, ask: Bump
    ) -> list[ReadyChange | Outcome]:
        """Find the hash of each chosen candidate; what is not to be taken is an outcome.

        Which commit a tag named is kept: `verify` tells when it moves.
        """
        hashes = HashStage(self.run, self.sets)
        decisions = [decision for decision in decided if isinstance(decision, Decision)]
        self._expect(decisions, overlays)

        async def find(decision: Decision) -> ReadyChange | Outcome:
            if not isinstance(decision.choice, Take):
                return checked(decision)
            candidate = decision.choice.candidate
            ready = await hashes.find(decision, candidate, overlays, ask)
            if isinstance(ready, ReadyChange) and ready.hashed is not None:
                self.run.records.note(decision.subject.project, candidate, ready.hashed.sri)
            return ready

        hashed = await Stage("hash", self.run.progress).each(decided, find)
        reported = {identity: made for identity, made in (ask.adapted or {}).items() if made}
        builds = any(isinstance(ready, ReadyChange) and ready.build is None for ready in hashed)
        advises = ask.reported is None
        if not advises and not (ask.adapt and (builds or reported)):
            return hashed
        stage = self._adapting(hashed, overlays)
        if advises:
            await stage.look_ahead([each for each in hashed if isinstance(each, ReadyChange)])

        async def adapt(ready: ReadyChange) -> ReadyChange | Outcome:
            if ready.identity in reported:
                return await stage.confirmed(ready, reported[ready.identity])
            if advises:
                ready = await stage.described(ready)
            return await stage.plan(ready, requested=bool(ask.to)) if ask.adapt else ready

        return await Stage("adapt", self.run.progress).each(hashed, adapt)

    def _adapting(
        self, changes: Sequence[ReadyChange | Outcome], overlays: OverlayFiles
    ) -> AdaptStage:
        from updater.adapt.planning import OverlayNeighbours  # noqa: PLC0415 - not for a check
        from updater.adapt.situation import final_attributes  # noqa: PLC0415
        from updater.pipeline.adaptation_audit import AdaptationAudit  # noqa: PLC0415
        from updater.pipeline.adapting import AdaptStage  # noqa: PLC0415

        waiting = {
            change.package.name: change.version
            for change in changes
            if isinstance(change, ReadyChange)
        }
        packages, texts = overlays.packages, overlays.texts
        finals = cache(partial(final_attributes, packages, texts))
        others = OverlayNeighbours(packages, texts, waiting, finals)
        audit = AdaptationAudit(self.run.config, overlays)
        return AdaptStage(self.run, self.sets, overlays, others, audit)

    def _expect(self, decisions: Sequence[Decision], overlays: OverlayFiles) -> None:
        """Let all packages that this run may build be looked for in one evaluation."""
        takes = [decision for decision in decisions if isinstance(decision.choice, Take)]
        self.sets.expect(decision.package for decision in takes)
        self.sets.expect(member for decision in takes for member in decision.package.members)
        if any(decision.subject.policy.build.dependents for decision in takes):
            self.sets.expect(overlays.packages)

    async def build(
        self,
        hashed: Sequence[ReadyChange | Outcome],
        overlays: OverlayFiles,
        ask: Bump,
        finish: Callable[[ReadyChange], Awaitable[Result]],
    ) -> list[Result | Outcome]:
        """Build each change, or each group's changes, in a copy of the tree as it was read.

        Args:
            hashed: the changes; those whose build is decided already are only finished.
            overlays: all packages and texts.
            ask: how the run ends.
            finish: what becomes of a change as soon as it passed, while others are built.
        """
        if not any(isinstance(change, ReadyChange) and change.build is None for change in hashed):
            return await Stage("build", self.run.progress).each(hashed, finish)
        used = uses(overlays.packages, overlays.texts)
        maker = JobMaker(self.run, self.sets, overlays, used)
        adapting = self._adapting(hashed, overlays) if ask.adapt else None
        groups = groups_of(hashed, maker, adapting)
        jobs: dict[str, BuildJob] = {}

        async def plan_job(ready: ReadyChange) -> ReadyChange | Outcome:
            if ready.build is not None or ready.identity in groups:
                return ready
            change = ready.planned.of(overlays.texts)
            if change.is_empty:
                return Current(**ready.common_fields)
            with_users = ready.policy.dependents or ready.planned.removes
            users = dependents(ready.identity, maker.used) if with_users else ()
            after = tuple(dict.fromkeys((*_members(ready), *users)))
            jobs[ready.identity] = await maker.job(ready, change.texts, after)
            return ready

        trials = AdaptedBuild(maker, adapting)
        planned = await Stage("patch", self.run.progress).each(hashed, plan_job)
        ahead = await evaluated(self.run, list(jobs.values()))

        async def build(ready: ReadyChange) -> ReadyChange | Outcome:
            if ready.identity in groups:
                return await groups[ready.identity].result(ready)
            if ready.identity not in jobs:
                return ready
            ready, built = await trials.build(ready, jobs[ready.identity], ahead)
            if built.status == "failed" and ready.policy.on_failure == "skip":
                return _without_needs(ready, built) or unbuilt(built, **ready.common_fields)
            return replace(ready, build=built)

        async def build_and_finish(ready: ReadyChange) -> Result | Outcome:
            built = await build(ready)
            return await finish(built) if isinstance(built, ReadyChange) else built

        # The members of a group wait for each other, and must not keep others from being built.
        return await Stage("build", self.run.progress, len(planned)).each(planned, build_and_finish)


def _members(ready: ReadyChange) -> tuple[str, ...]:
    """Return the packages that move with the one that is changed: all are built together."""
    return tuple(member.identity for member in ready.package.members)


def _without_needs(ready: ReadyChange, build: Build) -> Held | None:
    """Return why a change waits whose build misses what nobody has; None for another failure.

    Where the overlay switches the check of requirements off, or has hooks of its own, only a build
    tells whether it can do without them.
    """
    diagnosis, facts = build.diagnosis, ready.requirements
    if diagnosis is None or diagnosis.code not in _LACKS or not (facts and facts.unmet):
        return None
    listed = ", ".join(facts.unmet)
    needs = f"{ready.version} needs packages that neither the overlays nor the package set have"
    return Held(reason=f"{needs}: {listed} ({diagnosis.message})", **ready.common_fields)


async def unwritten(change: ReadyChange) -> ReadyChange:
    """Leave a change as it is, for what only proposes it."""
    return change
