"""A repository's offer -> the decision what a pin becomes, with the facts that it takes."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.commits import choose_over_commit
from updater.choose.declaring import as_declared
from updater.choose.heads import HeadChooser
from updater.choose.moving import MovingPin
from updater.choose.named import require_named
from updater.choose.onward import Onward
from updater.choose.other_forms import in_other_form, newer_in_other_forms
from updater.choose.pinned_versions import truly_pinned
from updater.choose.rehashing import REQUESTED, rehashed
from updater.choose.releases import (
    Obstacle,
    choose_release,
    newest_offered,
    newest_release,
    other_channel,
)
from updater.choose.resting import at_rest
from updater.choose.tag_forms import general_form
from updater.choose.tagged import TagChooser
from updater.choose.tags import Versions
from updater.choose.tracking import tag_warnings
from updater.choose.versions import Release, is_commit, plain
from updater.choose.within import within_branch, within_default
from updater.model import Candidate, Choice, PinWarning, Stay, Take, Wait
from updater.upstreams.base import TagQuestion, with_tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from updater.choose.releases import Objection
    from updater.choose.repository import PinnedRepository
    from updater.choose.sources import Sources
    from updater.choose.subjects import Decision
    from updater.model import Offer, Relation
    from updater.upstreams.base import TagAnswer

_MOST_IN_OTHER_FORMS = 3
_MOST_PROSPECTS = 3  # newer tags that are looked at together where their age matters


class Chooser:
    """Decides for one package.

    Args:
        repository: the package, and what its repository offers.
        index: what the package index has of the same name, None where that is not known.
        to: the version or rev that the user asked for, or an empty string.
        rehash: the hash is computed anew also where the version stays.
    """

    def __init__(
        self, repository: PinnedRepository, index: Offer | None, to: str, *, rehash: bool = False
    ) -> None:
        self._repository = repository
        self._run = repository.run
        self._to = to
        self._subject = repository.subject
        self._pin = repository.subject.pin
        self._policy = repository.subject.policy
        self._offer = repository.offer
        self._index = index
        self._form = repository.form
        self._versions = repository.versions
        self._tags = repository.tags
        self._tracking = repository.tracking
        self._unhashed = REQUESTED if rehash else repository.subject.missing_hash

    async def committed(self, commit: str) -> datetime | None:
        """Return the day of a commit, None where it has no valid one.

        Raises:
            UpstreamError: the commit cannot be fetched.
        """
        async with self._repository.commits() as commits:
            return (await commits.dates([commit]))[commit]

    def prospects(self) -> tuple[TagQuestion, ...]:
        """Return what is to be known of the tags that are likely to be chosen."""
        tracking = self._tracking
        if self._to or tracking.kind in ("commit", "branch"):
            return ()
        versions = self._with_pythons(self._followed())
        over_commit = is_commit(self._pin.rev) and self._repository.pinned().version is None
        tags: list[Candidate] = []

        def objection(candidate: Candidate) -> Obstacle | None:
            return (
                Obstacle("") if candidate in tags else self._repository.vetting.objection(candidate)
            )

        for _ in range(_MOST_PROSPECTS if self._policy.minimum_release_age else 1):
            if tracking.moving or over_commit:
                choice = self._newest(versions, objection)
            else:
                policy, now = self._repository.version_policy, self._run.now
                choice = choose_release(self._pin, versions, policy, now, objection)
            if not isinstance(choice, Take) or choice.candidate.commit == self._repository.named:
                break
            tags.append(choice.candidate)
        if not tags:
            return ()
        held = self._repository.held
        records, project = self._repository.records, self._offer.project
        return tuple(
            TagQuestion(project, tag.ref, held)
            if over_commit or records.contains(held, tag.commit) is None
            else TagQuestion(project, tag.ref)
            for tag in tags
        )

    def learn(self, answers: Mapping[TagQuestion, TagAnswer]) -> None:
        """Take in what upstream says of `prospects`."""
        for question, answer in answers.items():
            self._offer = self._repository.offer = with_tag(self._offer, question, answer)

    @property
    def sources(self) -> Sources:
        """How the package's sources get a candidate."""
        return self._repository.sources

    async def newest(self) -> Candidate | None:
        """Return the newest version of the channel that the pin follows, whatever its form.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        if self._tracking.kind in ("commit", "branch"):
            return (await self.reach_decision()).newest
        return await self._newest_in_other_form() or self._newest_tag()

    async def reach_decision(self) -> Decision:
        """Return the decision.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        decision = await self.first_decision()
        if not self._to:
            decision = await at_rest(
                self._repository,
                decision,
                lambda onward: Chooser(onward, self._index, "").first_decision(),
            )
            decision = await within_default(self._repository, decision)
            decision = await within_branch(self._repository, decision)
        decision = await as_declared(self._repository, decision, is_requested=bool(self._to))
        if self._unhashed:
            decision = rehashed(decision, self._unhashed, self._repository.present)
        if isinstance(decision.choice, Take):
            truly = await truly_pinned(self._repository, decision.pinned, decision.choice.candidate)
            decision = replace(decision, pinned=truly)
        return replace(decision, newest=self._newest_offered(decision.choice))

    def _newest_offered(self, choice: Choice) -> Candidate | None:
        """Return the newest version of the channel that the pin follows."""
        if self._tracking.kind in ("commit", "branch"):
            return choice.candidate
        return self._newest_tag()

    def _newest_tag(self) -> Candidate | None:
        """Return the newest of the channel, of all tags where it has none of the pin's form."""
        versions, early = self._followed(), self._policy.prereleases
        newest = newest_offered(versions, self._pin.version, prereleases=early)
        if newest is not None:
            return newest
        wider = general_form(self._subject.names)
        every = Versions(self._offer.candidates, wider)
        return newest_offered(every, prereleases=early)

    async def first_decision(self) -> Decision:
        """Return what is decided of what is pinned, whatever comes of that next.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        if self._to:
            return await self._named()
        if self._tracking.kind in ("commit", "branch"):
            if self._policy.upstream:
                why = Wait(
                    "its address contains a version, which a commit does not have: set `track: tag`"
                )
                return self._repository.decision(why)
            return await HeadChooser(self._repository, self._unhashed).choose_head()
        decision = await self._follow_tags()
        other = await self._newest_in_other_form()
        others = (in_other_form(other),) if other is not None else ()
        warnings = (*decision.warnings, *others, *self._cross_checked())
        return replace(decision, warnings=warnings)

    async def _newest_in_other_form(self) -> Candidate | None:
        """Return the newest version tag in another form, without those that lie behind the pin.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        newest, names = self._tags[0].version if self._tags else None, self._subject.names
        onward = Onward(self._repository, self._repository.held)
        newer = newer_in_other_forms(self._versions, newest, names)
        for tag in islice(newer, _MOST_IN_OTHER_FORMS):
            if not await onward.is_behind(tag):
                return tag
        return None

    async def _named(self) -> Decision:
        wider = general_form(self._subject.names)
        taken = require_named(self._to, self._offer, self._form, wider)
        if not taken.candidate.version:
            async with self._repository.commits() as commits:
                labelled = await self._repository.labelled(taken.candidate, commits)
            taken = replace(taken, candidate=labelled)
        return self._repository.decision(self._repository.as_written(taken))

    # --- tags, releases, and the index as a list of them ---

    async def _follow_tags(self) -> Decision:
        if self._tracking.kind == "release" and self._offer.releases is None:
            why = Wait("its host has tags but no releases: set `track: tag`")
            return self._repository.decision(why)
        if self._tracking.kind == "release" and not self._offer.releases:
            why = Wait("upstream has not published a release: set `track: tag`")
            return self._repository.decision(why)
        if self._tracking.kind == "pypi" and self._index is None:
            why = Wait("`track: pypi`: the index has no project with this name")
            return self._repository.decision(why)
        versions = self._with_pythons(self._followed())
        if self._tracking.moving:
            mover = MovingPin(self._repository, self._unhashed)
            return await mover.settle(partial(self._newest, versions))
        warnings = tag_warnings(
            self._pin, self._offer, self._versions, self._repository.held_before
        )
        if is_commit(self._pin.rev) and self._repository.pinned().version is None:
            choice = await self._over_commit(versions)
        else:
            held = self._repository.held
            choice = await TagChooser(self._repository, versions, held).choose()
        if not isinstance(choice, Take):
            warnings += self._repository.ambiguous
        return self._repository.decision(self._repository.as_written(choice), warnings=warnings)

    def _followed(self) -> Versions:
        """Return the tags of the channel that the pin follows."""
        match self._tracking.kind:
            case "release":
                released = [
                    replace(release, appeared=release.published)
                    for release in self._offer.releases or ()
                    if release.commit
                ]
                return Versions(released, self._form)
            case "pypi":
                on_index = {release.version: release.candidate for release in self._on_index}
                tags = [
                    replace(
                        tag.candidate,
                        yanked=on_index[tag.version].yanked,
                        published=on_index[tag.version].published,
                        appeared=on_index[tag.version].published,
                    )
                    for tag in self._tags
                    if tag.version in on_index
                ]
                return Versions(tags, self._form)
            case _:
                return self._versions

    def _newest(self, versions: Versions, objection: Objection) -> Choice:
        """Choose as if nothing were pinned."""
        offered, policy = plain(versions.releases), self._repository.version_policy
        return newest_release(offered, policy, self._run.now, None, objection)

    async def _over_commit(self, versions: Versions) -> Choice:
        onward = Onward(self._repository, self._pin.rev)
        newest = await onward.choose(partial(self._newest, versions))
        relation: Relation = "unknown"
        async with self._repository.commits() as commits:
            if isinstance(newest, Take):
                relation = await commits.relation(self._pin.rev, newest.candidate.commit)
            elif not onward.passed_over:
                await commits.dates([self._pin.rev])  # else it is not the id of a commit
        if isinstance(newest, Wait) and onward.passed_over:
            return Stay()
        return choose_over_commit(newest, relation)

    def _with_pythons(self, versions: Versions) -> Versions:
        """Add which Pythons the index says that the same versions need; nobody else is asked."""
        if self._policy.python is None or self._index is None:
            return versions
        files = {release.version: release.candidate.distributions for release in self._on_index}
        candidates = (
            replace(
                tag.candidate,
                requires_python=tuple(file.requires_python for file in files.get(tag.version, ())),
            )
            for tag in versions.every
        )
        return Versions(candidates, self._form)

    def _cross_checked(self) -> tuple[PinWarning, ...]:
        if self._index is None or not self._policy.cross_check:
            return ()
        return other_channel(self._tags, self._on_index, self._policy, self._run.now)

    @cached_property
    def _on_index(self) -> Sequence[Release]:
        """The index's releases, newest first."""
        return Versions(self._index.candidates if self._index else (), None).releases
