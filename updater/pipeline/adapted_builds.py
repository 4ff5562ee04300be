"""A change is built with what it was adapted by, and with less where that does not build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.effects import files, writes
from updater.pipeline.baseline import Baseline, with_switches

if TYPE_CHECKING:
    from updater.building.evaluating import Ahead, BuildJob
    from updater.model import Build
    from updater.pipeline.adapting import AdaptStage
    from updater.pipeline.hash.ready import ReadyChange
    from updater.pipeline.jobs import JobMaker

MOST_REPAIRS = 5
"""How often a build may say that something more is missing."""


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
        text = files.find(Path(build.log), build.log) if build.log else None
        if self.adapting is not None:
            changed, again = await self._adapted(self.adapting, ready, job, build)
            if again.status != "failed":
                return changed, again
        if text is not None:  # every build of a package has the same log
            writes.make(Path(build.log), text)
        if self.adapting is not None:
            ready = await self.adapting.with_unmet(ready, build)
        return ready, build

    async def _adapted(
        self, adapting: AdaptStage, ready: ReadyChange, job: BuildJob, build: Build
    ) -> tuple[ReadyChange, Build]:
        """Return the change with what its failed build lacks, or without any adaptation.

        What upstream dropped may be what the package, or one that uses it, lives on all the same.
        """
        mended, again = await self._mended(adapting, ready, job, build)
        if again.status != "failed":
            return mended, again
        if ready.planned.removes:
            kept = ready.adapted(ready.planned.without_removals)
            built = await self._again(kept, job)
            mended, again = await self._mended(adapting, kept, job, built)
            if again.status != "failed":
                return mended, again
        if ready.planned.adaptations:
            plain = ready.adapted(())
            built = await self._again(plain, job)
            if built.status != "failed":
                return plain, built
        return ready, build

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

    async def _mended(
        self, adapting: AdaptStage, ready: ReadyChange, job: BuildJob, build: Build
    ) -> tuple[ReadyChange, Build]:
        """Return the change with what its build says that it lacks, and what became of that."""
        for _ in range(MOST_REPAIRS):
            repaired = await adapting.repaired(ready, build) if build.status == "failed" else None
            if repaired is None:
                break
            ready, build = repaired, await self._again(repaired, job)
        return ready, build

    async def _again(self, ready: ReadyChange, job: BuildJob) -> Build:
        change = ready.planned.of(self.maker.overlays.texts)
        changed = replace(job, changes={**job.changes, **change.texts})
        return await self.maker.run.builder().build(changed, {})
