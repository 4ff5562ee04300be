"""Tags of a change: whether one moved, is a branch's name too, or another repository's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.versions import is_commit
from updater.errors import HashError
from updater.fetchers import address
from updater.kinds import FETCHERS, UPSTREAMS
from updater.model import NoFile
from updater.upstreams.base import ProjectQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.choose.run import Run
    from updater.choose.subjects import Subject
    from updater.model import Candidate, Fetch, Fetched, Project
    from updater.upstreams.base import Surroundings, Upstream


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
    offer = await subject.upstream.offer(ProjectQuestion(subject.project), around)
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
    if not await _is_branch(candidate.ref, subject.project, subject.upstream, around):
        return fetch
    return replace(fetch, values=values, url=address.unambiguous(fetch.url, candidate.ref))


async def further_unambiguous(
    subject: Subject, further: Sequence[Fetch], run: Run
) -> tuple[Fetch, ...]:
    """Write the tags of further sources so, each as its own repository has branches.

    Args:
        subject: whose sources they are.
        further: how they are fetched, in their order.
        run: what a look-up may use.

    Raises:
        UpstreamError: an upstream does not answer.
    """
    written: list[Fetch] = []
    for source, fetch in zip(subject.package.companions, further, strict=True):
        tag = _bare_tag(fetch.values)
        project = FETCHERS[source.fetcher].project(subject.package, source)
        claiming = (kind for kind in UPSTREAMS if kind.claims(project, run.config.hosts))
        upstream = next(claiming, None) if tag and not project.lists_releases else None
        if upstream is None or not await _is_branch(tag, project, upstream, run.surroundings):
            written.append(fetch)
            continue
        values = {name: _by_tag(name, text, tag) for name, text in fetch.values.items()}
        written.append(replace(fetch, values=values, url=address.unambiguous(fetch.url, tag)))
    return tuple(written)


async def _is_branch(name: str, project: Project, upstream: Upstream, around: Surroundings) -> bool:
    question = ProjectQuestion(project, branches=frozenset({name}))
    return name in (await upstream.offer(question, around)).branches


def _bare_tag(values: Mapping[str, str]) -> str:
    """Return the tag that a call names so that a branch may be meant, too; else empty."""
    for name, text in values.items():
        tag = address.parse(text).ref_name if name.startswith("url") else text
        if (name == "rev" or name.startswith("url")) and tag and not is_commit(tag):
            return tag if _by_tag(name, text, tag) != text and "refs/tags/" not in tag else ""
    return ""


def _by_tag(name: str, text: str, tag: str) -> str:
    if name == "rev":
        return f"refs/tags/{tag}" if text == tag else text
    return address.unambiguous(text, tag) if name.startswith("url") else text
