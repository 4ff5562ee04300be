"""Whether a version that was proposed earlier may still be taken, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.releases import refusals
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.choose.tracking import choose_tracking, expected_tracking
from updater.choose.versions import is_commit
from updater.model import Candidate, Held
from updater.model.labels import is_unstable, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.choose.lookup import Offers
    from updater.choose.subjects import Subject
    from updater.model import Offer, Package, Tracking
    from updater.pipeline.deciding import Decider


class ProposedVersion(Struct, frozen=True):
    """What an open pull request proposes for a package.

    Attributes:
        source: the commit, or a hash where there is none.
    """

    package: Package
    version: str
    source: str


async def objections(deciding: Decider, proposed: Sequence[ProposedVersion]) -> list[str]:
    """Say of each why it may not be taken any more; nothing where it may, or nobody can tell."""
    by_identity = {own.package.identity: own for own in proposed}
    subjects = await deciding.subjects([own.package for own in proposed])

    async def objection(subject: Subject, offers: Offers) -> str:
        own = by_identity[subject.package.identity]
        return next(_objections(own, subject, offers), "")

    answers = await deciding.inspect("choose", subjects, objection)
    return [
        answer if isinstance(answer, str) else _held(own.package, answer, deciding)
        for own, answer in zip(proposed, answers, strict=True)
    ]


def _held(package: Package, outcome: object, deciding: Decider) -> str:
    hold = deciding.run.config.policy(package).hold
    return f"`hold:` says: {hold}" if hold and isinstance(outcome, Held) else ""


def _objections(own: ProposedVersion, subject: Subject, offers: Offers) -> Iterator[str]:
    yield from refusals(Candidate(own.version), subject.policy)
    offer = offers.usable
    if _tracking(subject, offer).kind in {"commit", "branch"} or is_unstable(own.version):
        return  # of a history's commits none is withdrawn
    by_commit = is_commit(own.source)
    there = [
        candidate
        for candidate in offer.candidates
        if (candidate.commit == own.source if by_commit else _is_of(candidate, own.version))
    ]
    if not there and by_commit:
        yield _moved(own, offer)
    elif not there and offer.candidates:
        yield f"upstream has no {own.version} any more"
    elif there and all(candidate.yanked is not None for candidate in there):
        yield f"{own.version} is yanked: {there[0].yanked}"
    yield from _on_index(own.version, offers.of_index(subject.project))


def _tracking(subject: Subject, offer: Offer) -> Tracking:
    """Say what a pin follows, by what its upstream has: a commit may be that of a tag."""
    pin, policy = subject.pin, subject.policy
    if subject.project.lists_releases:
        return expected_tracking(pin, policy, subject.project)
    form = tag_form(pin, policy, offer, subject.names)
    return choose_tracking(pin, policy, offer, Versions(offer.candidates, form))


def _moved(own: ProposedVersion, offer: Offer) -> str:
    old = own.source[:12]
    for candidate in offer.candidates:
        if candidate.commit and _is_of(candidate, own.version):
            return f"tag {candidate.ref} names {candidate.commit[:12]} by now, and {old} no more"
    return f"no tag of upstream names {old} any more, which was {own.version}"


def _on_index(version: str, offer: Offer | None) -> Iterator[str]:
    for candidate in offer.candidates if offer is not None else ():
        if candidate.yanked is not None and _is_of(candidate, version):
            yield f"{version} is yanked: {candidate.yanked}"


def _is_of(candidate: Candidate, version: str) -> bool:
    parsed = parse_version(version)
    return candidate.version == version or (
        parsed is not None and parse_version(candidate.version) == parsed
    )
