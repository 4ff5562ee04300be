"""REST as code hosts speak it: JSON, and lists in pages that name the next one.

Source: RFC 8288, "Web Linking"; GitHub, GitLab and Gitea all page by its ``rel="next"``.
"""

from __future__ import annotations

import json
import re
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from updater.errors import BadAnswer
from updater.model import Candidate, Note
from updater.upstreams.intake import note_taken_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from updater.model import HttpResponse
    from updater.upstreams.base import Web

    Json = dict[str, Any]

_NEXT = re.compile(r'<([^>]*)>;\s*rel="?next"?')
# Lists come newest first: what stands further back is not what anybody waits for.
_MOST_PAGES = 20


async def read_object(url: str, web: Web) -> Json:
    """Return the JSON object at an address; one try, since it is only nice to have.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    answer = await web.get(url, accept="application/json", scheme="bearer", on=())
    found = _parsed(answer)
    if not isinstance(found, dict):
        raise BadAnswer(f"{url} answers with no JSON object", url=url)
    return found


async def read_list(
    url: str, web: Web, *, accept: str = "application/json", pages: int = _MOST_PAGES
) -> list[Json]:
    """Return the objects of a list, from so many pages.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    return [one async for page in read_pages(url, web, accept=accept, pages=pages) for one in page]


async def read_pages(
    url: str, web: Web, *, accept: str = "application/json", pages: int = _MOST_PAGES
) -> AsyncGenerator[list[Json]]:
    """Yield a list's pages, at most so many; none is asked for before it is wanted.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    for _ in range(pages):
        answer = await web.get(url, accept=accept, scheme="bearer")
        listed = _parsed(answer)
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise BadAnswer(f"{url} answers with no list of JSON objects", url=url)
        yield listed
        further = _NEXT.search(answer.headers.get("link", ""))
        if further is None:
            break
        url = further[1]


async def read_notes(
    url: str,
    web: Web,
    read: Callable[[Json], Note | None],
    *,
    accept: str = "application/json",
) -> AsyncGenerator[list[Note]]:
    """Yield the notes of a list of releases, a page at a time.

    Args:
        url: of the list.
        web: HTTP.
        read: makes a note of a release; None of one that has not come yet.
        accept: the form of the answer.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    async with aclosing(read_pages(url, web, accept=accept)) as pages:
        async for page in pages:
            made = (note for one in page if (note := read(one)) is not None)
            yield [note for note in map(note_taken_in, made) if note is not None]


def published_note(listed: Json) -> Note | None:
    """Return what a release tells in the form of GitHub, which Gitea shares; None for a draft."""
    tag = str(listed.get("tag_name", ""))
    if not tag or listed.get("draft"):
        return None
    return Note(tag, str(listed.get("html_url", "")), str(listed.get("body") or ""))


def published_release(listed: Json) -> Candidate | None:
    """Return a release in the form of GitHub, which Gitea shares; None for a draft.

    Neither tells its commit.
    """
    tag = str(listed.get("tag_name", ""))
    if not tag or listed.get("draft"):
        return None
    return Candidate(
        version=tag,
        ref=tag,
        published=date(listed.get("published_at")),
        prerelease=listed.get("prerelease") is True,
        url=str(listed.get("html_url", "")),
    )


def _parsed(answer: HttpResponse) -> object:
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise BadAnswer(f"{answer.url} answers with no JSON", url=answer.url) from error


def date(text: object) -> datetime | None:
    """Return a time as these APIs write it, None where there is none."""
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
