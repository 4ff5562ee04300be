"""Whether a corrected label leaves what is built as it is: where Nix is, it is asked."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.building.package_sets import NotBuilt
from updater.errors import BuildError, NotEvaluated
from updater.model import Build, Held, Outcome
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles

_SAME = "the source stays the same, and so does its derivation but for name and version"
_MOST_NAMES = 5


class SameBuilds(Struct, frozen=True):
    """Compares the derivations of packages whose labels change; nothing is built or written."""

    run: Run
    sets: PackageSets
    overlays: OverlayFiles

    async def compare(self, ready: Sequence[ReadyChange | Outcome]) -> list[ReadyChange | Outcome]:
        """Return the changes that leave what is built as it is, and the others held."""
        relabelled = [
            change for change in ready if isinstance(change, ReadyChange) and _is_relabelled(change)
        ]
        self.sets.expect(change.package for change in relabelled)
        stage = Stage("evaluate", self.run.progress)
        compared = iter(await stage.each(relabelled, self._compared))
        chosen = {change.identity for change in relabelled}
        return [
            next(compared)
            if isinstance(change, ReadyChange) and change.identity in chosen
            else change
            for change in ready
        ]

    async def _compared(self, ready: ReadyChange) -> ReadyChange | Outcome:
        """Compare one; where Nix cannot be asked, what its text says has to do."""
        with suppress(NotEvaluated, BuildError):
            target = await self.sets.target(ready.package, ready.policy)
            if isinstance(target, NotBuilt):
                return ready
            after = ready.planned.of(self.overlays.texts).texts
            changed = await self.run.builder().changed_attributes(target, after)
            if not changed:
                return replace(ready, build=Build("skipped", "", phase=_SAME))
            more = f" and {len(changed) - _MOST_NAMES} more" if len(changed) > _MOST_NAMES else ""
            reason = (
                f"another version would change what is built: {', '.join(changed[:_MOST_NAMES])}"
                f"{more}. `updater bump` moves both, and builds"
            )
            return Held(reason=reason, **ready.common_fields)
        return ready


def _is_relabelled(change: ReadyChange) -> bool:
    label = change.subject.pin.version
    return change.planned.values.own.get("version", label) != label
