"""The follower of tags: the newest that is truly newer, and what no version tells of the others."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec.structs import replace
from packaging.version import Version

from updater.choose.onward import Onward
from updater.choose.other_forms import part_of, versions_in_other_forms
from updater.choose.releases import Obstacle, choose_release, held_release
from updater.choose.series import other_series
from updater.choose.versions import (
    counts_lower,
    downwards,
    further_decimals,
    incomparable,
    is_final,
    looks_mistaken,
)
from updater.errors import UpstreamError
from updater.model import Candidate, Choice, PinWarning, Stay, Take, Wait
from updater.model.labels import (
    is_label_of,
    is_newer,
    ordered,
    parse_version,
    same_version,
)

if TYPE_CHECKING:
    from updater.choose.releases import Objection
    from updater.choose.repository import PinnedRepository
    from updater.choose.tags import Versions
    from updater.choose.versions import Release
    from updater.model.labels import OrderedVersion

_MOST_ASKED = 3
_MOST_SERIES = 8


class TagChooser:
    """Chooses for one pin that a version tag names.

    Args:
        repository: the package, and what its repository offers.
        versions: the tags of the channel that it follows.
        held: the commit that it holds; empty where nobody knows.
    """

    def __init__(self, repository: PinnedRepository, versions: Versions, held: str) -> None:
        self._repository = repository
        self._pin = repository.subject.pin
        self._versions = versions
        self._held = held_release(self._pin, versions)
        self._onward = Onward(repository, held, self._held.version if self._held else None)
        self._declared: Version | None = None

    async def choose(self) -> Choice:
        """Return the choice, with warnings of what cannot be compared.

        Raises:
            UpstreamError: a fact that it needs cannot be had.
        """
        self._declared = await self._declared_version()
        choice = await self._chosen()
        if isinstance(choice, Take):
            choice = await self._unmistaken(choice)
        if isinstance(choice, Take) and choice.candidate.commit == self._onward.held:
            choice = await self._truly_labelled(choice)
        strays = await self._strays(choice.candidate if isinstance(choice, Take) else None)
        if not strays and not isinstance(choice, Take):  # else the pin's own series goes on
            strays = await self._later_series()
        if self._onward.unanswered:
            message = f"its place in the history is not known: {self._onward.unanswered}"
            strays = (*strays, PinWarning("not-compared", message))
        return replace(choice, warnings=(*choice.warnings, *strays))

    async def _chosen(self) -> Choice:
        choice = await self._newest()
        return choice if self._declared is None else await self._after_the_held(choice)

    async def _newest(self) -> Choice:
        now, policy = self._repository.run.now, self._repository.version_policy

        def among(objection: Objection) -> Choice:
            return choose_release(self._pin, self._versions, policy, now, objection, self._declared)

        return await self._onward.choose(among)

    async def _after_the_held(self, choice: Choice) -> Choice:
        """Choose again for as long as only a tag that counts as a mistake makes a choice newer.

        What has the lower tag is newer only where it comes from the pinned commit, and its source
        declares a newer version, too: of two branches beside each other each would be newer than
        the other in turn, and where no source keeps up with its tags, nothing says what is newer.
        An older tag that is an ancestor is no news, however low the pinned source counts itself.
        """
        pinned, waiting = self._held, choice.candidate if isinstance(choice, Wait) else None
        is_lower = (
            pinned is not None
            and waiting is not None
            and not is_newer(ordered(waiting.version), pinned.version)
        )
        if pinned and waiting and is_lower and await self._onward.is_behind(waiting):
            return Stay(replace(pinned.candidate, version=str(self._declared)), choice.warnings)
        while isinstance(choice, Take) and choice.candidate.commit != self._onward.held:
            candidate, held = choice.candidate, self._held
            if held is None or is_newer(ordered(candidate.version), held.version):
                break
            reason = f"{candidate.ref} is on a branch beside what is pinned"
            if await self._onward.is_ahead(candidate):
                own = await self._declared_by(candidate)
                is_declared_newer = bool(own) and is_newer(ordered(own), self._declared)
                if is_declared_newer and looks_mistaken(held, self._without(held)):
                    break
                declares = "its source declares none"
                if own:
                    declares = f"its source declares {own}, which is no newer version"
                if is_declared_newer:
                    declares = f"the source of {held.candidate.ref} declares {self._declared}"
                reason = (
                    f"{candidate.ref} is a lower version by its name, and although it comes after "
                    f"what is pinned, {declares}; `--to {candidate.ref}` takes it"
                )
            self._repository.vetting.obstacles[candidate.ref] = Obstacle(reason)
            choice = await self._newest()
        return choice

    @property
    def _current(self) -> OrderedVersion | None:
        """The version that counts as the pinned one."""
        held = self._held
        return self._declared or (held.version if held else ordered(self._pin.version))

    # --- what sources declare ---

    async def _declared_version(self) -> Version | None:
        """Return what the pinned source declares, where its tag or its label is a mistake."""
        held, label = self._held, self._pin.version
        if held is None:
            return None
        differs = label is not None and not same_version(label, held.candidate.version)
        if not differs and not looks_mistaken(held, self._versions.releases):
            return None
        own = await self._own(held.candidate)
        return parse_version(own) if own != held.candidate.version else None

    async def _own(self, candidate: Candidate) -> str:
        """Return the version that a tag's source declares, that of the tag where it does not."""
        own = await self._declared_by(candidate)
        return own if own and not same_version(own, candidate.version) else candidate.version

    async def _declared_by(self, candidate: Candidate) -> str:
        """Return the version that a tag's source declares, empty where it declares none."""
        with suppress(UpstreamError):
            return await self._repository.version_in(candidate.commit)
        return ""

    async def _unmistaken(self, choice: Take) -> Choice:
        """Prefer a tag that says what its source declares to one that looks like a slip."""
        candidate = choice.candidate
        release = next(
            (other for other in self._versions.every if other.candidate.ref == candidate.ref), None
        )
        if release is None or not looks_mistaken(release, self._without(release)):
            return choice
        own = await self._own(candidate)
        if own == candidate.version or await self._is_unkept(own):
            return choice
        self._repository.vetting.obstacles[candidate.ref] = Obstacle(
            f"{candidate.ref} is passed over: its source declares {own}, so that the tag is a "
            "mistake"
        )
        other = await self._chosen()
        if not is_newer(ordered(own), self._current):
            return other
        if isinstance(other, Take):
            # of two tags that both say another version than their sources, the newer one is taken
            told = await self._own(other.candidate)
            if told == other.candidate.version or not is_newer(ordered(own), ordered(told)):
                return other
        return replace(choice, candidate=replace(candidate, version=own))

    async def _is_unkept(self, own: str) -> bool:
        """Tell whether the pinned source declares the same, so that it does not follow its tags."""
        held = self._held
        return held is not None and own == await self._declared_by(held.candidate)

    def _without(self, release: Release) -> list[Release]:
        return [other for other in self._versions.releases if other is not release]

    async def _truly_labelled(self, choice: Take) -> Choice:
        """Return what becomes of another label for the commit that is pinned: its source knows."""
        own = await self._own(choice.candidate)
        candidate = replace(choice.candidate, version=own)
        if is_label_of(self._pin.version, own, tagged=True):
            return Stay(candidate, choice.warnings)
        return replace(choice, candidate=candidate)

    # --- what no version tells ---

    async def _strays(self, taken: Candidate | None) -> tuple[PinWarning, ...]:
        """Name the newest tag that no order compares with the pinned one, unless it is older.

        Args:
            taken: what the pin becomes; what counts lower than that is no news.
        """
        current = self._current
        if current is None:
            return ()
        new = ordered(taken.version) if taken is not None else None
        every = incomparable(self._versions.every, current)
        if self._held is not None:
            every = chain(further_decimals(self._versions.releases, self._held), every)
        strays = (stray for stray in every if not counts_lower(stray, new))
        shown = self._held.candidate.ref if self._held else self._pin.version
        at_hand = {self._onward.held, taken.commit if taken is not None else ""}
        for release in islice(strays, _MOST_ASKED):
            tag = release.candidate
            if tag.commit in at_hand or await self._onward.is_behind(tag):
                continue
            # What counts lower than the pin is a correction of an older one, on its own branch.
            if not counts_lower(release, current) or await self._onward.is_ahead(tag):
                return (_not_comparable(tag.ref, shown),)
        others = versions_in_other_forms(self._versions, self._repository.subject.names)
        # What has another form and no order with the pin is news where it comes after it.
        has_order = isinstance(current, Version)
        unordered = (other for other in others if not (has_order and _is_plain(other.version)))
        for release in islice(incomparable(unordered, current), _MOST_ASKED):
            if not counts_lower(release, new) and await self._onward.is_ahead(release.candidate):
                return (_not_comparable(release.candidate.ref, shown),)
        for lower in islice(downwards((*self._versions.releases, *others), current), _MOST_ASKED):
            tag = lower.candidate
            if not await self._onward.is_ahead(tag):
                continue
            own = await self._declared_by(tag)
            declares = f", and declares {own}" if own else ""
            message = (
                f"{tag.ref} comes after {shown} in upstream's history, although its version is "
                f"lower{declares}: upstream changed how it counts"
            )
            return (PinWarning("scheme-changed", f"{message}; `--to {tag.ref}` takes it"),)
        return ()

    async def _later_series(self) -> tuple[PinWarning, ...]:
        """Name the tags of the series that began after what is pinned."""
        current = self._current
        if self._held is None or current is None:
            return ()
        held, names = self._held.candidate, self._repository.subject.names
        if part_of(self._versions, names):
            return ()  # the words of other tags are those of other parts
        tags = []
        for series in other_series(self._versions, held, current, names)[:_MOST_SERIES]:
            newest, first = series.newest.candidate, series.first.candidate
            if await self._onward.is_ahead(newest) and await self._onward.is_ahead(first):
                tags.append(newest.ref)
        return (_not_comparable(" and ".join(tags), held.ref, tags[-1]),) if tags else ()


def _is_plain(version: OrderedVersion) -> bool:
    """Tell whether a version is final, and no variant or build of one: ``23+37``."""
    return isinstance(version, Version) and is_final(version) and version.local is None


def _not_comparable(tags: str, shown: str | None, last: str = "") -> PinWarning:
    message = f"upstream has {tags} too, but no order of versions compares it with {shown}"
    return PinWarning("not-comparable", f"{message}; `--to {last or tags}` takes it")
