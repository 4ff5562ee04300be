"""Tags of a change: whether one moved, is a branch's name too, or another repository's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import HashError, StageError
from updater.fetchers import address
from updater.model import NoFile
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from updater.choose.subjects import Subject
    from updater.model import Candidate, Fetched
    from updater.upstreams.base import Surroundings


async def refuse_moved(subject: Subject, candidate: Candidate, around: Surroundings) -> None:
    """Ask upstream again for the tag of a candidate, once its source has been hashed by that tag.

    Args:
        subject: whose source it is.
        candidate: the tag, and the commit that the look-up found it at.
        around: what a look-up may use.

    Raises:
        HashError: the tag names another commit, or none.
        UpstreamError: upstream does not answer.
    """
    offer = (await subject.upstream.look_up([ProjectQuestion(subject.project)], around))[
        subject.project
    ]
    if isinstance(offer, StageError):
        raise offer
    now = next((tag.commit for tag in offer.candidates if tag.ref == candidate.ref), None)
    if now != candidate.commit:
        where = f"is at {now} now" if now else "is gone now"
        raise HashError(
            f"the tag {candidate.ref} moved while its source was hashed: it was at commit "
            f"{candidate.commit}, and {where}",
            hint="run the command again; if it says the same, somebody moves the tag",
        )


async def unambiguous(
    subject: Subject, fetch: Fetched, candidate: Candidate, around: Surroundings
) -> Fetched:
    """Write a tag as ``refs/tags/...`` where upstream has a branch of the same name.

    Hosts refuse the archive of a name that means two things (GitHub with 300).

    Args:
        subject: whose source it is.
        fetch: how it gets the candidate.
        candidate: what is moved to.
        around: what a look-up may use.

    Raises:
        UpstreamError: upstream does not answer.
    """
    if isinstance(fetch, NoFile) or not candidate.ref:
        return fetch
    values = {name: _by_tag(name, text, candidate.ref) for name, text in fetch.values.items()}
    if values == fetch.values or candidate.is_branch is False:
        return fetch
    question = ProjectQuestion(subject.project, branches=frozenset({candidate.ref}))
    offer = (await subject.upstream.look_up([question], around))[subject.project]
    if isinstance(offer, StageError):
        raise offer
    if candidate.ref not in offer.branches:
        return fetch
    return replace(fetch, values=values, url=address.unambiguous(fetch.url, candidate.ref))


def _by_tag(name: str, text: str, tag: str) -> str:
    if name == "rev":
        return f"refs/tags/{tag}" if text == tag else text
    return address.unambiguous(text, tag) if name.startswith("url") else text
