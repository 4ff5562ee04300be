"""Where Nix looks for the commit of a call without a hash: its ref must hold it, and the next one.

Of a call that names no ref, that is the default branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import Stay, Take, Wait

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision

OTHER_REF = "write the ref that holds the commit"
"""What to do where a ref does not hold it."""


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


async def within_branch(repository: PinnedRepository, decision: Decision) -> Decision:
    """Return a decision that waits where the branch that a call names lacks the commit that stays.

    Raises:
        UpstreamError: the history cannot be had.
    """
    branch, commit = repository.subject.branch, repository.checkout
    if not (isinstance(decision.choice, Stay) and branch and commit):
        return decision
    if await repository.holds(repository.offer.branches.get(branch, ""), commit):
        return decision
    candidate = decision.choice.candidate or repository.present
    reason, warnings = f"{not_in_branch(branch, commit)}: {OTHER_REF}", decision.choice.warnings
    return replace(decision, choice=Wait(reason, candidate=candidate, warnings=warnings))


def not_in_branch(branch: str, commit: str) -> str:
    """Say that a branch does not hold a commit."""
    return f"the branch {branch} does not hold {commit}, so that Nix does not find it there"


def in_default_only(branch: str) -> str:
    """Say that the default branch does not hold a commit, and what to do."""
    return (
        f"the branch {branch} does not hold the commit, and some versions of Nix look only there: "
        "add its `ref`, or `allRefs = true`"
    )
