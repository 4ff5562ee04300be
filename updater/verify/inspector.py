"""What a pin truly holds: the outcome of ``identify``, the decision of ``pin``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.change.base import Step, examine
from updater.audit.change.downgrade import KIND as DOWNGRADE
from updater.choose.commits import choice_of
from updater.choose.repository import PinnedRepository
from updater.choose.tracking import is_by_id
from updater.choose.versions import is_id
from updater.errors import StageError, UpstreamError
from updater.hashing.pointers import advice
from updater.identify.names import CHECK_OUT, depends_on_refs, was_named
from updater.identify.questions import Identity
from updater.model import (
    Candidate,
    Choice,
    Held,
    Identified,
    PinWarning,
    Skipped,
    Stay,
    Take,
    Wait,
)
from updater.model.labels import is_label_of, parse_version
from updater.model.sri import parse_hash
from updater.verify.checkouts import misplaced

if TYPE_CHECKING:
    from updater.choose.run import Run
    from updater.choose.subjects import Decision, Subject
    from updater.identify.questions import Identification
    from updater.identify.search import NothingFound
    from updater.model import Hashed, Offer, Outcome

_OTHER_REF = "write the ref that holds it"
CHOOSE_ONE = "Choose one with `updater bump --to VERSION`."
_REHASH = "`updater bump --rehash PKG` writes the hash that its source has now."


class Inspector(Struct, frozen=True):
    """Finds what one pin after the other holds; nothing is written here."""

    run: Run

    async def inspect(self, subject: Subject, offer: Offer) -> Outcome:
        """Return the commit that the pinned hash holds, or why nobody knows.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = PinnedRepository(self.run, subject, offer)
        if repository.hash.blocked:
            return Skipped(
                package=subject.package,
                tracking=repository.tracking,
                reason=repository.hash.untraceable,
            )
        identification = await self._identification(repository)
        if not isinstance(identification, Identity):
            return Held(
                package=subject.package,
                tracking=repository.tracking,
                pinned=repository.pinned(),
                reason=_unfound(repository, identification),
            )
        candidate = await labelled(repository, identification.commit)
        warnings = offer.warnings
        renewed = None
        with suppress(StageError):  # what it holds is known all the same
            renewed = await self._renewed(repository, identification, candidate)
        if renewed is not None:
            message = f"it has another hash now: {was_named(identification.named_branch or '')}"
            warnings += (PinWarning("ref-names", f"{message}; `updater pin` writes that"),)
        message = advice(identification.pointers, subject.source.fetcher)
        warnings += (PinWarning("lfs-pointers", message),) if message else ()
        return Identified(
            package=subject.package,
            tracking=repository.tracking,
            pinned=repository.pinned(candidate.commit, candidate.version),
            candidate=candidate,
            warnings=warnings,
            evidence=repository.hash.evidence,
            looked_at=None if identification.from_cache else identification.looked_at,
        )

    async def pin(self, subject: Subject, offer: Offer) -> Decision:
        """Decide what a pin must say so that it says what its hash holds.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = PinnedRepository(self.run, subject, offer)

        def decided(choice: Choice, held: Candidate | None = None) -> Decision:
            warnings = offer.warnings
            if isinstance(choice, Take):
                label = subject.pin.version
                step = Step(None, choice.candidate, self.run.now, label=label)
                warnings += examine(step, (DOWNGRADE,))
            return repository.decision(repository.as_written(choice), held, warnings)

        if repository.hash.blocked:
            reason, moves = repository.hash.untraceable, repository.tracking.moving
            advice = choice_of(CHOOSE_ONE, repository.named_branch)
            return decided(Wait(f"{reason}. {advice}" if moves else reason))
        if repository.checkout:
            return decided(*await self._checkout(repository))
        identification = await self._identification(repository)
        choice, candidate = await self._chosen(repository, identification)
        is_kept = isinstance(identification, Identity) and identification.from_cache
        # What is written is hashed in this run, whatever the cache says.
        if (
            is_kept
            and isinstance(choice, Take)
            and not await repository.hash.still_belongs_to(choice.candidate.commit)
        ):
            identification = await self._identification(repository, anew=True)
            choice, candidate = await self._chosen(repository, identification)
        if not isinstance(identification, Identity) or candidate is None:
            return decided(choice, candidate)
        renewed = await self._renewed(repository, identification, candidate)
        if renewed is None:
            return decided(choice, candidate)
        problem = depends_on_refs(renewed)
        if problem:
            return decided(Wait(problem), candidate)
        if not isinstance(choice, Take):
            choice = Take(candidate, was_named(identification.named_branch or ""))
        return replace(decided(choice, candidate), renewed=renewed.sri)

    async def _checkout(self, repository: PinnedRepository) -> tuple[Choice, Candidate | None]:
        """Return what becomes of a pin without a hash, whose ref must hold its commit."""
        problem = await misplaced(repository)
        if problem is not None and problem.is_unknown:
            return Wait(f"{problem.message}. {CHOOSE_ONE}"), None
        choice, candidate = await self._chosen(repository, await repository.hash.find_commit())
        if problem is None or problem.state == "true" or candidate is None:
            return choice, candidate
        if candidate.ref:
            return Take(candidate, problem.message), candidate
        return Wait(f"{problem.message}: {_OTHER_REF}"), candidate

    @staticmethod
    async def _identification(
        repository: PinnedRepository, *, anew: bool = False
    ) -> Identification:
        """Return which commit has the hash: the rev's own, too, if its archive has it now.

        Of an archive whose text depends on more than its commit, only that itself tells.
        """
        found = await repository.hash.find_commit(anew=anew)
        if isinstance(found, Identity) or not found.unreproducible:
            return found
        for commit in repository.named_now[:1]:
            with suppress(StageError):  # then nothing is known, as before
                source = await repository.hash.now(commit)
                if source.sri == parse_hash(repository.subject.pin.hash, source.sri.algorithm):
                    is_named = commit == repository.named
                    return Identity(commit, found.looked_at, from_cache=False, is_named=is_named)
        return found

    @staticmethod
    async def _renewed(
        repository: PinnedRepository, identity: Identity, candidate: Candidate
    ) -> Hashed | None:
        """Return what a source has now whose text depends on refs; None where the hash stays.

        Raises:
            StageError: it cannot be had.
        """
        if identity.named_branch is None:
            return None
        source = await repository.hash.now(candidate.commit)
        pinned = parse_hash(repository.subject.pin.hash, source.sri.algorithm)
        return source if source.sri != pinned else None

    async def _chosen(
        self, repository: PinnedRepository, identification: Identification
    ) -> tuple[Choice, Candidate | None]:
        """Return what becomes of a pin, and the commit that its hash holds."""
        if not isinstance(identification, Identity):
            return Wait(_unfound(repository, identification)), None
        # A rev whose commit has the hash stays, also where another commit has the same tree.
        candidate = await labelled(
            repository, repository.named if identification.is_named else identification.commit
        )
        if candidate.ref:
            with suppress(UpstreamError):
                candidate = await repository.as_declared(candidate)
        return self._choice(repository, candidate, is_named=identification.is_named), candidate

    def _choice(
        self, repository: PinnedRepository, candidate: Candidate, *, is_named: bool
    ) -> Choice:
        rev, label = repository.subject.pin.rev, repository.subject.pin.version
        if repository.tracking.moving:
            what = "tag" if candidate.ref else "commit"
            return Take(candidate, repository.replacing(f"the {what} that the hash belongs to"))
        if not is_named:
            why = (
                f"the hash does not belong to {rev}"
                if repository.named
                else f"there is no {rev} now"
            )
            return Take(candidate, why)
        if is_label(label, candidate):
            if repository.is_tag_object:
                return Take(candidate, "its rev is the id of a tag's own object, not of a commit")
            is_own = is_label_of(label, candidate.version, tagged=bool(candidate.ref))
            return Stay(candidate if is_own else replace(candidate, version=label))
        return Take(candidate, f"the version {label} is wrong")


def _unfound(repository: PinnedRepository, nothing: NothingFound) -> str:
    """Say that no commit has a hash, and what to do."""
    if nothing.is_of_time:
        return f"{nothing.explained}. {CHECK_OUT}."
    is_renewable = nothing.is_of_refs and repository.named
    return f"{nothing.explained}. {_REHASH if is_renewable else CHOOSE_ONE}"


async def labelled(repository: PinnedRepository, commit: str) -> Candidate:
    """Return a commit as its tag, or as itself with its date and the version that it declares."""
    candidate = repository.candidate(commit)
    if is_by_id(repository.subject.pin, repository.tracking):
        return replace(candidate, version=commit, ref="")
    if candidate.version:
        return candidate
    async with repository.commits() as commits:
        return await repository.labelled(candidate, commits)


def is_label(label: str | None, candidate: Candidate) -> bool:
    """Tell whether a label is a candidate's: its version, its commit, or its tag as written."""
    if label and is_id(label) and candidate.commit.startswith(label):
        return True
    if label is not None and label == candidate.ref and parse_version(label) is None:
        return True
    return is_label_of(label, candidate.version, tagged=bool(candidate.ref))
