"""A call without a hash: nothing is downloaded, so what its source declares is asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.sources import bound_to_another, bound_to_tag, declared_otherwise
from updater.errors import UpstreamError
from updater.model import Take, Wait

if TYPE_CHECKING:
    from updater.choose.repository import PinnedRepository
    from updater.choose.subjects import Decision


async def as_declared(
    repository: PinnedRepository, decision: Decision, *, is_requested: bool
) -> Decision:
    """Return a decision whose label is what the source declares, where its tag says another.

    Only for a call without a hash: of all others the download tells it.

    Args:
        repository: the package, and what its repository offers.
        decision: what is decided by tags.
        is_requested: the user named the tag, so that nothing is held.
    """
    choice, subject = decision.choice, repository.subject
    if not (isinstance(choice, Take) and repository.checkout):
        return decision
    candidate, own = choice.candidate, choice.candidate
    if not any(tag.candidate.commit == candidate.commit for tag in repository.tags):
        return decision  # its label is made of what the source declares
    with suppress(UpstreamError):  # `verify` says it, too
        own = await repository.as_declared(candidate)
    if own.version == candidate.version or subject.package.version is None:
        return decision
    bound = bound_to_tag(subject, candidate)
    if bound and is_requested:
        return decision
    if bound:
        reason = bound_to_another(candidate, own.version, bound)
        return replace(decision, choice=Wait(reason, candidate=candidate))
    warnings = (*decision.warnings, declared_otherwise(own.version, candidate))
    return replace(decision, choice=replace(choice, candidate=own), warnings=warnings)
