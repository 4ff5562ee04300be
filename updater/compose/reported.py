"""New overlays as facts for another process, which writes them again without a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.compose.failures import reason_of
from updater.compose.trees import entry_place
from updater.errors import PatchError, PublishError
from updater.model.adaptation import (
    Adaptation,
    BoundRelaxation,
    FormChange,
    InputAddition,
    OverlayAddition,
    PatternAddition,
    RequirementRemoval,
)
from updater.model.run import Bump
from updater.pipeline.proposed import ProposedUpdate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.drafts import OverlayDraft
    from updater.compose.rounds import AddRounds
    from updater.compose.trees import ComposedFile
    from updater.model import Outcome, Updated
    from updater.pipeline.pipeline import Pipeline

_WRITTEN = (InputAddition, FormChange, BoundRelaxation, RequirementRemoval, PatternAddition)


def facts_of(draft: OverlayDraft, updated: Updated) -> OverlayAddition:
    """Return what a draft was finished with."""
    return OverlayAddition(
        draft.name,
        draft.file,
        draft.name,
        draft.origin.version,
        "tags" if draft.origin.tag else "index",
        updated.sri,
        tuple(
            (own.kind, own.edit)
            for own in updated.adaptations
            if own.applied and isinstance(own.edit, _WRITTEN)
        ),
        updated.build.imported if updated.build is not None else (),
    )


def written_again(
    rounds: AddRounds, reported: Sequence[tuple[OverlayDraft, OverlayAddition]]
) -> tuple[ComposedFile, ...]:
    """Return what another process added, from the facts that it reports of its builds.

    Raises:
        PublishError: the source has another hash, or does not call for an edit.
        PatchError: the place would be a guess, or the overlays are there already.
    """
    drafts = [draft for draft, _ in reported]
    place = entry_place(rounds.copy.config, rounds.copy.config.policy(drafts[0].package).build)
    entry = rounds.copy.data(place.file) or b""
    for draft in drafts:
        if rounds.copy.has(draft.file):
            raise PatchError(f"{draft.file} is there already", hint="run `bump` again")
    overlays = rounds.written(drafts, place, entry)
    facts = {draft.file: facts for draft, facts in reported}
    packages = [package for package in overlays.packages if package.file in facts]
    versions = {own.identity: facts[own.file].version for own in packages}
    ask = Bump(
        build=False,
        reported={},
        adapted={
            own.identity: tuple(Adaptation(kind, edit, "") for kind, edit in facts[own.file].edits)
            for own in packages
        },
    )

    async def propose(pipeline: Pipeline) -> list[ProposedUpdate | Outcome]:
        return await pipeline.propose(packages, overlays, ask)

    by_file = {draft.file: draft for draft in drafts}
    for ended in rounds.run(rounds.copy.pinned(versions), propose):
        if not isinstance(ended, ProposedUpdate):
            raise PublishError(f"{ended.package.name}: {reason_of(ended)}")
        file, updated = ended.package.file, ended.outcome
        if updated.sri != facts[file].hash:
            raise PublishError(
                f"{ended.package.name}: {facts[file].hash} was reported, {updated.sri} is found",
                hint="do not trust the job that reported it",
            )
        after = updated.change.after
        rounds.copy.write(file, by_file[file].final(ended.package, after, facts[file].modules))
    rounds.register(drafts, place, entry)
    changed: dict[str, bytes | None] = {file: rounds.copy.data(file) for file in facts}
    return rounds.copy.changes({**changed, place.file: rounds.copy.data(place.file)})
