"""What is there already, in the overlays or in the package set, and needs no new overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import candidates
from updater.adapt.situation import own_packages
from updater.building.package_sets import NotBuilt, PackageSets
from updater.compose.styles import EXTENSIONS
from updater.errors import BuildError, PatchError
from updater.model import normalized_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.building.offers import SetAnswer
    from updater.compose.drafts import OverlayDraft
    from updater.compose.rounds import AddRounds
    from updater.compose.trees import EntryPlace
    from updater.find.overlay_files import OverlayFiles
    from updater.pipeline.pipeline import Pipeline


def refuse_in_overlays(names: Sequence[str], overlays: OverlayFiles) -> None:
    """Refuse names of packages that the overlays have already.

    Raises:
        PatchError: one is there.
    """
    own = own_packages(overlays.packages)
    lines = {package.name: f"{package.file}:{package.line}" for package in overlays.packages}
    for name in names:
        present = own.get(normalized_name(name))
        if present is not None:
            raise PatchError(
                f"{name} is there already: {lines[present.attribute]}, {present.version}",
                hint=f"run `updater bump {present.attribute}` for a newer version",
            )


def refuse_in_set(
    rounds: AddRounds, drafts: Sequence[OverlayDraft], place: EntryPlace, entry: bytes
) -> None:
    """Refuse what the package set has already; where nothing is built, it is not asked.

    Args:
        rounds: the work in the copy, into which the drafts are written.
        drafts: what is to be added.
        place: the file that lists the overlays.
        entry: its bytes before.

    Raises:
        PatchError: one is there.
        BuildError: the package set cannot be asked.
    """
    before = rounds.copy.read() if drafts[0].style.extension else None
    overlays = rounds.written(drafts, place, entry)
    if not rounds.ask.build:
        return
    draft = drafts[0]
    (package,) = [one for one in overlays.packages if one.file == draft.file]
    if before is not None:
        # The set of Python packages has what extends it, so it is asked before it has that.
        package = next(own for own in before.packages if own.attribute[:1] == (EXTENSIONS,))
        overlays = rounds.without(drafts, place, entry)
    names = [name for each in drafts for name in candidates(normalized_name(each.name))]

    async def offers(pipeline: Pipeline) -> list[SetAnswer]:
        sets = PackageSets(pipeline.run.builder, overlays, pipeline.run.http.say)
        target = await sets.target(package, pipeline.run.config.policy(package).build)
        if isinstance(target, NotBuilt):
            raise BuildError(
                f"{draft.name} cannot be built here: {target.detail or target.reason}",
                hint="--no-build writes it all the same, with what its source's text says",
            )
        return [await pipeline.run.builder().offers(target, names)]

    (answer,) = rounds.run(rounds.copy.config, offers)
    for each in drafts:
        for name in candidates(normalized_name(each.name)):
            offer = answer.offers.get(name)
            if offer is not None and normalized_name(offer.name) == normalized_name(each.name):
                raise PatchError(
                    f"{each.name} is in the package set already: python3Packages.{name} "
                    f"{offer.version}",
                    hint="use that, or change it by an overlay with overridePythonAttrs",
                )
