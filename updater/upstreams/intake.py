"""Where what upstreams wrote comes in: prose loses its control characters, names are left alone.

A tag, a version, a file or an address that has a control character is nothing that may be taken:
no overlay could name it, and without the character it would be another one's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import BadAnswer
from updater.model import Candidate, CommitFacts, Distribution, Note, Offer, PinWarning
from updater.text import is_printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.upstreams.base import OfferOrError


def taken_in(offer: OfferOrError) -> OfferOrError:
    """Return an offer, or what went wrong, as it may be shown."""
    if not isinstance(offer, Offer):
        return offer  # an exception sees to its own words
    if not is_printable(offer.repository):
        return BadAnswer(f"{offer.project} names an address that is none: {offer.repository}")
    return replace(
        offer,
        candidates=_candidates(offer.candidates),
        branches={name: head for name, head in offer.branches.items() if is_printable(name + head)},
        default_branch=offer.default_branch if is_printable(offer.default_branch) else "",
        releases=_candidates(offer.releases) if offer.releases is not None else None,
        known=_facts(offer.known),
        warnings=tuple(PinWarning(one.code, printable(one.message)) for one in offer.warnings),
    )


def note_taken_in(note: Note) -> Note | None:
    """Return a release's notes as they may be shown; None where they are of no tag."""
    if not is_printable(note.tag):
        return None
    return Note(note.tag, _page(note.url), printable(note.text))


def _facts(known: CommitFacts) -> CommitFacts:
    return CommitFacts(
        {commit: date for commit, date in known.dates.items() if is_printable(commit)},
        {both: said for both, said in known.relations.items() if is_printable("".join(both))},
        {commit: files for commit, files in known.files.items() if is_printable(commit)},
    )


def _candidates(offered: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(one for one in map(_candidate, offered) if one is not None)


def _candidate(candidate: Candidate) -> Candidate | None:
    names = candidate.version + candidate.ref + candidate.commit
    has_more = candidate.distributions or candidate.requires_python or candidate.yanked is not None
    if not has_more and (names + candidate.url).isprintable():
        return candidate  # as nearly all are, and a repository may have thousands
    if not is_printable(names):
        return None
    files = tuple(one for one in map(_distribution, candidate.distributions) if one is not None)
    if candidate.distributions and not files:
        return None
    return replace(
        candidate,
        yanked=printable(candidate.yanked) if candidate.yanked is not None else None,
        url=_page(candidate.url),
        distributions=files,
        requires_python=tuple(map(_specifier, candidate.requires_python)),
    )


def _distribution(file: Distribution) -> Distribution | None:
    if not is_printable(file.filename + file.url):
        return None
    return replace(file, requires_python=_specifier(file.requires_python))


def _specifier(text: str | None) -> str | None:
    return printable(text) if text is not None else None


def _page(url: str) -> str:
    """Return a page for people, or nothing: what is no address is no page."""
    return url if is_printable(url) else ""
