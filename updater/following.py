"""One package and its upstream's offer -> a decision, with the facts that it takes.

This gathers what `choose` decides on: which commit a moving rev holds, how commits are ordered,
how old a tag is. Nothing is asked for that the policy does not need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from updater import choose
from updater.commits import Commits
from updater.errors import HashError, StageError
from updater.fetchers.base import NoFile
from updater.hashing.sri import parse_hash
from updater.identifying import Identity, Question
from updater.model import (
    Candidate,
    Choice,
    Pinned,
    PinWarning,
    Stay,
    Take,
    Tracking,
    Wait,
)
from updater.upstreams.base import host_of, page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from updater.choose import Form, Release
    from updater.fetchers.base import Fetched, Fetcher
    from updater.identifying import Identification, Identifier
    from updater.model import Host, Offer, Package, Pin, Policy, Project, Relation, Source
    from updater.prefetch import Prefetcher
    from updater.upstreams.base import Upstream


@dataclass(frozen=True, slots=True)
class Subject:
    """A package on its way through the stages."""

    package: Package
    source: Source
    fetcher: Fetcher
    pin: Pin
    project: Project
    upstream: Upstream
    policy: Policy

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a tag may start with."""
        repository = self.project.rsplit("/", 1)[-1].removeprefix("pypi:")
        return tuple(
            dict.fromkeys(
                name for name in (self.package.name, self.package.pname, repository) if name
            )
        )

    @property
    def modules(self) -> tuple[str, ...]:
        """The names that the import package may have."""
        return tuple(dict.fromkeys(name.replace("-", "_").lower() for name in self.names))

    def fetch(self, candidate: Candidate, hosts: Mapping[str, Host]) -> Fetched:
        """Return how this package's fetcher call gets a candidate."""
        host = host_of(self.project, hosts)
        web = host.web if host is not None else ""
        return self.fetcher.fetch(self.package, self.source, candidate, web)


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice and what it rests on."""

    tracking: Tracking
    choice: Choice
    pinned: Pinned
    warnings: tuple[PinWarning, ...] = ()

    @property
    def reason(self) -> str:
        """Why the candidate is taken where that is not plain."""
        return self.choice.reason if isinstance(self.choice, Take) else ""

    def known(self, subject: Subject) -> dict[str, Any]:
        """Return the fields that every outcome has."""
        return {
            "package": subject.package,
            "tracking": self.tracking,
            "pinned": self.pinned,
            "candidate": self.choice.candidate,
            "warnings": self.warnings + self.choice.warnings,
        }


@dataclass(frozen=True, slots=True)
class Follower:
    """Decides for one package after the other, each by itself."""

    hosts: Mapping[str, Host]
    prefetcher: Prefetcher
    identifier: Identifier
    now: datetime
    to: str = ""

    async def decide(self, subject: Subject, offer: Offer) -> Decision:
        """Return the decision for a package.

        Raises:
            StageError: a fact that the decision needs cannot be had.
        """
        if subject.project.startswith("pypi:"):
            return self._from_index(subject, offer)
        decision = await self.repository(subject, offer).decide()
        return replace(decision, warnings=offer.warnings + decision.warnings)

    def repository(self, subject: Subject, offer: Offer) -> Repository:
        """Return a package with what its repository offers in the form that its pin uses."""
        form = choose.tag_form(subject.pin, subject.policy, offer, subject.names)
        tags = choose.releases(offer.candidates, form)
        tracking = choose.choose_tracking(subject.pin, subject.policy, offer, form)
        return Repository(self, subject, offer, form, tags, tracking)

    def _from_index(self, subject: Subject, offer: Offer) -> Decision:
        offered = choose.releases(offer.candidates, None)
        tracking = Tracking("pypi", "its source is fetched from the package index")
        pinned = Pinned(rev="", version=subject.pin.version)
        if self.to:
            return Decision(tracking, Take(_named(self.to, offer, offered)), pinned)
        choice = choose.choose_release(subject.pin, offered, subject.policy, None, self.now)
        return Decision(tracking, choice, pinned)


def _named(to: str, offer: Offer, offered: list[Release]) -> Candidate:
    found = choose.choose_named(to, offer, offered)
    if found is None:
        newest = ", ".join(one.candidate.version for one in offered[:5]) or "none"
        raise StageError(
            f"upstream has no version, tag, branch or full commit {to!r}",
            hint=f"its newest versions: {newest}",
        )
    return found


@dataclass(frozen=True, slots=True)
class Repository:
    """A package whose upstream is a repository."""

    follower: Follower
    subject: Subject
    offer: Offer
    form: Form
    tags: list[Release]
    tracking: Tracking

    async def decide(self) -> Decision:
        """Return the decision."""
        if self.follower.to:
            return await self._named()
        if self.tracking.kind in ("commit", "branch"):
            return await self._commit()
        tags = await self._tags()
        if self.tracking.moving:
            newest = choose.newest_release(tags, self.subject.policy, self.follower.now)
            return await self._settle(newest)
        choice = self.as_written(
            choose.choose_release(
                self.subject.pin, tags, self.subject.policy, self.form, self.follower.now
            )
        )
        newest_version = self.tags[0].version if self.tags else None
        warnings = choose.other_forms(
            self.offer.candidates, self.form, newest_version, self.subject.names
        )
        return Decision(self.tracking, choice, self.pinned(), warnings)

    def pinned(self, commit: str | None = None, version: str | None = None) -> Pinned:
        """Return what is known of the pin: by its tag, by its commit, or as identified."""
        rev = self.subject.pin.rev
        for tag in self.tags:
            if rev == tag.candidate.ref or tag.candidate.commit in (rev, commit):
                return Pinned(rev, tag.candidate.commit, tag.candidate.version)
        return Pinned(rev, commit or (rev if choose.is_commit(rev) else None), version)

    def as_written(self, choice: Choice) -> Choice:
        """A pin that names a commit goes on naming commits, also those of tags."""
        if not isinstance(choice, Take) or not choose.is_commit(self.subject.pin.rev):
            return choice
        return replace(choice, candidate=replace(choice.candidate, ref=""))

    async def _named(self) -> Decision:
        candidate = _named(self.follower.to, self.offer, self.tags)
        if not candidate.version:
            async with self.commits() as commits:
                candidate = await commits.labelled(candidate, self.tags, self.subject.modules)
        choice = self.as_written(Take(candidate))
        return Decision(self.tracking, choice, self.pinned())

    @property
    def _url(self) -> str:
        host = host_of(self.subject.project, self.follower.hosts)
        url = page(self.subject.project, host) if host is not None else self.subject.project
        return f"{url}.git"

    def commits(self) -> AbstractAsyncContextManager[Commits]:
        """Open the repository's history."""
        return Commits.opened(self._url)

    # --- tags ---

    async def _tags(self) -> list[Release]:
        if self.subject.policy.minimum_release_age and self.tags:
            return await self._dated(self.tags)
        return self.tags

    async def _dated(self, tags: list[Release]) -> list[Release]:
        """Give dates to the tags that are newer than the pin: no others can be chosen."""
        current = choose.parse_version(self.subject.pin.version)
        newer = [tag for tag in tags if current is None or tag.version > current]
        async with self.commits() as commits:
            dated = [replace(tag, candidate=await commits.dated(tag.candidate)) for tag in newer]
        return dated + tags[len(newer) :]

    # --- commits ---

    async def _commit(self) -> Decision:
        head = self._head()
        pin = self.subject.pin
        async with self.commits() as commits:
            candidate = await commits.labelled(head, self.tags, self.subject.modules)
            if not choose.is_commit(pin.rev):
                return await self._onto_head(candidate, commits)
            line = await commits.line(pin.rev, candidate.commit)
        choice = choose.choose_commit(candidate, line, self.subject.policy, self.follower.now)
        label = choose.parse_version(pin.version)
        if isinstance(choice, Stay) and label != choose.parse_version(candidate.version):
            reason = f"the label {pin.version} is false: the commit is {candidate.version}"
            choice = Take(candidate, reason, (PinWarning("false-label", reason),))
        return Decision(self.tracking, choice, self.pinned())

    async def _onto_head(self, head: Candidate, commits: Commits) -> Decision:
        """Decide what a moving rev without version tags becomes: the head, if it leads there."""
        rev = self.subject.pin.rev
        now = Take(head, f"the rev {rev!r} moves: pinned to the commit that it names now")
        if not self.subject.pin.hash:
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
                hint=f"its branches: {', '.join(sorted(self.offer.branches)[:10])}",
            )
        return Candidate(version="", commit=commit)

    # --- moving revs ---

    async def _settle(self, choice: Choice) -> Decision:
        """Decide what a moving rev becomes: the newest tag, or the commit that it holds."""
        rev = self.subject.pin.rev
        if not self.subject.pin.hash:
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
            parse_hash(self.subject.pin.hash, "sha256")
        except HashError:
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
        pin, subject = self.subject.pin, self.subject
        pinned = parse_hash(pin.hash, "sha256")
        if self.blocked:
            raise HashError(f"no commit's archive has this hash: {self.blocked}")
        tags = [tag.candidate.commit for tag in self._by_label()]
        label = choose.parse_version(pin.version)
        labelled = [tag.candidate.commit for tag in self.tags if tag.version == label]
        question = Question(
            url=self._url,
            pinned=pinned,
            file=subject.package.file,
            written=pin.hash,
            likely=tuple(dict.fromkeys((*self._named_now(), *labelled))),
            tagged=tuple(dict.fromkeys(tags)),
        )
        return await self.follower.identifier.identify(question)

    @property
    def blocked(self) -> str:
        """Why the hash is not that of a commit's archive, or an empty string."""
        # Any tag will do: `tag = ...` takes no commit, and the call's switches are asked about.
        fetch = self.subject.fetch(Candidate("0", ref="0", commit="0" * 40), self.follower.hosts)
        return "" if isinstance(fetch, NoFile) else fetch.blocked

    def _by_label(self) -> list[Release]:
        """Return the version tags: those that the label means first, then the newest."""
        label = choose.parse_version(self.subject.pin.version)
        return sorted(self.tags, key=lambda tag: tag.version != label)

    def _named_now(self) -> list[str]:
        """Return the commit that the rev names now, if any."""
        rev = self.subject.pin.rev
        if choose.is_commit(rev):
            return [rev]
        tagged = [one.commit for one in self.offer.candidates if one.ref == rev]
        branch = self.offer.branches.get(rev if rev != "HEAD" else self.offer.default_branch)
        return [*tagged[:1], *([branch] if branch else [])]
