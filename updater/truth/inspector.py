"""What a pin truly holds: the outcomes of ``identify`` and ``verify``, the decision of ``pin``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from updater import choose
from updater.errors import HashError, NotFound
from updater.fetchers.base import NoFile
from updater.following.follower import Decision
from updater.hashing.sri import parse_hash
from updater.model import (
    Candidate,
    Held,
    Identified,
    Pinned,
    PinWarning,
    Skipped,
    Stay,
    Take,
    Verdict,
    Wait,
)
from updater.truth.identifier import Identity

if TYPE_CHECKING:
    from updater.errors import StageError
    from updater.following.follower import Follower, Subject
    from updater.following.repository import Repository
    from updater.identify.search import Nothing
    from updater.model import Hashed, Offer, Outcome, State


@dataclass(frozen=True, slots=True)
class Inspector:
    """Finds the truth about one pin after the other; nothing is decided or written here."""

    follower: Follower

    # --- identify ---

    async def identify(self, subject: Subject, offer: Offer) -> Outcome:
        """Return the commit that the pinned hash holds, or why nobody knows.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = self.follower.repository(subject, offer)
        if repository.blocked:
            return Skipped(
                package=subject.package,
                tracking=repository.tracking,
                reason=f"no commit's archive has its hash: {repository.blocked}",
            )
        found = await repository.identify()
        if not isinstance(found, Identity):
            return Held(
                package=subject.package,
                tracking=repository.tracking,
                pinned=repository.pinned(),
                reason=f"nothing found: {explained(found)}",
            )
        candidate = await self._labelled(repository, repository.candidate(found))
        return Identified(
            package=subject.package,
            tracking=repository.tracking,
            pinned=repository.pinned(candidate.commit, candidate.version),
            candidate=candidate,
            warnings=offer.warnings,
            looked_at=found.looked_at,
        )

    async def _labelled(self, repository: Repository, candidate: Candidate) -> Candidate:
        if candidate.version:
            return candidate
        async with repository.commits() as commits:
            return await commits.labelled(candidate, repository.tags, repository.subject.modules)

    # --- pin ---

    async def pin(
        self, subject: Subject, offer: Offer, _twin: Offer | StageError | None = None
    ) -> Decision:
        """Decide what a pin must say so that it says what its hash holds.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = self.follower.repository(subject, offer)
        rev, label = subject.pin.rev, subject.pin.version
        if repository.blocked:
            reason = f"no commit's archive has its hash: {repository.blocked}; bump --to decides"
            return Decision(repository.tracking, Wait(reason), repository.pinned(), offer.warnings)
        found = await repository.identify()
        if not isinstance(found, Identity):
            reason = f"nothing found: {explained(found)}; bump --to decides"
            return Decision(repository.tracking, Wait(reason), repository.pinned(), offer.warnings)
        candidate = await self._labelled(repository, repository.candidate(found))
        pinned = repository.pinned(candidate.commit, candidate.version)
        if repository.tracking.moving:
            choice = Take(candidate, f"the rev {rev!r} moves: pinned to what its hash holds")
        elif self._names(repository, rev) != candidate.commit:
            choice = Take(candidate, f"{rev} does not hold the hash")
        elif _means(label, candidate.version):
            return Decision(repository.tracking, Stay(candidate), pinned, offer.warnings)
        else:
            choice = Take(candidate, f"the label {label} is false")
        return Decision(repository.tracking, repository.as_written(choice), pinned, offer.warnings)

    def _names(self, repository: Repository, rev: str) -> str:
        tags = (one.commit for one in repository.offer.candidates if one.ref == rev)
        return rev if choose.is_commit(rev) else next(tags, "")

    # --- verify ---

    async def verify(self, subject: Subject, offer: Offer) -> Outcome:
        """Fetch a source as it is pinned, and say which state holds.

        Raises:
            StageError: the source can be neither fetched nor found missing.
        """
        try:
            if subject.project.startswith("pypi:"):
                return await self._verify_release(subject, offer)
            return await self._verify_commit(subject, offer)
        except NotFound as error:
            return gone(subject, error)

    async def _verify_release(self, subject: Subject, offer: Offer) -> Outcome:
        offered = choose.releases(offer.candidates, None)
        version = choose.parse_version(subject.pin.version)
        candidate = next((one.candidate for one in offered if one.version == version), None)
        pinned = Pinned(rev="", version=subject.pin.version)
        if candidate is None:
            said = f"the index has no {subject.pin.version}"
            return _verdict(subject, "gone", said, pinned=pinned)
        fetch = subject.fetch(candidate, self.follower.hosts)
        if isinstance(fetch, NoFile):
            return _verdict(subject, "gone", fetch.reason, candidate, pinned)
        hashed = await self.follower.prefetcher.hash(fetch, "auto")
        if hashed.sri != parse_hash(subject.pin.hash, hashed.sri.algorithm):
            said = f"the index's file has {hashed.sri}"
            return _verdict(subject, "wrong hash", said, candidate, pinned)
        if candidate.yanked is not None:
            said = candidate.yanked or "no reason is given"
            return _verdict(subject, "yanked", said, candidate, pinned, hint="bump moves on")
        return _verdict(subject, "true", "", candidate, pinned)

    async def _verify_commit(self, subject: Subject, offer: Offer) -> Outcome:
        repository = self.follower.repository(subject, offer)
        moved = next((one.message for one in offer.warnings if one.code == "moved"), None)
        if moved is not None:
            return _verdict(subject, "gone", moved, hint="write the new owner and repo")
        commit = self._commit_now(repository)
        if commit is None:
            said = f"{subject.project} has neither a tag nor a branch {subject.pin.rev!r}"
            return _verdict(subject, "gone", said, hint="`updater identify` tells what it holds")
        hashed = await self._fetched(subject, commit)
        if hashed.sri != parse_hash(subject.pin.hash, hashed.sri.algorithm):
            return await self._untrue(repository, commit, hashed)
        candidate = await self._labelled(repository, repository.candidate(Identity(commit, None)))
        pinned = repository.pinned(candidate.commit, candidate.version)
        if not _means(subject.pin.version, candidate.version):
            said = f"the source is {candidate.version}"
            hint = "`updater pin` corrects the label"
            return _verdict(subject, "false version", said, candidate, pinned, hint=hint)
        verdict = _verdict(subject, "true", "", candidate, pinned)
        said = f"the rev {subject.pin.rev!r} moves: the pin is true until the branch moves on"
        moving = (PinWarning("moving-rev", said),) if repository.tracking.moving else ()
        return replace(verdict, tracking=repository.tracking, warnings=moving)

    def _commit_now(self, repository: Repository) -> str | None:
        rev, offer = repository.subject.pin.rev, repository.offer
        tagged = self._names(repository, rev)
        branch = offer.default_branch if rev == "HEAD" else rev
        return tagged or offer.branches.get(branch)

    async def _fetched(self, subject: Subject, commit: str) -> Hashed:
        label, rev = subject.pin.version or "0", subject.pin.rev
        fetch = subject.fetch(Candidate(label, ref=rev, commit=commit), self.follower.hosts)
        if isinstance(fetch, NoFile):
            raise HashError(fetch.reason)
        return await self.follower.prefetcher.hash(fetch, subject.policy.hash)

    async def _untrue(self, repository: Repository, commit: str, hashed: Hashed) -> Outcome:
        """Say why a source is not what its pin says: what does hold the hash decides."""
        subject = repository.subject
        rev = subject.pin.rev
        found = await repository.identify()
        candidate, pinned = None, repository.pinned()
        if isinstance(found, Identity):
            candidate = await self._labelled(repository, repository.candidate(found))
            pinned = Pinned(rev, candidate.commit, candidate.version)
            holds = f"the hash is that of {candidate.version}, commit {candidate.commit}"
        else:
            holds = f"no commit found that has the hash: {explained(found)}"
        hint = "`updater pin` writes what the hash holds" if candidate else "bump --to decides"
        if repository.tracking.moving:
            said = f"{rev!r} is at commit {commit} now; {holds}"
            return _verdict(subject, "drifted", said, candidate, pinned, hint=hint)
        if candidate is not None and not choose.is_commit(rev):
            said = f"the tag {rev} is at commit {commit} now; {holds}"
            return _verdict(subject, "tag moved", said, candidate, pinned, hint=hint)
        said = f"the source of {rev} has {hashed.sri}; {holds}"
        return _verdict(subject, "wrong hash", said, candidate, pinned, hint=hint)


def gone(subject: Subject, error: NotFound) -> Verdict:
    """Return the verdict on a source whose upstream or file is not there."""
    return _verdict(subject, "gone", error.message, hint=error.hint)


def explained(nothing: Nothing) -> str:
    """Say what a search saw, and what would explain that the hash is not there."""
    saw = f"searched {nothing.looked_at} different trees of all branches and tags"
    if nothing.ended_by:
        return f"{saw}, then reached {nothing.ended_by}"
    why = [
        "upstream rewrote its history",
        "the hash was made with submodules or changed by hand",
    ]
    if nothing.unreproducible:
        why.insert(0, f"{nothing.unreproducible} commits have no one hash: {nothing.why}")
    return f"{saw}; would be explained by: {'; '.join(why)}"


def _means(label: str | None, version: str) -> bool:
    """Tell whether a label means a version; of ``X-unstable-DATE`` X counts."""
    return label is None or choose.parse_version(label) == choose.parse_version(version)


def _verdict(  # noqa: PLR0913 - the fields of a verdict
    subject: Subject,
    state: State,
    message: str,
    candidate: Candidate | None = None,
    pinned: Pinned | None = None,
    *,
    hint: str = "",
) -> Verdict:
    return Verdict(
        package=subject.package,
        candidate=candidate,
        pinned=pinned,
        state=state,
        message=message,
        hint=hint,
    )
