"""A call that names no ref: the default branch holds its commit, and must hold the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import Take, Wait

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision


async def within_default(repository: PinnedRepository, decision: Decision) -> Decision:
    """Return a decision that waits where Nix would not find the commit that it takes.

    Some versions of Nix look only in the default branch where a call names no ref. Where that does
    not hold the pinned commit either, the user has another one.

    Raises:
        UpstreamError: the history cannot be had.
    """
    choice, offer = decision.choice, repository.offer
    head = offer.branches.get(offer.default_branch, "")
    if not (isinstance(choice, Take) and head and repository.subject.is_in_default):
        return decision
    is_written = choice.candidate.ref and repository.subject.source.get("ref") is not None
    if is_written or await repository.holds(head, choice.candidate.commit):
        return decision
    if not await repository.holds(head, repository.checkout):
        return decision
    shown = choice.candidate.ref or choice.candidate.version
    reason = f"{shown}: {in_default_only(offer.default_branch)}"
    return replace(decision, choice=Wait(reason, candidate=choice.candidate))


def in_default_only(branch: str) -> str:
    """Say that the default branch does not hold a commit, and what to do."""
    return (
        f"the branch {branch} does not hold the commit, and some versions of Nix look only there: "
        "add its `ref`, or `allRefs = true`"
    )
