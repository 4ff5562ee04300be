"""A package whose upstream is a repository: what its pin holds, and what it becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from updater import choose
from updater.errors import HashError, StageError
from updater.fetchers.base import NoFile
from updater.following.commits import Commits
from updater.following.subjects import Decision
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
from updater.truth.identifier import Identity, Question

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from updater.choose import Release
    from updater.following.follower import Follower
    from updater.following.subjects import Subject
    from updater.model import Offer, Relation
    from updater.truth.identifier import Identification

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
        self.subject = subject
        self._pin = subject.pin
        self._policy = subject.policy
        self.offer = offer
        self._index = index
        self._form = choose.tag_form(self._pin, self._policy, offer, subject.names)
        self.tags = choose.releases(offer.candidates, self._form)
        self.tracking = choose.choose_tracking(self._pin, self._policy, offer, self._form)

    async def decide(self) -> Decision:
        """Return the decision.

        Raises:
            StageError: a fact that it needs cannot be had.
        """
        if self._follower.to:
            return await self._named()
        if self.tracking.kind in ("commit", "branch"):
            return await self._follow_branch()
        decision = await self._follow_tags()
        newest = self.tags[0].version if self.tags else None
        return replace(
            decision,
            warnings=(
                *decision.warnings,
                *choose.other_forms(self.offer.candidates, self._form, newest, self.subject.names),
                *self._cross_checked(),
            ),
        )

    def pinned(self, commit: str | None = None, version: str | None = None) -> Pinned:
        """Return what is known of the pin: by its tag, by its commit, or as identified."""
        rev = self._pin.rev
        for tag in self.tags:
            if rev == tag.candidate.ref or tag.candidate.commit in (rev, commit):
                return Pinned(rev, tag.candidate.commit, tag.candidate.version)
        return Pinned(rev, commit or (rev if choose.is_commit(rev) else None), version)

    def as_written(self, choice: Choice) -> Choice:
        """A pin that names a commit goes on naming commits, also those of tags."""
        if not isinstance(choice, Take) or not choose.is_commit(self._pin.rev):
            return choice
        return replace(choice, candidate=replace(choice.candidate, ref=""))

    def commits(self) -> AbstractAsyncContextManager[Commits]:
        """Open the repository's history."""
        http = self._follower.prefetcher.http
        return Commits.opened(self.offer.repository, self.offer.known, http)

    async def _named(self) -> Decision:
        from updater.following.follower import named  # noqa: PLC0415 - it imports this module

        wider = choose.general_form(self.subject.names)
        taken = named(self._follower.to, self.offer, self._form, wider)
        if not taken.candidate.version:
            async with self.commits() as commits:
                labelled = await commits.labelled(taken.candidate, self.tags, self.subject.modules)
            taken = replace(taken, candidate=labelled)
        return Decision(self.tracking, self.as_written(taken), self.pinned())

    # --- tags, releases, and the index as a list of them ---

    async def _follow_tags(self) -> Decision:
        if self.tracking.kind == "release" and self.offer.releases is None:
            why = Wait("its host has no releases besides tags: set `track: tag`")
            return Decision(self.tracking, why, self.pinned())
        if self.tracking.kind == "pypi" and self._index is None:
            why = Wait("`track: pypi`: the index has no project of its name")
            return Decision(self.tracking, why, self.pinned())
        candidates = await self._dated(self._followed())
        if self.tracking.moving:
            return await self._settle(self._newest(candidates))
        warnings = choose.tag_warnings(self._pin, self.offer, self._form)
        if choose.is_commit(self._pin.rev) and self.pinned().version is None:
            choice = await self._over_commit(self._newest(candidates))
        else:
            choice = choose.choose_release(
                self._pin, candidates, self._policy, self._form, self._follower.now
            )
        return Decision(self.tracking, self.as_written(choice), self.pinned(), warnings)

    def _followed(self) -> Sequence[Candidate]:
        """Return the tags of the channel that the pin follows."""
        match self.tracking.kind:
            case "release":
                return [one for one in self.offer.releases or () if one.commit]
            case "pypi":
                offered = choose.releases(self._index.candidates if self._index else (), None)
                released = {one.version: one.candidate for one in offered}
                return [
                    replace(
                        tag.candidate,
                        yanked=released[tag.version].yanked,
                        published=released[tag.version].published,
                    )
                    for tag in self.tags
                    if tag.version in released
                ]
            case _:
                return self.offer.candidates

    def _newest(self, candidates: Sequence[Candidate]) -> Choice:
        """Choose as if nothing were pinned."""
        offered = choose.comparable(choose.releases(candidates, self._form), None)
        return choose.newest_release(offered, self._policy, self._follower.now)

    async def _over_commit(self, newest: Choice) -> Choice:
        relation: Relation = "unknown"
        if isinstance(newest, Take):
            async with self.commits() as commits:
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
        async with self.commits() as commits:
            dates = await commits.dates(undated[:_NEWEST_TAGS_DATED])
        return [
            replace(one, published=one.published or dates.get(one.commit)) for one in candidates
        ]

    def _cross_checked(self) -> tuple[PinWarning, ...]:
        if self._index is None or not self._policy.cross_check:
            return ()
        released = choose.releases(self._index.candidates, None)
        return choose.other_channel(self.tags, released, self._policy, self._follower.now)

    # --- branches ---

    async def _follow_branch(self) -> Decision:
        head = self._head()
        pin = self._pin
        async with self.commits() as commits:
            candidate = await commits.labelled(head, self.tags, self.subject.modules)
            if not choose.is_commit(pin.rev):
                return await self._onto_head(candidate, commits)
            line = await commits.line(pin.rev, candidate.commit)
        choice = choose.choose_commit(candidate, line, self._policy, self._follower.now)
        label = choose.parse_version(pin.version)
        if isinstance(choice, Stay) and label != choose.parse_version(candidate.version):
            reason = f"the label {pin.version} is false: the commit is {candidate.version}"
            choice = Take(candidate, reason, (PinWarning("false-label", reason),))
        warnings = choose.tag_warnings(pin, self.offer, self._form)
        return Decision(self.tracking, choice, self.pinned(), warnings)

    async def _onto_head(self, head: Candidate, commits: Commits) -> Decision:
        """Decide what a moving rev without version tags becomes: the head, if it leads there."""
        rev = self._pin.rev
        now = Take(head, f"the rev {rev!r} moves: pinned to the commit that it names now")
        if not self._pin.hash:
            return Decision(self.tracking, now, self.pinned())
        held = await self._identify()
        if held is None:
            unknown = choose.choose_settled(rev, None, None, "unknown")
            return Decision(self.tracking, unknown, self.pinned())
        held = await commits.labelled(held, self.tags, self.subject.modules)
        if await commits.relation(held.commit, head.commit) not in ("identical", "ahead"):
            now = Take(held, f"the rev {rev!r} moves: pinned to its commit, which is not behind")
        return Decision(self.tracking, now, self.pinned(held.commit, held.version))

    def _head(self) -> Candidate:
        branch = self.tracking.branch or self.offer.default_branch
        commit = self.offer.branches.get(branch)
        if commit is None:
            raise StageError(
                f"{self.subject.project} has no branch {branch!r}",
                hint=f"its default branch is {self.offer.default_branch!r}",
            )
        return Candidate(version="", commit=commit)

    # --- moving revs ---

    async def _settle(self, choice: Choice) -> Decision:
        """Decide what a moving rev becomes: the newest tag, or the commit that it holds."""
        rev = self._pin.rev
        if not self._pin.hash:
            return Decision(self.tracking, choice, self.pinned())
        newest = choice.candidate
        async with self.commits() as commits:
            held = await self._identify()
            if held is None:
                unknown = choose.choose_settled(rev, None, newest, "unknown")
                return Decision(self.tracking, unknown, self.pinned())
            relation: Relation = "unknown"
            if newest is not None:
                relation = await commits.relation(held.commit, newest.commit)
            if not held.version:
                held = await commits.labelled(held, self.tags, self.subject.modules)
        settled = choose.choose_settled(rev, held, newest, relation)
        if isinstance(choice, Wait) and settled.candidate is newest:
            settled = choice
        return Decision(self.tracking, settled, self.pinned(held.commit, held.version))

    async def _identify(self) -> Candidate | None:
        """Return the commit that the pinned hash holds, as its tag where one names it."""
        try:
            parse_hash(self._pin.hash, "sha256")
        except HashError:
            return None
        if self.blocked:
            return None
        identity = await self.identify()
        return self.candidate(identity) if isinstance(identity, Identity) else None

    def candidate(self, identity: Identity) -> Candidate:
        """Return an identified commit as its tag, the best where it has several, or as itself."""
        tags = (tag.candidate for tag in self._by_label())
        named = (tag for tag in tags if tag.commit == identity.commit)
        return next(named, Candidate(version="", commit=identity.commit))

    async def identify(self) -> Identification:
        """Ask the repository's history which commit the pinned hash holds.

        Raises:
            HashError: the hash is none of an archive's tree, so that no commit can have it.
            UpstreamError: the repository cannot be cloned.
        """
        pinned = parse_hash(self._pin.hash, "sha256")
        if self.blocked:
            raise HashError(f"no commit's archive has this hash: {self.blocked}")
        tags = [tag.candidate.commit for tag in self._by_label()]
        label = choose.parse_version(self._pin.version)
        labelled = [tag.candidate.commit for tag in self.tags if tag.version == label]
        question = Question(
            url=self.offer.repository,
            pinned=pinned,
            file=self.subject.package.file,
            written=self._pin.hash,
            likely=tuple(dict.fromkeys((*self._named_now(), *labelled))),
            tagged=tuple(dict.fromkeys(tags)),
        )
        return await self._follower.identifier.identify(question)

    @property
    def blocked(self) -> str:
        """Why the hash is not that of a commit's archive, or an empty string."""
        # Any tag will do: `tag = ...` takes no commit, and the call's switches are asked about.
        fetch = self.subject.fetch(Candidate("0", ref="0", commit="0" * 40), self._follower.hosts)
        return "" if isinstance(fetch, NoFile) else fetch.blocked

    def _by_label(self) -> list[Release]:
        """Return the version tags: those that the label means first, then the newest."""
        label = choose.parse_version(self._pin.version)
        return sorted(self.tags, key=lambda tag: tag.version != label)

    def _named_now(self) -> list[str]:
        """Return the commit that the rev names now, if any."""
        rev = self._pin.rev
        if choose.is_commit(rev):
            return [rev]
        tagged = [one.commit for one in self.offer.candidates if one.ref == rev]
        branch = self.offer.branches.get(rev if rev != "HEAD" else self.offer.default_branch)
        return [*tagged[:1], *([branch] if branch else [])]
