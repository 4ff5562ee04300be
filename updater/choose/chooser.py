"""A repository's offer -> the decision what a pin becomes, with the facts that it takes."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater import choose
from updater.choose.named import require_named
from updater.choose.rehashing import REQUESTED, rehashed
from updater.errors import HashError, StageError, UpstreamError
from updater.identify.questions import Identity
from updater.model import Candidate, Choice, Pinned, PinWarning, Stay, Take, Wait
from updater.model.labels import same_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.history import Commits
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision
    from updater.model import Offer, Relation

_NEWEST_TAGS_DATED = 50


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
        self._holds_nothing = bool(self._unhashed) or not self._pin.hash

    async def reach_decision(self) -> Decision:
        """Return the decision.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        decision = await self._reach_decision()
        if self._unhashed:
            decision = rehashed(decision, self._unhashed, self._repository.present)
        if isinstance(decision.choice, Take):
            truly = await self._truly(decision.pinned, decision.choice.candidate)
            decision = replace(decision, pinned=truly)
        return replace(decision, newest=self._newest_offered(decision.choice))

    def _newest_offered(self, choice: Choice) -> Candidate | None:
        """Return the newest version of the channel that the pin follows."""
        if self._tracking.kind in ("commit", "branch"):
            return choice.candidate
        return choose.newest_offered(self._followed())

    async def _reach_decision(self) -> Decision:
        if self._to:
            return await self._named()
        if self._tracking.kind in ("commit", "branch"):
            if self._policy.upstream:
                why = Wait(
                    "its address contains a version, which a commit does not have: set `track: tag`"
                )
                return self._repository.decision(why)
            return await self._follow_branch()
        decision = await self._follow_tags()
        newest = self._tags[0].version if self._tags else None
        return replace(
            decision,
            warnings=(
                *decision.warnings,
                *choose.other_forms(self._versions, newest, self._subject.names),
                *self._cross_checked(),
            ),
        )

    async def _truly(self, pinned: Pinned, new: Candidate) -> Pinned:
        """Return what a pin holds with its version, as far as it can be had: labels may lie."""
        if pinned.commit is None or pinned.version is not None:
            return pinned
        if pinned.commit == new.commit:
            return replace(pinned, version=new.version)
        held = Candidate(version="", commit=pinned.commit)
        with suppress(UpstreamError):
            async with self._repository.commits() as commits:
                held = await self._labelled(held, commits)
        return replace(pinned, version=held.version or None)

    async def _labelled(self, candidate: Candidate, commits: Commits) -> Candidate:
        """Return a commit's candidate with what its own files say of the package."""
        labelled = await commits.labelled(candidate, self._tags, self._subject.modules)
        return replace(labelled, requires_python=()) if self._subject.package.nested else labelled

    async def _named(self) -> Decision:
        wider = choose.general_form(self._subject.names)
        taken = require_named(self._to, self._offer, self._form, wider)
        if not taken.candidate.version:
            async with self._repository.commits() as commits:
                labelled = await self._labelled(taken.candidate, commits)
            taken = replace(taken, candidate=labelled)
        return self._repository.decision(self._repository.as_written(taken))

    # --- tags, releases, and the index as a list of them ---

    async def _follow_tags(self) -> Decision:
        if self._tracking.kind == "release" and self._offer.releases is None:
            why = Wait("its host has tags but no releases: set `track: tag`")
            return self._repository.decision(why)
        if self._tracking.kind == "pypi" and self._index is None:
            why = Wait("`track: pypi`: the index has no project with this name")
            return self._repository.decision(why)
        versions = self._with_pythons(await self._dated(self._followed()))
        if self._tracking.moving:
            return await self._settle(self._newest(versions))
        recorded = self._run.records.recorded_commit(self._subject)
        warnings = choose.tag_warnings(self._pin, self._offer, self._versions, recorded)
        if choose.is_commit(self._pin.rev) and self._repository.pinned().version is None:
            choice = await self._over_commit(self._newest(versions))
        else:
            choice = choose.choose_release(self._pin, versions, self._policy, self._run.now)
        return self._repository.decision(self._repository.as_written(choice), warnings=warnings)

    def _followed(self) -> choose.Versions:
        """Return the tags of the channel that the pin follows."""
        match self._tracking.kind:
            case "release":
                released = [release for release in self._offer.releases or () if release.commit]
                return choose.Versions(released, self._form)
            case "pypi":
                on_index = {release.version: release.candidate for release in self._on_index}
                tags = [
                    replace(
                        tag.candidate,
                        yanked=on_index[tag.version].yanked,
                        published=on_index[tag.version].published,
                    )
                    for tag in self._tags
                    if tag.version in on_index
                ]
                return choose.Versions(tags, self._form)
            case _:
                return self._versions

    def _newest(self, versions: choose.Versions) -> Choice:
        """Choose as if nothing were pinned."""
        offered = choose.plain(versions.releases)
        return choose.newest_release(offered, self._policy, self._run.now)

    async def _over_commit(self, newest: Choice) -> Choice:
        relation: Relation = "unknown"
        if isinstance(newest, Take):
            async with self._repository.commits() as commits:
                relation = await commits.relation(self._pin.rev, newest.candidate.commit)
        return choose.choose_over_commit(newest, relation)

    async def _dated(self, versions: choose.Versions) -> choose.Versions:
        """Give dates to the newest tags, where the policy asks how old they are."""
        if not self._policy.minimum_release_age:
            return versions
        tags = [tag.candidate for tag in versions.every]
        undated = [
            tag.candidate.commit for tag in versions.releases if tag.candidate.published is None
        ]
        if not undated:
            return versions
        async with self._repository.commits() as commits:
            dates = await commits.dates(undated[:_NEWEST_TAGS_DATED])
        dated = (replace(tag, published=tag.published or dates.get(tag.commit)) for tag in tags)
        return choose.Versions(dated, self._form)

    def _with_pythons(self, versions: choose.Versions) -> choose.Versions:
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
        return choose.Versions(candidates, self._form)

    def _cross_checked(self) -> tuple[PinWarning, ...]:
        if self._index is None or not self._policy.cross_check:
            return ()
        return choose.other_channel(self._tags, self._on_index, self._policy, self._run.now)

    @cached_property
    def _on_index(self) -> Sequence[choose.Release]:
        """The index's releases, newest first."""
        return choose.Versions(self._index.candidates if self._index else (), None).releases

    # --- branches ---

    async def _follow_branch(self) -> Decision:
        head = self._head()
        pin = self._pin
        async with self._repository.commits() as commits:
            candidate = await self._labelled(head, commits)
            if not choose.is_commit(pin.rev):
                return await self._onto_head(candidate, commits)
            line = await commits.line(pin.rev, candidate.commit)
        choice = choose.choose_commit(candidate, line, self._policy, self._run.now)
        label = pin.version or candidate.version
        if isinstance(choice, Stay) and not same_version(label, candidate.version):
            reason = f"the version {label} is wrong: the commit is {candidate.version}"
            choice = Take(candidate, reason, (PinWarning("false-label", reason),))
        warnings = choose.tag_warnings(pin, self._offer, self._versions)
        return self._repository.decision(choice, warnings=warnings)

    async def _onto_head(self, head: Candidate, commits: Commits) -> Decision:
        """Decide what a moving rev without version tags becomes: the head, if it leads there."""
        rev = self._pin.rev
        unfit = next(choose.other_python(head, self._policy), "")
        now = Take(head, choose.replacing(rev, "its newest commit"))
        if self._holds_nothing:
            choice = Wait(unfit, candidate=head) if unfit else now
            return self._repository.decision(choice)
        held = await self._held_commit()
        if isinstance(held, Wait):
            return self._repository.decision(held)
        held = await self._labelled(held, commits)
        relation = await commits.relation(held.commit, head.commit)
        own = "the commit that the hash belongs to"
        if relation not in ("identical", "ahead"):
            now = Take(held, choose.replacing(rev, f"{own}, which is not behind"))
        elif relation == "ahead" and unfit:
            passed_over = (PinWarning("newer-held", unfit),)
            now = Take(held, choose.replacing(rev, own), passed_over)
        return self._repository.decision(now, held)

    def _head(self) -> Candidate:
        branch = self._tracking.branch or self._offer.default_branch
        commit = self._offer.branches.get(branch)
        if commit is None:
            raise StageError(
                f"{self._subject.project} has no branch {branch!r}",
                hint=f"its default branch is {self._offer.default_branch!r}",
            )
        return Candidate(version="", commit=commit)

    # --- moving revs ---

    async def _settle(self, choice: Choice) -> Decision:
        """Decide what a moving rev becomes: the newest tag, or the commit that it holds."""
        rev = self._pin.rev
        if self._holds_nothing:
            if isinstance(choice, Take):
                choice = replace(choice, reason=choose.replacing(rev, "the tag"))
            return self._repository.decision(choice)
        newest = choice.candidate
        async with self._repository.commits() as commits:
            held = await self._held_commit()
            if isinstance(held, Wait):
                return self._repository.decision(held)
            relation: Relation = "unknown"
            if newest is not None:
                relation = await commits.relation(held.commit, newest.commit)
            if not held.version:
                held = await self._labelled(held, commits)
        settled = choose.choose_settled(rev, held, newest, relation)
        if isinstance(choice, Wait) and settled.candidate is newest:
            settled = choice
        return self._repository.decision(settled, held)

    async def _held_commit(self) -> Candidate | Wait:
        """Return the commit that the pinned hash holds, as its tag where one names it."""
        repository = self._repository
        try:
            identification = await repository.find_commit()
        except HashError as error:
            return choose.unknown_source(error.message)
        if isinstance(identification, Identity):
            return repository.candidate(identification.commit)
        return choose.unknown_source(identification.explained)
