"""A change is built with what it was adapted by, and with less where that does not build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.adapt.repairs import nowhere
from updater.effects import files, writes
from updater.model.research import RequirementFacts
from updater.pipeline.baseline import Baseline, with_switches

if TYPE_CHECKING:
    from updater.adapt.repairs import Shortfall
    from updater.building.evaluating import Ahead, BuildJob
    from updater.model import Build
    from updater.pipeline.adapting import AdaptStage
    from updater.pipeline.hash.ready import ReadyChange
    from updater.pipeline.jobs import JobMaker

MOST_REPAIRS = 5
"""How often a build may say that something more is missing."""


class KeptFailure(Struct, frozen=True):
    """A failed build with its log, which every further build of the package writes over.

    Attributes:
        log: None where there is none.
    """

    build: Build
    log: bytes | None

    @classmethod
    def of(cls, build: Build) -> KeptFailure:
        """Return a build with its log as it is now."""
        return cls(build, files.find(Path(build.log), build.log) if build.log else None)

    def restored(self) -> Build:
        """Return the build, with its log written again."""
        if self.log is not None:
            writes.make(Path(self.build.log), self.log)
        return self.build


class AdaptedBuild(Struct, frozen=True):
    """Builds changes.

    Attributes:
        adapting: finds what a failed build lacks; None where nothing may be adapted.
    """

    maker: JobMaker
    adapting: AdaptStage | None

    async def build(
        self, ready: ReadyChange, job: BuildJob, ahead: Ahead
    ) -> tuple[ReadyChange, Build]:
        """Return a change as it was built, and what became of that.

        What a build says that it lacks is added, as long as it says something new. No adaptation
        stands in the way of a change that builds without any: that one is taken then.

        Args:
            ready: the change.
            job: what is to be built.
            ahead: what was evaluated of it.
        """
        ready, build = await self._best(ready, job, ahead)
        build = await Baseline(self.maker).compared(ready, job, build)
        text = self.maker.overlays.texts[ready.package.file]
        return ready, with_switches(build, ready.package, text)

    async def _best(
        self, ready: ReadyChange, job: BuildJob, ahead: Ahead
    ) -> tuple[ReadyChange, Build]:
        build = await self.maker.run.builder().build(job, ahead)
        if build.status != "failed":
            return await self._extended(ready, job, build)
        if self.adapting is None:
            return ready, build
        failure = KeptFailure.of(build)
        trial = await _trial(self.adapting, ready, build)
        for better in (self._mended, self._without_removals, self._plain):
            mended = await better(self.adapting, trial, job)
            if mended.build.status != "failed":
                return mended.ready, mended.build
        return _with_absent(trial), failure.restored()

    async def _without_removals(self, adapting: AdaptStage, trial: _Trial, job: BuildJob) -> _Trial:
        """Return a change with what upstream dropped, and what its build lacks then.

        The package, or one that uses it, may live on that all the same.
        """
        ready = trial.ready
        if not ready.planned.removes:
            return trial
        kept = ready.adapted(ready.planned.without_removals)
        built = await _trial(adapting, kept, await self._again(kept, job))
        return await self._mended(adapting, built, job)

    async def _plain(self, _: AdaptStage, trial: _Trial, job: BuildJob) -> _Trial:
        """Return a change without any adaptation."""
        if not trial.ready.planned.adaptations:
            return trial
        plain = trial.ready.adapted(())
        return _Trial(plain, await self._again(plain, job))

    async def _extended(
        self, ready: ReadyChange, job: BuildJob, build: Build
    ) -> tuple[ReadyChange, Build]:
        """Return the change with what its built metadata requires, if it builds with that, too."""
        extended = await self.adapting.extended(ready, build) if self.adapting is not None else None
        if extended is None:
            return ready, build
        text = files.find(Path(build.log), build.log) if build.log else None
        again = await self._again(extended, job)
        if again.status != "failed":
            return extended, again
        if text is not None:
            writes.make(Path(build.log), text)
        return extended.adapted(ready.planned.adaptations), build

    async def _mended(self, adapting: AdaptStage, trial: _Trial, job: BuildJob) -> _Trial:
        """Return a change with what its build says that it lacks, and what became of that."""
        for left in reversed(range(MOST_REPAIRS)):
            repaired = adapting.repaired(trial.ready, trial.shortfall)
            if repaired is None:
                break
            build = await self._again(repaired, job)
            trial = await _trial(adapting, repaired, build) if left else _Trial(repaired, build)
        return trial

    async def _again(self, ready: ReadyChange, job: BuildJob) -> Build:
        change = ready.planned.of(self.maker.overlays.texts)
        changed = replace(job, changes={**job.changes, **change.texts})
        return await self.maker.run.builder().build(changed, {})


class _Trial(Struct, frozen=True):
    """A change, and what became of its build.

    Attributes:
        shortfall: what the build lacked; None where it says nothing, or nobody asked.
    """

    ready: ReadyChange
    build: Build
    shortfall: Shortfall | None = None


async def _trial(adapting: AdaptStage, ready: ReadyChange, build: Build) -> _Trial:
    return _Trial(ready, build, await adapting.shortfall(ready, build))


def _with_absent(trial: _Trial) -> ReadyChange:
    """Return a change with what its build lacks and nobody has, where it names nothing so far."""
    ready, shortfall = trial.ready, trial.shortfall
    facts = ready.requirements or RequirementFacts(None)
    absent = nowhere(shortfall) if shortfall is not None and not facts.unmet else ()
    if not absent:
        return ready
    return replace(ready, requirements=replace(facts, unmet=absent, missing=absent))
