"""What is to be built for a change, and the evaluation of many such jobs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.building.builder import order_of
from updater.building.evaluating import Ahead, BuildJob, BuildTarget
from updater.errors import Bug, bugs_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.choose.run import Run
    from updater.find.found import OverlayFiles
    from updater.model import BuildPolicy, Package
    from updater.pipeline.hash.ready import ReadyChange


class JobMaker(Struct, frozen=True):
    """Makes jobs of changes.

    Attributes:
        overlays: the packages and texts as they were read.
        used: identity -> identities that it uses.
    """

    run: Run
    overlays: OverlayFiles
    used: Mapping[str, tuple[str, ...]]

    def job(
        self, ready: ReadyChange, changes: Mapping[str, bytes], after: Sequence[str]
    ) -> BuildJob:
        """Return what is to be built for a change.

        Args:
            ready: the change.
            changes: all texts that the copy has new, by file.
            after: the identities of the packages that must go on building with it.
        """
        return BuildJob(
            BuildTarget(ready.package, ready.policy),
            ready.planned.values.own.get("version", ""),
            changes,
            ready.source,
            tuple(
                self._dependent(package, ready.policy)
                for package in order_of(after, self.overlays.packages)
            ),
        )

    def _dependent(self, package: Package, policy: BuildPolicy) -> BuildTarget:
        """Return a package that uses the one that is changed: in its tree, with its own imports."""
        own = self.run.config.policy(package).build
        return BuildTarget(package, replace(policy, attribute=own.attribute, imports=own.imports))


async def evaluated(run: Run, jobs: Sequence[BuildJob]) -> Ahead:
    """Return what can be evaluated together; the rest is evaluated when it is built."""
    try:
        with bugs_at("build"):
            return await run.builder().evaluate(jobs)
    except Bug as bug:
        run.http.say(f"each package is evaluated by itself, since {bug}; {bug.hint}")
        run.progress.bug(bug)
        return {}
