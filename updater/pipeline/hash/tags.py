"""Whether a tag still names the commit that it named when it was looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.errors import HashError, StageError
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from updater.choose.subjects import Subject
    from updater.model import Candidate
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
