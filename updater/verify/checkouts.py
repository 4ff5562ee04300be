"""Whether Nix finds the commit of a call without a hash: upstream has it, and its ref holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.within import OTHER_REF, in_default_only, not_in_branch

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.model import State


class Misplaced(Struct, frozen=True):
    """Why Nix does not find a commit, or not always.

    Attributes:
        state: of the pin.
        message: what is wrong.
        hint: what to do.
        is_unknown: upstream does not have the commit at all.
    """

    state: State
    message: str
    hint: str = ""
    is_unknown: bool = False


async def misplaced(repository: PinnedRepository) -> Misplaced | None:
    """Return what is wrong with a checkout's commit and ref; None where Nix finds the commit.

    Of a call without a ref the default branch is asked for; some versions of Nix look only there,
    which is a warning: its state is ``true``.

    Raises:
        UpstreamError: the history cannot be had.
    """
    subject, offer, commit = repository.subject, repository.offer, repository.checkout
    rev, branch, project = subject.pin.rev, subject.branch, subject.project
    if rev not in (subject.checkout, commit):
        return _other_tag(repository)
    if branch and branch not in offer.branches:
        message = f"{project} has no branch {branch!r}, in which its ref says that the commit is"
        return Misplaced("gone", message, OTHER_REF)
    head = branch or (offer.default_branch if subject.is_in_default else "")
    if head and await repository.holds(offer.branches.get(head, ""), commit):
        return None
    identifier, is_large = repository.run.identifier(), offer.is_large
    if await identifier.whole_id(offer.repository, commit, is_large=is_large) != commit:
        return Misplaced("gone", f"{project} has no commit {commit}", is_unknown=True)
    if branch:
        return Misplaced("gone", not_in_branch(branch, commit), OTHER_REF)
    return Misplaced("true", in_default_only(head)) if head else None


def _other_tag(repository: PinnedRepository) -> Misplaced | None:
    """Return what is wrong with the tag that a call names; None where its commit is the call's."""
    tag, commit = repository.subject.pin.rev, repository.checkout
    if not repository.named:
        return Misplaced("gone", f"{repository.subject.project} has no tag {tag!r}", OTHER_REF)
    if repository.named == commit:
        return None
    message = f"tag {tag} is commit {repository.named} now, but its rev is {commit}"
    return Misplaced("tag moved", message, "`updater bump` moves both")
