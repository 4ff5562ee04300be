"""Where what upstreams wrote comes in: prose loses its control characters, names are left alone.

A tag, a version, a file or an address that has a control character is nothing that may be taken:
no overlay could name it, and without the character it would be another one's name. The same holds
for one that is no text at all, or as long as no name is, and for a commit that is no object's id:
it becomes a word of git's commands.

Files and releases that are made on demand were looked at where they were packed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import BadAnswer
from updater.model import (
    Candidate,
    CandidatesOnDemand,
    CommitFacts,
    Distribution,
    Note,
    Offer,
    PinWarning,
)
from updater.text import is_printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.upstreams.base import OfferOrError


_LONGEST = 4096  # characters of a name, or of an address
_COMMIT = re.compile(r"[0-9a-f]{40}")


def taken_in(offer: OfferOrError) -> OfferOrError:
    """Return an offer, or what went wrong, as it may be shown."""
    if not isinstance(offer, Offer):
        return offer  # an exception sees to its own words
    if not _is_name(offer.repository):
        return BadAnswer(f"{offer.project} names an invalid address: {offer.repository}")
    return replace(
        offer,
        candidates=(
            offer.candidates
            if isinstance(offer.candidates, CandidatesOnDemand)
            else _candidates(offer.candidates)
        ),
        branches={
            name: head
            for name, head in offer.branches.items()
            if _is_name(name) and _is_commit(head)
        },
        default_branch=offer.default_branch if _is_name(offer.default_branch) else "",
        releases=_candidates(offer.releases) if offer.releases is not None else None,
        facts=_facts(offer.facts),
        warnings=tuple(
            PinWarning(warning.code, printable(warning.message)) for warning in offer.warnings
        ),
    )


def files_taken_in(files: Iterable[Distribution]) -> tuple[Distribution, ...]:
    """Return the files of a release that may be shown and taken."""
    return tuple(file for file in map(_distribution, files) if file is not None)


def note_taken_in(note: Note) -> Note | None:
    """Return a release's notes as they may be shown; None where they are of no tag."""
    if not _is_name(note.tag):
        return None
    return Note(note.tag, _page(note.url), printable(note.text), note.published)


def _facts(facts: CommitFacts) -> CommitFacts:
    return CommitFacts(
        {commit: date for commit, date in facts.dates.items() if is_printable(commit)},
        {
            both: relation
            for both, relation in facts.relations.items()
            if is_printable("".join(both))
        },
        {commit: files for commit, files in facts.files.items() if is_printable(commit)},
        {
            tag: commit
            for tag, commit in facts.tag_objects.items()
            if _is_commit(tag) and _is_commit(commit)
        },
        facts.tags,
    )


def _candidates(offered: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in map(_candidate, offered) if candidate is not None)


def _candidate(candidate: Candidate) -> Candidate | None:
    names = candidate.version + candidate.ref + candidate.commit
    listed = candidate.distributions if isinstance(candidate.distributions, tuple) else ()
    has_more = listed or candidate.requires_python or candidate.yanked is not None
    if candidate.commit and not _is_commit(candidate.commit):
        return None
    if not has_more and len(names) <= _LONGEST and (names + candidate.url).isprintable():
        return candidate  # as nearly all are, and a repository may have thousands
    if not _is_name(names):
        return None
    files: Sequence[Distribution] = candidate.distributions
    if listed:
        files = files_taken_in(listed)
        if not files:
            return None
    return replace(
        candidate,
        yanked=printable(candidate.yanked) if candidate.yanked is not None else None,
        url=_page(candidate.url),
        distributions=files,
        requires_python=tuple(map(_specifier, candidate.requires_python)),
    )


def _distribution(file: Distribution) -> Distribution | None:
    if not _is_name(file.filename) or not _is_name(file.url):
        return None
    return replace(file, requires_python=_specifier(file.requires_python))


def _specifier(text: str | None) -> str | None:
    return printable(text) if text is not None else None


def _page(url: str) -> str:
    """Return a page for people, or nothing: what is no address is no page."""
    return url if _is_name(url) else ""


def _is_name(text: str) -> bool:
    """Tell whether text can stand in a file, an address and a command."""
    return len(text) <= _LONGEST and is_printable(text) and (text.isascii() or _is_utf8(text))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_commit(text: str) -> bool:
    return _COMMIT.fullmatch(text) is not None
