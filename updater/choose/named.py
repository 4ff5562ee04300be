"""What ``--to`` names: a version, a tag, a branch or a commit; also an older one, because asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.tags import Versions
from updater.choose.versions import is_commit
from updater.errors import StageError
from updater.model import Candidate, Offer, PinWarning, Take
from updater.model.labels import parse_version

if TYPE_CHECKING:
    from updater.choose.tag_forms import TagForm


def choose_named(to: str, offer: Offer, form: TagForm | None, wider: TagForm | None) -> Take | None:
    """Return the candidate that a text names, None where upstream has none.

    Args:
        to: a version, tag, branch or full commit id.
        offer: what upstream has.
        form: the form of the pin's tags; None for an index.
        wider: any form of version tag: a tag that is named in full need not have the pin's.
    """
    offered = Versions(offer.candidates, form).every
    version = parse_version(to)
    for candidate in (
        *(
            release.candidate
            for release in offered
            if to in (release.candidate.version, release.candidate.ref)
        ),
        *(
            release.candidate
            for release in offered
            if version is not None and release.version == version
        ),
        *_tagged(to, offer, wider),
    ):
        return Take(candidate, warnings=_warned(candidate))
    if to in offer.branches:
        return Take(Candidate(version="", commit=offer.branches[to]))
    if is_commit(to) and form is not None:
        return Take(Candidate(version="", commit=to))
    return None


def require_named(to: str, offer: Offer, form: TagForm | None, wider: TagForm | None) -> Take:
    """Return the candidate that a text names; the arguments are those of `choose_named`.

    Raises:
        StageError: upstream has nothing of that name.
    """
    choice = choose_named(to, offer, form, wider)
    if choice is None:
        written = form.written.tag(to) if form is not None and form.written is not None else None
        shown = f"{to!r}, and no tag {written!r}" if written not in (None, to) else repr(to)
        releases = Versions(offer.candidates, form).releases
        newest = ", ".join(release.candidate.version for release in releases[:5]) or "none"
        raise StageError(
            f"upstream has no version, tag, branch or full commit {shown}",
            hint=f"its newest versions: {newest}",
        )
    return choice


def _tagged(to: str, offer: Offer, wider: TagForm | None) -> list[Candidate]:
    """Return the tag of exactly this name, without a version where its name shows none."""
    return [
        replace(candidate, version=(wider.version(to) if wider is not None else None) or "")
        for candidate in offer.candidates
        if candidate.ref and candidate.ref == to
    ]


def _warned(candidate: Candidate) -> tuple[PinWarning, ...]:
    if candidate.yanked is None:
        return ()
    reason = f"{candidate.version} is yanked: {candidate.yanked}"
    return (PinWarning("yanked", reason),)
