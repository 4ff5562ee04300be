"""What is to be built for a change, and the evaluation of many such jobs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.building.builder import order_of
from updater.building.evaluating import Ahead, BuildJob
from updater.building.package_sets import NotBuilt
from updater.errors import Bug, BuildError, bugs_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.evaluating import BuildTarget
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.model import BuildPolicy, Package
    from updater.pipeline.hash.ready import ReadyChange


class JobMaker(Struct, frozen=True):
    """Makes jobs of changes.

    Attributes:
        overlays: the packages and texts as they were read.
        used: identity -> identities that it uses.
    """

    run: Run
    sets: PackageSets
    overlays: OverlayFiles
    used: Mapping[str, tuple[str, ...]]

    async def job(
        self, ready: ReadyChange, changes: Mapping[str, bytes], after: Sequence[str]
    ) -> BuildJob:
        """Return what is to be built for a change.

        Args:
            ready: the change.
            changes: all texts that the copy has new, by file.
            after: the identities of the packages that must go on building with it, as far as the
                package set has them.

        Raises:
            BuildError: Nix cannot find the package.
        """
        target = await self.sets.target(ready.package, ready.policy)
        if isinstance(target, NotBuilt):
            raise BuildError(target.reason)
        return BuildJob(
            target,
            ready.planned.values.own.get("version", ""),
            changes,
            ready.source,
            await self.dependents(after, ready.policy),
        )

    async def dependents(
        self, identities: Sequence[str], policy: BuildPolicy
    ) -> tuple[BuildTarget, ...]:
        """Return packages that must go on building, as far as the package set has them.

        Args:
            identities: which they are, in the order in which they are built.
            policy: that of the package that is changed.
        """
        targets = [
            await self._dependent(package, policy)
            for package in order_of(identities, self.overlays.packages)
        ]
        return tuple(target for target in targets if not isinstance(target, NotBuilt))

    async def _dependent(self, package: Package, policy: BuildPolicy) -> BuildTarget | NotBuilt:
        """Return a package that uses the one that is changed: in its tree, with its own imports."""
        own = self.run.config.policy(package).build
        its_policy = replace(policy, attribute=own.attribute, imports=own.imports)
        return await self.sets.target(package, its_policy)


async def evaluated(run: Run, jobs: Sequence[BuildJob]) -> Ahead:
    """Return what can be evaluated together; the rest is evaluated when it is built."""
    try:
        with bugs_at("build"):
            return await run.builder().evaluate(jobs)
    except Bug as bug:
        run.http.say(f"each package is evaluated by itself, since {bug}; {bug.hint}")
        run.progress.bug(bug)
        return {}
