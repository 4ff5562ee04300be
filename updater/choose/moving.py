"""A pin whose rev moves: it becomes what is newest, and never older than what its hash holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.choose.commits import choose_settled, unknown_source
from updater.choose.onward import Onward
from updater.errors import HashError
from updater.identify.questions import Identity
from updater.model import Candidate, Choice, PinWarning, Take, Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.choose.releases import Objection
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision
    from updater.model import Relation


class MovingPin(Struct, frozen=True):
    """One pin whose rev moves.

    Attributes:
        repository: the package, and what its repository offers.
        unhashed: why its hash says nothing of what it holds; empty where it does.
    """

    repository: PinnedRepository
    unhashed: str

    @property
    def holds_nothing(self) -> bool:
        """Whether nobody can know what it holds."""
        subject = self.repository.subject
        return bool(self.unhashed) or not (subject.pin.hash or subject.checkout)

    async def settle(self, newest_tag: Callable[[Objection], Choice]) -> Decision:
        """Decide what it becomes: the newest tag, or the commit that it holds.

        Args:
            newest_tag: chooses among the tags as if nothing were pinned.

        Raises:
            UpstreamError: the history cannot be had.
        """
        repository = self.repository
        if self.holds_nothing:
            choice = await Onward(repository, "").choose(newest_tag)
            if isinstance(choice, Take):
                choice = replace(choice, reason=repository.replacing("the tag"))
            return repository.decision(choice)
        held = await self.held_commit()
        if isinstance(held, Wait):
            return repository.decision(held)
        onward = Onward(repository, held.commit)
        choice = await onward.choose(newest_tag)
        newest = choice.candidate
        async with repository.commits() as commits:
            relation: Relation = "unknown"
            if newest is not None:
                relation = await commits.relation(held.commit, newest.commit)
            if not held.version:
                held = await repository.labelled(held, commits)
        settled = choose_settled(repository.moving_name, held, newest, relation)
        if isinstance(choice, Wait) and settled.candidate is newest:
            settled = choice
        elif isinstance(choice, Wait):
            passed_over = (PinWarning("newer-held", choice.reason), *choice.warnings)
            settled = replace(settled, warnings=(*settled.warnings, *passed_over))
        else:
            settled = replace(settled, warnings=(*settled.warnings, *choice.warnings))
        return repository.decision(settled, held)

    async def held_commit(self) -> Candidate | Wait:
        """Return the commit that the pinned hash holds, as its tag where one names it."""
        repository = self.repository
        try:
            identification = await repository.hash.find_commit()
        except HashError as error:
            return unknown_source(error.message, repository.named_branch)
        if isinstance(identification, Identity):
            return repository.candidate(identification.commit)
        if identification.brief is not None:
            return Wait(identification.explained)
        return unknown_source(identification.explained)
