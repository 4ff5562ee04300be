"""What a pin truly holds: the outcome of ``identify``, the decision of ``pin``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.commits import replacing
from updater.choose.repository import PinnedRepository
from updater.identify.questions import Identity
from updater.model import Candidate, Choice, Held, Identified, Skipped, Stay, Take, Wait
from updater.model.labels import same_version

if TYPE_CHECKING:
    from updater.choose.run import Run
    from updater.choose.subjects import Decision, Subject
    from updater.identify.questions import Identification
    from updater.model import Offer, Outcome

CHOOSE_ONE = "Choose one with `updater bump --to VERSION`."


class Inspector(Struct, frozen=True):
    """Finds what one pin after the other holds; nothing is written here."""

    run: Run

    async def inspect(self, subject: Subject, offer: Offer) -> Outcome:
        """Return the commit that the pinned hash holds, or why nobody knows.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = PinnedRepository(self.run, subject, offer)
        if repository.blocked:
            return Skipped(
                package=subject.package,
                tracking=repository.tracking,
                reason=f"no commit's archive has its hash: {repository.blocked}",
            )
        identification = await repository.find_commit()
        if not isinstance(identification, Identity):
            return Held(
                package=subject.package,
                tracking=repository.tracking,
                pinned=repository.pinned(),
                reason=f"{identification.explained}. {CHOOSE_ONE}",
            )
        candidate = await labelled(repository, identification.commit)
        return Identified(
            package=subject.package,
            tracking=repository.tracking,
            pinned=repository.pinned(candidate.commit, candidate.version),
            candidate=candidate,
            warnings=offer.warnings,
            evidence=repository.evidence,
            looked_at=None if identification.from_cache else identification.looked_at,
        )

    async def pin(self, subject: Subject, offer: Offer) -> Decision:
        """Decide what a pin must say so that it says what its hash holds.

        Raises:
            StageError: the repository or the hash cannot be used.
        """
        repository = PinnedRepository(self.run, subject, offer)

        def decided(choice: Choice, held: Candidate | None = None) -> Decision:
            return repository.decision(repository.as_written(choice), held, offer.warnings)

        if repository.blocked:
            reason = f"no commit's archive has its hash: {repository.blocked}. {CHOOSE_ONE}"
            return decided(Wait(reason))
        identification = await repository.find_commit()
        choice, candidate = await self._chosen(repository, identification)
        is_kept = isinstance(identification, Identity) and identification.from_cache
        # What is written is hashed in this run, whatever the cache says.
        if (
            is_kept
            and isinstance(choice, Take)
            and not await repository.still_holds(choice.candidate.commit)
        ):
            anew = await repository.find_commit(anew=True)
            choice, candidate = await self._chosen(repository, anew)
        return decided(choice, candidate)

    async def _chosen(
        self, repository: PinnedRepository, identification: Identification
    ) -> tuple[Choice, Candidate | None]:
        """Return what becomes of a pin, and the commit that its hash holds."""
        if not isinstance(identification, Identity):
            return Wait(f"{identification.explained}. {CHOOSE_ONE}"), None
        # A rev whose commit has the hash stays, also where another commit has the same tree.
        candidate = await labelled(
            repository, repository.named if identification.is_named else identification.commit
        )
        return self._choice(repository, candidate, is_named=identification.is_named), candidate

    def _choice(
        self, repository: PinnedRepository, candidate: Candidate, *, is_named: bool
    ) -> Choice:
        rev, label = repository.subject.pin.rev, repository.subject.pin.version
        if repository.tracking.moving:
            what = "tag" if candidate.ref else "commit"
            return Take(candidate, replacing(rev, f"the {what} that the hash belongs to"))
        if not is_named:
            why = f"{rev} does not hold the hash" if repository.named else f"there is no {rev} now"
            return Take(candidate, why)
        if means(label, candidate.version):
            return Stay(candidate)
        return Take(candidate, f"the version {label} is wrong")


async def labelled(repository: PinnedRepository, commit: str) -> Candidate:
    """Return a commit as its tag, or as itself with its date and the version that it declares."""
    candidate = repository.candidate(commit)
    if candidate.version:
        return candidate
    async with repository.commits() as commits:
        return await commits.labelled(candidate, repository.tags, repository.subject.modules)


def means(label: str | None, version: str) -> bool:
    """Tell whether a label means a version; of ``X-unstable-DATE`` X counts."""
    return label is None or same_version(label, version)
