"""A package whose upstream is a repository: what that offers it, and what its pin holds."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.commits import moving_name, replacing
from updater.choose.pinned_hash import PinnedHash
from updater.choose.sources import Sources
from updater.choose.subjects import Decision
from updater.choose.tag_forms import general_form, prefixed_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.choose.tracking import choose_tracking, is_tag, short_ref
from updater.choose.versions import is_commit
from updater.choose.vetting import Vetting
from updater.errors import NotFound
from updater.fetchers import address
from updater.model import Candidate, Choice, NoFile, Pinned, PinWarning, Take
from updater.model.labels import ordered, parse_version, same_version

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from updater.choose.commit_records import CommitRecords
    from updater.choose.history import Commits
    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.choose.versions import Release
    from updater.model import Offer, Policy, Source


class PinnedRepository:
    """One package, and its repository's offer in the form that its pin uses.

    Args:
        run: whose effects it uses.
        subject: the package.
        offer: what the repository has.

    Attributes:
        form: how its tags are written.
        versions: its tags in that form.
        tags: its version tags, newest first; those that PEP 440 does not know stand last.
        tracking: what it follows.
        is_tag_object: its rev is the id of a tag's own object, and not of the commit.
        vetting: what speaks against its tags.
        sources: how the package's sources get them.
        hash: what its hash belongs to.
    """

    def __init__(self, run: Run, subject: Subject, offer: Offer) -> None:
        self.run = run
        commit = offer.facts.tag_objects.get(subject.pin.rev)
        self.is_tag_object = commit is not None
        if commit is not None:  # the id of an annotated tag's own object: what it leads to counts
            subject = replace(subject, pin=replace(subject.pin, rev=commit))
        rev = short_ref(subject.pin.rev, offer)
        if rev != subject.pin.rev:
            subject = replace(subject, pin=replace(subject.pin, rev=rev))
        if _is_branch_alone(subject.source):
            # A tag of the branch's name is not what the rev names.
            others = [tag for tag in offer.candidates if tag.ref != subject.pin.rev]
            offer = replace(offer, candidates=tuple(others))
        self.subject = subject
        self.offer = offer
        self._pin = subject.pin
        self.form = tag_form(subject.pin, subject.policy, offer, subject.names)
        self.versions = Versions(offer.candidates, self.form)
        self.tags = self.versions.every
        self.tracking = choose_tracking(subject.pin, subject.policy, offer, self.versions)
        self.vetting = Vetting(self)
        self.sources = Sources(run, subject)
        self.hash = PinnedHash(self)

    @property
    def builds_tree(self) -> bool:
        """Whether what is built is the tree of a commit, and not a file that somebody uploaded."""
        subject = self.subject
        asset = subject.fetcher.asset(subject.package, subject.source)
        return subject.has_history and not asset

    @property
    def version_policy(self) -> Policy:
        """What of the policy a version alone can break: how old a tag is, `vetting` finds out."""
        return replace(self.subject.policy, minimum_release_age=timedelta(0))

    def pinned(self, commit: str | None = None, version: str | None = None) -> Pinned:
        """Return what is known of the pin: by its tag, by its commit, or as identified."""
        rev = self._pin.rev
        for tag in self.by_label():
            if rev == tag.candidate.ref or tag.candidate.commit in (rev, commit):
                return Pinned(rev, tag.candidate.commit, tag.candidate.version)
        return Pinned(rev, commit or (rev if is_commit(rev) else None), version)

    def decision(
        self,
        choice: Choice,
        held: Candidate | None = None,
        warnings: tuple[PinWarning, ...] = (),
    ) -> Decision:
        """Return a choice with what it rests on.

        Args:
            choice: what was chosen.
            held: what the pin's hash holds, where that was found out.
            warnings: besides the choice's own.
        """
        pinned = self.pinned(held.commit, held.version) if held is not None else self.pinned()
        decision = Decision(
            self.subject, self.tracking, choice, pinned, warnings, self.hash.evidence
        )
        return replace(decision, repository=self.offer.repository)

    @property
    def moving_name(self) -> str:
        """What its moving rev is called, such as: the branch `main`."""
        return moving_name(self._pin.rev, self.offer)

    def replacing(self, new: str) -> str:
        """Return why its moving rev changes: ``replaces the branch `main` by the tag``."""
        return replacing(self.moving_name, new)

    async def labelled(self, candidate: Candidate, commits: Commits) -> Candidate:
        """Return a commit's candidate with what its own files say of the package."""
        subject = self.subject
        return await commits.labelled(
            candidate,
            self.tags,
            subject.place,
            self._pin.version,
            built=bool(subject.package.version_readers),
        )

    async def as_declared(self, candidate: Candidate) -> Candidate:
        """Return a tag's candidate under the version that its source declares, if it declares one.

        Raises:
            UpstreamError: the source cannot be read.
        """
        own = await self.version_in(candidate.commit)
        if not own or same_version(own, candidate.version):
            return candidate
        return replace(candidate, version=own)

    async def version_in(self, commit: str) -> str:
        """Return the version that a commit's source declares, empty where it declares none.

        Raises:
            UpstreamError: the source cannot be read.
        """
        async with self.commits() as commits:
            own = await commits.declared(commit, self.subject.place)
        return own if own is not None and parse_version(own) is not None else ""

    def as_written(self, choice: Choice) -> Choice:
        """A pin that names a commit goes on naming commits, also those of tags."""
        if not isinstance(choice, Take) or not is_commit(self._pin.rev):
            return choice
        source = self.subject.source
        if source.value("ref") or source.get("tag") is not None:
            return choice  # beside the commit, or in its place, stands the tag
        version = self._own_version(choice.candidate)
        return replace(choice, candidate=replace(choice.candidate, version=version, ref=""))

    def _own_version(self, candidate: Candidate) -> str:
        """Return what a tag with the package's own name says of a commit, else a candidate's own.

        A pin that names the commit is judged by that one.
        """
        own = self.subject.names.of_monorepo
        if not own or not candidate.ref:
            return candidate.version
        here = [tag for tag in self.offer.candidates if tag.commit == candidate.commit]
        named = Versions(here, prefixed_form(own, "")).every
        is_own = any(tag.candidate.ref == candidate.ref for tag in named)
        return candidate.version if is_own or not named else named[0].candidate.version

    def commits(self) -> AbstractAsyncContextManager[Commits]:
        """Open the repository's history."""
        # git, which a check of tags does without
        from updater.choose.git_host import GitHost  # noqa: PLC0415
        from updater.choose.history import Commits  # noqa: PLC0415

        offer = self.offer
        host = GitHost(offer.repository, self.run.http, self.run.mirrors)
        return Commits.opened(host, offer.facts, self.records)

    @property
    def records(self) -> CommitRecords:
        """What earlier runs learned of the repository's commits."""
        return self.run.records.commits(self.subject.project)

    async def holds(self, head: str, commit: str) -> bool:
        """Tell whether a commit is another one, or among its ancestors.

        Raises:
            UpstreamError: the history cannot be fetched.
        """
        if not head:
            return False
        with suppress(NotFound):
            async with self.commits() as commits:
                return await commits.relation(commit, head) in ("ahead", "identical")
        return False

    @property
    def ambiguous(self) -> tuple[PinWarning, ...]:
        """A warning where the rev is the name of a tag and of a branch, and no more.

        Nix cannot fetch it then: GitHub answers 300 for the archive of such a name.
        """
        rev, source = self._pin.rev, self.subject.source
        url = source.value("url", "urls[0]") or ""
        is_bare = source.value("rev") == rev or address.unambiguous(url, rev) != url
        if not is_bare or rev not in self.offer.branches or not is_tag(rev, self.offer):
            return ()
        message = (
            f"upstream has a branch {rev} besides the tag, and its host may refuse the archive of "
            f"that name: write `refs/tags/{rev}`, as `bump --rehash` does"
        )
        return (PinWarning("ambiguous-ref", message),)

    # --- what it holds ---

    def candidate(self, commit: str) -> Candidate:
        """Return a commit as its tag, the best where it has several, or as itself.

        The tag that the rev names is the best, then the one that the label means.
        """
        own = self.tag_of_label(commit)
        if own is not None:
            return own
        present = self.present if self.named == commit else None
        if present is not None and present.ref == present.version:
            return present
        tags = (tag.candidate for tag in self.by_label())
        named = (tag for tag in tags if tag.commit == commit)
        # The rev's tag is what it is, also where config.yaml follows tags of another form.
        is_own = present is not None and present.ref and self._means(present.ref, present.version)
        other = present if present is not None and is_own else Candidate("", commit=commit)
        return next(named, other)

    def tag_of_label(self, commit: str) -> Candidate | None:
        """Return the tag of a commit that says its label to the letter; None where none does."""
        label = self._pin.version
        if not label:
            return None
        here = [tag for tag in self.offer.candidates if tag.commit == commit]
        # A label without a number is no version, which other rules would read of a tag.
        ending = () if any(map(str.isdigit, label)) else tuple(f"{sign}{label}" for sign in "-_/")
        named = (tag for tag in here if tag.ref == label or tag.ref.endswith(ending))
        own = next(named, None)
        return None if own is None else replace(own, version=label)

    def _means(self, tag: str, label: str) -> bool:
        """Tell whether a tag of any form is that of a version, or the rev is made from that."""
        if self._pin.through_version:
            return True
        version = general_form(self.subject.names).version(tag)
        return version is not None and same_version(version, label)

    @property
    def checkout(self) -> str:
        """The commit that its call names by itself, without a hash; else empty."""
        rev = self.subject.checkout
        return self.offer.facts.tag_objects.get(rev, rev)

    @property
    def named(self) -> str:
        """The commit that the rev says, itself or as a tag; empty where it is neither."""
        rev = self._pin.rev
        tags = (tag.commit for tag in self.offer.candidates if tag.ref == rev)
        return rev if is_commit(rev) else next(tags, "")

    @property
    def named_branch(self) -> str:
        """The branch that the rev says, if a commit may take its place; empty for all else."""
        rev = self._pin.rev
        if rev not in self.offer.branches or self.named:
            return ""
        commit = Candidate("0", commit=self.offer.branches[rev])
        fetch = self.subject.fetch(commit, self.run.config.hosts)
        return "" if isinstance(fetch, NoFile) else rev

    @property
    def held_before(self) -> str:
        """The commit that its tag named when it was pinned; empty where nobody knows."""
        return self.run.records.held_commit(self.subject, self.offer.facts)

    @property
    def held(self) -> str:
        """The commit that it holds as far as its rev tells; empty where nobody knows."""
        return self.held_before or self.named

    @property
    def present(self) -> Candidate | None:
        """What is pinned, as it is labelled; None where the rev names neither commit nor tag."""
        pin = self._pin
        ref = "" if is_commit(pin.rev) else pin.rev
        if not self.named:
            return None
        return Candidate(pin.version or "", ref=ref, commit=self.named)

    def by_label(self) -> list[Release]:
        """Return the version tags: the rev's, those that the label means, then the newest."""
        pin = self._pin
        label = ordered(pin.version)

        def rank(tag: Release) -> tuple[bool, bool, bool]:
            candidate = tag.candidate
            is_label = pin.version in (candidate.version, candidate.ref)
            return candidate.ref != pin.rev, not is_label, tag.version != label

        return sorted(self.tags, key=rank)

    @property
    def named_now(self) -> list[str]:
        """The commits that the rev names now, itself, as a tag or as a branch."""
        rev = self._pin.rev
        if is_commit(rev):
            return [rev]
        branch = self.offer.branches.get(rev if rev != "HEAD" else self.offer.default_branch)
        return [commit for commit in (self.named, branch) if commit]


def _is_branch_alone(source: Source) -> bool:
    """Tell whether a call says that its ref is a branch, and not a tag of that name."""
    if (source.value("rev") or "").startswith(("refs/heads/", "heads/")):
        return True
    return address.parse(source.value("url", "urls[0]") or "").names_branch
