"""A decision after which the next run decides nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.repository import PinnedRepository
from updater.model import Take

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from updater.choose.subjects import Decision


async def at_rest(
    repository: PinnedRepository,
    decision: Decision,
    decide: Callable[[PinnedRepository], Awaitable[Decision]],
) -> Decision:
    """Return a decision with what would be decided of the pin that it leads to.

    Another label for the pinned commit, and a head that a tag names, may be followed otherwise than
    what is pinned now.

    Args:
        repository: the package, and what its repository offers.
        decision: about what is pinned now.
        decide: decides about another pin of the same package.

    Raises:
        StageError: a fact that it needs cannot be had.
    """
    choice = decision.choice
    if not isinstance(choice, Take):
        return decision
    candidate = choice.candidate
    is_named = any(tag.candidate.commit == candidate.commit for tag in repository.versions.every)
    is_tagged_head = is_named and repository.tracking.kind == "commit"
    subject, rev = repository.subject, candidate.ref or candidate.commit
    # The tag may have moved away from what is pinned, and a moving rev becomes what its hash holds.
    is_pinned = candidate.commit in (repository.held, decision.pinned.commit)
    if not is_pinned and not is_tagged_head:
        return decision
    pin = replace(subject.pin, rev=rev, version=candidate.version, through_version=False)
    offer = replace(repository.offer, warnings=())
    onward = PinnedRepository(repository.run, replace(subject, pin=pin), offer)
    further = (await decide(onward)).choice
    if isinstance(further, Take) and further.candidate.commit != candidate.commit:
        moved = further
        if repository.tracking.moving and not further.reason:
            branch = repository.offer.default_branch
            what = "the tag" if candidate.ref else f"the newest commit of the branch `{branch}`"
            moved = replace(further, reason=repository.replacing(what))
        return replace(decision, choice=repository.as_written(moved))
    return decision
