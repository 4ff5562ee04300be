"""A change whose hash is known -> the edits that its new source needs beside the pin."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.adapt.planning import adaptation_task
from updater.adapt.repairs import Shortfall, lacks, names_of, repairs
from updater.adapt.reported import unconfirmed
from updater.adapt.situation import AdaptationPlan
from updater.building.package_sets import NotBuilt
from updater.effects import files
from updater.errors import HashError, PatchError, PublishError, StageError, bugs_at
from updater.kinds import WRITABLE
from updater.metadata import requirements
from updater.metadata.apart import read_apart
from updater.metadata.folders import files_in
from updater.model import Held, PinWarning
from updater.model.adaptation import InputAddition, RequirementRemoval
from updater.model.research import RequirementFacts
from updater.model.sri import parse_hash
from updater.pipeline.describing import SourceDescriptions, requirement_facts
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.adapt.planning import AdaptationTask, OverlayNeighbours
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.metadata.requirements import Requirements
    from updater.model import Build, Outcome
    from updater.model.adaptation import Adaptation
    from updater.pipeline.adaptation_audit import AdaptationAudit
    from updater.pipeline.hash.ready import ReadyChange


_FETCHERS = frozenset(WRITABLE)
_UNNAMED_EXTRAS = (
    "the build does not say with which of its extras it requires itself: add what they need to "
    "propagatedBuildInputs, unless it is there"
)


class AdaptStage(Struct, frozen=True):
    """Finds what changes need beside their pins; nothing is written.

    What cannot be found out is left to the build, as if nothing were adapted.

    Attributes:
        overlays: all packages and texts as they were read.
        others: what the overlays are to each other.
        audit: tells what an edit would break: such a one is not made.
    """

    run: Run
    sets: PackageSets
    overlays: OverlayFiles
    others: OverlayNeighbours
    audit: AdaptationAudit

    async def look_ahead(self, changes: Sequence[ReadyChange]) -> None:
        """Ask for what `described` needs of many changes together."""
        await self._sources.look_ahead(ready for ready in changes if not _stays(ready))

    async def described(self, ready: ReadyChange) -> ReadyChange:
        """Return a change with what few requests tell of both its sources."""
        if _stays(ready):
            return ready
        releases = await self._sources.releases(ready)
        facts = requirement_facts(releases)
        return replace(ready, releases=releases, requirements=facts)

    async def plan(self, ready: ReadyChange, *, requested: bool) -> ReadyChange | Outcome:
        """Return a change with what it needs, or why no edit helps.

        Args:
            ready: the change; if it is not to be built, what it needs is only advice, and only
                where its sources are described.
            requested: somebody named its version, so that the build decides.
        """
        if not ready.subject.policy.adapt or _stays(ready):
            return ready
        if ready.build is not None:
            return await self._with_advice(ready) if ready.releases is not None else ready
        try:
            planned = await self._plan(ready)
        except StageError:  # what was asked for it may be gone: the build says what it needs
            return ready
        if planned is None:
            return ready
        ready, plan = planned
        if plan.held and not requested:
            found = await self._sources.whereabouts(ready, plan.missing)
            ready = _warned(ready, replace(plan, held="", advice=(*plan.advice, *found)))
            return Held(reason=plan.held, **ready.common_fields)
        return self._with(_warned(ready, replace(plan, held="")), plan.adaptations)

    async def confirmed(self, ready: ReadyChange, adaptations: Sequence[Adaptation]) -> ReadyChange:
        """Return a change with what another process adapted it by.

        Raises:
            PublishError: the new source does not bear it out, or it cannot be written here.
            StageError: the new source's files cannot be had.
        """
        task = await self._task(ready, await self._sources.files(ready))
        others = adaptations
        if task is not None:
            metadata = await self._sources.metadata(ready) if task.needed is None else {}
            others = unconfirmed(task, adaptations, self.others, metadata)
        edits = [adaptation for adaptation in adaptations if adaptation.applied]
        made = self._with(ready, edits)
        others = (*others, *(lost for lost in made.advice if lost not in ready.advice))
        if others or len(made.planned.adaptations) < len(edits):
            listed = ", ".join(printable(adaptation.summary) for adaptation in others)
            raise PublishError(
                f"the results report edits that the new source does not call for: {listed}",
                hint="run `bump --output` again; if it differs again, do not trust the job that "
                "ran it",
            )
        advice = (adaptation for adaptation in adaptations if not adaptation.applied)
        return replace(made, advice=(*made.advice, *advice))

    async def _with_advice(self, ready: ReadyChange) -> ReadyChange:
        """Return a change that is not built with what it would need, as far as texts tell it.

        Nix is not asked, and of the index no more downloaded than a wheel's metadata; where there
        is none, source distributions.
        """
        try:
            files = await self._sources.described(ready)
            task = await self._task(ready, files) if files else None
            if task is None:
                return ready
            downloads = ready.subject.project.on_index and (
                task.asks_for_more or task.asks_for_less
            )
            held = await self._sources.held(ready, downloads=downloads)
            plan = task.plan(task.situation(None, self.others, held))
            ready = _with_unmet(ready, held, files, plan)
        except StageError:
            return ready
        allowed = ready.subject.policy.adapt
        advice = (
            replace(adaptation, applied=False)
            for adaptation in plan.adaptations
            if adaptation.kind in allowed or adaptation.kind == "removals"
        )
        return replace(_warned(ready, plan), advice=(*ready.advice, *advice))

    async def _task(self, ready: ReadyChange, files: Mapping[str, bytes]) -> AdaptationTask | None:
        package, data = ready.package, self.overlays.texts[ready.package.file]
        reading = partial(adaptation_task, package, ready.version, data, files, _FETCHERS)
        return await read_apart(reading, sum(map(len, files.values())))

    def repaired(self, ready: ReadyChange, shortfall: Shortfall | None) -> ReadyChange | None:
        """Return a change with what its failed build lacks; None for nothing new."""
        if shortfall is None:
            return None
        known = {adaptation.edit for adaptation in ready.adaptations}
        # What was to be added for some systems only, and cannot be written so here.
        some = {
            edit.input
            for own in ready.advice
            if isinstance(edit := own.edit, InputAddition) and edit.condition
        }
        more = [
            replace(own, reason=f"{own.reason}; upstream only on some systems")
            if own.input in some
            else own
            for own in repairs(shortfall)
            if own.edit not in known
        ]
        kept = ready.planned.without_removals
        if {adaptation.input for adaptation in more} & {
            own.input for own in ready.planned.adaptations if own not in kept
        }:  # it lives on what was taken out
            return None
        repaired = self._with(ready, (*ready.planned.adaptations, *more))
        changed = len(repaired.planned.adaptations) > len(ready.planned.adaptations)
        if any(isinstance(own.edit, RequirementRemoval) for own in more):
            repaired = _warned(repaired, AdaptationPlan(advice=(_UNNAMED_EXTRAS,)))
        return repaired if changed else None

    async def shortfall(self, ready: ReadyChange, build: Build) -> Shortfall | None:
        """Return what a failed build says that it lacks; None where that is nothing."""
        if build.status != "failed":
            return None
        text = files.find(Path(build.log), build.log) if build.log else None
        lacking = lacks(build, (text or b"").decode("utf-8", "replace"))
        of_users = any(own.name == "dependents" and own.status == "failed" for own in build.checks)
        if of_users or not lacking or not ready.subject.policy.adapt or _stays(ready):
            return None
        package, data = ready.package, self.overlays.texts[ready.package.file]
        try:
            task = adaptation_task(package, ready.version, data, {}, _FETCHERS)
            target = await self.sets.target(package, ready.policy)
            if task is None or isinstance(target, NotBuilt):
                return None
            answer = await self.run.builder().offers(target, names_of(lacking))
        except StageError:
            return None
        return Shortfall(task.situation(answer, self.others, None), lacking)

    async def extended(self, ready: ReadyChange, build: Build) -> ReadyChange | None:
        """Return a change with what its built metadata requires; None for nothing new.

        That is only looked at where no file of the source says it.
        """
        if not ready.undeclared or not build.requires:
            return None
        text = self.overlays.texts[ready.package.file]
        try:
            task = adaptation_task(ready.package, ready.version, text, {}, _FETCHERS)
            target = await self.sets.target(ready.package, ready.policy)
            if task is None or isinstance(target, NotBuilt):
                return None
            task = task.with_requirements(build.requires)
            answer = await self.run.builder().offers(target, task.names)
        except StageError:
            return None
        known = {adaptation.edit for adaptation in ready.adaptations}
        plan = task.plan(task.situation(answer, self.others, None))
        more = [
            adaptation
            for adaptation in plan.adaptations
            if adaptation.kind == "requirements" and adaptation.edit not in known
        ]
        extended = self._with(ready, (*ready.planned.adaptations, *more))
        changed = len(extended.planned.adaptations) > len(ready.planned.adaptations)
        return extended if changed else None

    def _with(self, ready: ReadyChange, adaptations: Sequence[Adaptation]) -> ReadyChange:
        """Return a change with those adaptations that may be made and can be written."""
        allowed = ready.subject.policy.adapt
        text = self.overlays.texts[ready.package.file]
        made: list[Adaptation] = []
        for adaptation in adaptations:
            if adaptation.kind not in allowed:
                if adaptation.kind == "removals":
                    unmade = replace(adaptation, applied=False)
                    ready = replace(ready, advice=(*ready.advice, unmade))
                continue
            try:
                with bugs_at(PatchError.stage):
                    before, after = (
                        ready.planned.with_adaptations(own).of({ready.package.file: text}).after
                        for own in (made, [*made, adaptation])
                    )
            except PatchError:
                ready = replace(ready, advice=(*ready.advice, replace(adaptation, applied=False)))
                continue
            broken = self.audit.broken(adaptation, ready.package.file, before, after)
            if broken:
                ready = _unmade(ready, adaptation, broken)
            else:
                made.append(adaptation)
        if tuple(made) == ready.planned.adaptations:
            return ready  # with what is planned by now
        return replace(ready, planned=ready.planned.with_adaptations(made))

    async def _plan(self, ready: ReadyChange) -> tuple[ReadyChange, AdaptationPlan] | None:
        own = await self._sources.files(ready)
        if not own:
            return None
        task = await self._task(ready, own)
        ready = replace(ready, undeclared=task is not None and task.needed is None)
        if task is None or not task.needs_answer:
            return (ready, task.without_answer) if task is not None else None
        target = await self.sets.target(ready.package, ready.policy)
        if isinstance(target, NotBuilt):
            return None
        answer = await self.run.builder().offers(target, task.names, task.extras)
        removes = "removals" in ready.subject.policy.adapt
        downloads = task.asks_for_more or removes or ready.subject.project.on_index
        asks = task.asks_for_more or task.asks_for_less
        held = await self._sources.held(ready, downloads=downloads and asks)
        situation = task.situation(answer, self.others, held)
        names = task.names_of_extras(situation)
        if names:
            further = await self.run.builder().offers(target, names)
            situation = replace(situation, answer=answer.and_also(further))
        plan = task.plan(situation)
        return _with_unmet(ready, held, own, plan), plan

    @property
    def _sources(self) -> SourceDescriptions:
        return SourceDescriptions(self.run)


def _warned(ready: ReadyChange, plan: AdaptationPlan) -> ReadyChange:
    """Return a change with what no edit expresses, as warnings."""
    texts = (*filter(None, [plan.held]), *plan.advice)
    if not texts:
        return ready
    warnings = tuple(PinWarning("requirements", text) for text in texts)
    decision = replace(ready.decision, warnings=(*ready.decision.warnings, *warnings))
    return replace(ready, decision=decision)


def _unmade(ready: ReadyChange, adaptation: Adaptation, broken: str) -> ReadyChange:
    """Return a change without an edit that would break a rule, which is told with it."""
    advice = (*ready.advice, replace(adaptation, applied=False))
    text = printable(f"{adaptation.summary} is not written, since it would break {broken}")
    if any(warning.message == text for warning in ready.decision.warnings):
        return ready
    return replace(_warned(ready, AdaptationPlan(advice=(text,))), advice=advice)


def _with_unmet(
    ready: ReadyChange,
    held: Requirements | None,
    files: Mapping[str, bytes],
    plan: AdaptationPlan,
) -> ReadyChange:
    """Return a change with the requirements that nothing gives, and how they differ.

    Args:
        ready: the change.
        held: what the held source requires; None where that is not known.
        files: the new source's.
        plan: what is needed.
    """
    facts = ready.requirements or RequirementFacts(None)
    if facts.changes is None and held is not None:
        new = requirements.from_tree(files_in(ready.package.folder, files))
        changes = requirements.compare(held, new) if new is not None else None
        facts = replace(facts, changes=changes)
    facts = replace(facts, unmet=plan.unmet, missing=plan.missing)
    return replace(ready, requirements=facts if facts != RequirementFacts(None) else None)


def _stays(ready: ReadyChange) -> bool:
    """Tell whether the source is the one that is pinned, so that it needs what it needed."""
    pin = ready.subject.pin
    if ready.hashed is None or not pin.hash:
        return False
    try:
        return parse_hash(pin.hash, ready.hashed.sri.algorithm) == ready.hashed.sri
    except HashError:
        return False
