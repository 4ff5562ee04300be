"""A package whose upstream is a repository: what its pin holds, and what it becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from updater import choose
from updater.commits import Commits
from updater.errors import HashError, StageError
from updater.fetchers.base import NoFile
from updater.hashing.sri import parse_hash
from updater.model import (
    Candidate,
    Choice,
    Pinned,
    PinWarning,
    Stay,
    Take,
    Wait,
)
from updater.subjects import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from updater.following import Follower
    from updater.model import Offer, Relation
    from updater.subjects import Subject

_NEWEST_TAGS_TRIED = 3
_NEWEST_TAGS_DATED = 50


class Repository:
    """One package, its repository's offer, and the decision about it.

    Args:
        follower: the run's clock, hosts and ``--to``.
        subject: the package.
        offer: what the repository has.
        index: what the package index has of the same name, None where that is not known.
    """

    def __init__(
        self, follower: Follower, subject: Subject, offer: Offer, index: Offer | None
    ) -> None:
        self._follower = follower
        self._subject = subject
        self._pin = subject.pin
        self._policy = subject.policy
        self._offer = offer
        self._index = index
        self._form = choose.tag_form(self._pin, self._policy, offer, subject.names)
        self._tags = choose.releases(offer.candidates, self._form)
        self._tracking = choose.choose_tracking(self._pin, self._policy, offer, self._form)

    async def decide(self) -> Decision:
        """Return the decision.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        if self._follower.to:
            return await self._named()
        if self._tracking.kind in ("commit", "branch"):
            return await self._follow_branch()
        decision = await self._follow_tags()
        newest = self._tags[0].version if self._tags else None
        return replace(
            decision,
            warnings=(
                *decision.warnings,
                *choose.other_forms(
                    self._offer.candidates, self._form, newest, self._subject.names
                ),
                *self._cross_checked(),
            ),
        )

    def _pinned(self, commit: str | None = None, version: str | None = None) -> Pinned:
        """Return what is known of the pin: by its tag, by its commit, or as identified."""
        rev = self._pin.rev
        for tag in self._tags:
            if rev == tag.candidate.ref or tag.candidate.commit in (rev, commit):
                return Pinned(rev, tag.candidate.commit, tag.candidate.version)
        return Pinned(rev, commit or (rev if choose.is_commit(rev) else None), version)

    def _as_written(self, choice: Choice) -> Choice:
        """A pin that names a commit goes on naming commits, also those of tags."""
        if not isinstance(choice, Take) or not choose.is_commit(self._pin.rev):
            return choice
        return replace(choice, candidate=replace(choice.candidate, ref=""))

    def _commits(self) -> AbstractAsyncContextManager[Commits]:
        http = self._follower.prefetcher.http
        return Commits.opened(self._offer.repository, self._offer.known, http)

    async def _named(self) -> Decision:
        from updater.following import named  # noqa: PLC0415 - it imports this module

        wider = choose.general_form(self._subject.names)
        taken = named(self._follower.to, self._offer, self._form, wider)
        if not taken.candidate.version:
            async with self._commits() as commits:
                labelled = await commits.labelled(
                    taken.candidate, self._tags, self._subject.modules
                )
            taken = replace(taken, candidate=labelled)
        return Decision(self._tracking, self._as_written(taken), self._pinned())

    # --- tags, releases, and the index as a list of them ---

    async def _follow_tags(self) -> Decision:
        if self._tracking.kind == "release" and self._offer.releases is None:
            why = Wait("its host has no releases besides tags: set `track: tag`")
            return Decision(self._tracking, why, self._pinned())
        if self._tracking.kind == "pypi" and self._index is None:
            why = Wait("`track: pypi`: the index has no project of its name")
            return Decision(self._tracking, why, self._pinned())
        candidates = await self._dated(self._followed())
        if self._tracking.moving:
            return await self._settle(self._newest(candidates))
        warnings = choose.tag_warnings(self._pin, self._offer, self._form)
        if choose.is_commit(self._pin.rev) and self._pinned().version is None:
            choice = await self._over_commit(self._newest(candidates))
        else:
            choice = choose.choose_release(
                self._pin, candidates, self._policy, self._form, self._follower.now
            )
        return Decision(self._tracking, self._as_written(choice), self._pinned(), warnings)

    def _followed(self) -> Sequence[Candidate]:
        """Return the tags of the channel that the pin follows."""
        match self._tracking.kind:
            case "release":
                return [one for one in self._offer.releases or () if one.commit]
            case "pypi":
                offered = choose.releases(self._index.candidates if self._index else (), None)
                released = {one.version: one.candidate for one in offered}
                return [
                    replace(
                        tag.candidate,
                        yanked=released[tag.version].yanked,
                        published=released[tag.version].published,
                    )
                    for tag in self._tags
                    if tag.version in released
                ]
            case _:
                return self._offer.candidates

    def _newest(self, candidates: Sequence[Candidate]) -> Choice:
        """Choose as if nothing were pinned."""
        offered = choose.comparable(choose.releases(candidates, self._form), None)
        return choose.newest_release(offered, self._policy, self._follower.now)

    async def _over_commit(self, newest: Choice) -> Choice:
        relation: Relation = "unknown"
        if isinstance(newest, Take):
            async with self._commits() as commits:
                relation = await commits.relation(self._pin.rev, newest.candidate.commit)
        return choose.choose_over_commit(newest, relation)

    async def _dated(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Give dates to the newest tags, where the policy asks how old they are."""
        if not self._policy.minimum_release_age:
            return candidates
        offered = choose.releases(candidates, self._form)
        undated = [one.candidate.commit for one in offered if one.candidate.published is None]
        if not undated:
            return candidates
        async with self._commits() as commits:
            dates = await commits.dates(undated[:_NEWEST_TAGS_DATED])
        return [
            replace(one, published=one.published or dates.get(one.commit)) for one in candidates
        ]

    def _cross_checked(self) -> tuple[PinWarning, ...]:
        if self._index is None or not self._policy.cross_check:
            return ()
        released = choose.releases(self._index.candidates, None)
        return choose.other_channel(self._tags, released, self._policy, self._follower.now)

    # --- branches ---

    async def _follow_branch(self) -> Decision:
        head = self._head()
        pin = self._pin
        async with self._commits() as commits:
            candidate = await commits.labelled(head, self._tags, self._subject.modules)
            if not choose.is_commit(pin.rev):
                held = await self._identify([candidate])
                choice = self._onto_head(candidate, held)
                commit = held.commit if held is not None else None
                return Decision(self._tracking, choice, self._pinned(commit))
            line = await commits.line(pin.rev, candidate.commit)
        choice = choose.choose_commit(candidate, line, self._policy, self._follower.now)
        label = choose.parse_version(pin.version)
        if isinstance(choice, Stay) and label != choose.parse_version(candidate.version):
            reason = f"the label {pin.version} is false: the commit is {candidate.version}"
            choice = Take(candidate, reason, (PinWarning("false-label", reason),))
        warnings = choose.tag_warnings(pin, self._offer, self._form)
        return Decision(self._tracking, choice, self._pinned(), warnings)

    def _onto_head(self, head: Candidate, held: Candidate | None) -> Choice:
        rev = self._pin.rev
        if held is not None or not self._pin.hash:
            return Take(head, f"the rev {rev!r} moves: pinned to the commit that it names now")
        return choose.choose_settled(rev, None, None, "unknown")

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
        if not self._pin.hash:
            return Decision(self._tracking, choice, self._pinned())
        newest = choice.candidate
        async with self._commits() as commits:
            held = await self._identify(self._likely())
            if held is None:
                unknown = choose.choose_settled(rev, None, newest, "unknown")
                return Decision(self._tracking, unknown, self._pinned())
            relation: Relation = "unknown"
            if newest is not None:
                relation = await commits.relation(held.commit, newest.commit)
            if not held.version:
                held = await commits.labelled(held, self._tags, self._subject.modules)
        settled = choose.choose_settled(rev, held, newest, relation)
        if isinstance(choice, Wait) and settled.candidate is newest:
            settled = choice
        return Decision(self._tracking, settled, self._pinned(held.commit, held.version))

    def _likely(self) -> list[Candidate]:
        """Return commits whose tree the pinned hash may hold, likeliest first."""
        label = choose.parse_version(self._pin.version)
        labelled = [tag.candidate for tag in self._tags if tag.version == label]
        branch = self._pin.rev if self._pin.rev != "HEAD" else ""
        head = self._offer.branches.get(branch or self._offer.default_branch)
        heads = [Candidate(version="", commit=head)] if head else []
        newest = [tag.candidate for tag in self._tags[:_NEWEST_TAGS_TRIED]]
        unique: dict[str, Candidate] = {}
        for candidate in (*heads, *labelled, *newest):
            known = unique.get(candidate.commit)
            unique[candidate.commit] = candidate if known is None or not known.ref else known
        return list(unique.values())

    async def _identify(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """Return the first candidate whose archive has the pinned hash."""
        try:
            pinned = parse_hash(self._pin.hash, "sha256")
        except HashError:
            return None
        for candidate in candidates:
            fetch = self._subject.fetch(replace(candidate, ref=""), self._follower.hosts)
            if isinstance(fetch, NoFile) or fetch.blocked:
                return None
            hashed = await self._follower.prefetcher.hash(fetch, "embedded")
            if hashed.sri == pinned:
                return candidate
        return None
