"""REST as code hosts speak it: JSON, and lists in pages that name the next one.

Source: RFC 8288, "Web Linking"; GitHub, GitLab and Gitea all page by its ``rel="next"``.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from updater.errors import NotFound, ServerFailed, Unreachable
from updater.model import Candidate, Distribution, Note, Sri, TagFacts, moments
from updater.upstreams.answers import Size, read_answer
from updater.upstreams.intake import note_taken_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from updater.upstreams.base import Web

T = TypeVar("T")

_JSON = "application/json"
_NEXT = re.compile(r'<([^<>]*)>;[ \t]*rel="?next"?')
_LONGEST_LINK = 8192
# Lists come newest first: what stands further back is not what anybody waits for.
_MOST_PAGES = 20


class ListedRelease(Struct, frozen=True):
    """A release in the form of GitHub, which Gitea shares."""

    tag_name: str = ""
    draft: bool | None = False
    prerelease: bool | None = False
    html_url: str | None = ""
    published_at: str | None = None
    body: str | None = ""

    @property
    def note(self) -> Note | None:
        """What it tells; None for a draft."""
        if not self.tag_name or self.draft:
            return None
        published = moments.from_iso(self.published_at)
        return Note(self.tag_name, self.html_url or "", self.body or "", published)

    @property
    def candidate(self) -> Candidate | None:
        """The release itself, whose commit it does not tell; None for a draft."""
        if not self.tag_name or self.draft:
            return None
        return Candidate(
            version=self.tag_name,
            ref=self.tag_name,
            published=moments.from_iso(self.published_at),
            prerelease=self.prerelease is True,
            url=self.html_url or "",
        )


class _Asset(Struct, frozen=True):
    """A file of a release. GitHub alone tells its digest."""

    name: str
    browser_download_url: str
    size: Size | None = None
    digest: str | None = None
    state: str = "uploaded"


class _Assets(Struct, frozen=True):
    assets: list[_Asset]


async def read_assets(url: str, web: Web) -> tuple[Distribution, ...]:
    """Return the files that were uploaded for a release; none for a tag without one.

    Source: GitHub docs, REST API, "Get a release by tag name", which Gitea shares.

    Args:
        url: of the release.
        web: HTTP.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    try:
        answer = await web.get(url, accept=_JSON, scheme="bearer")
    except NotFound:
        return ()
    release = await read_answer(answer, _Assets)
    return tuple(
        Distribution(asset.name, asset.browser_download_url, _sri(asset.digest), asset.size, None)
        for asset in release.assets
        if asset.state == "uploaded"
    )


def _sri(digest: str | None) -> Sri | None:
    algorithm, _, digits = (digest or "").partition(":")
    try:
        return Sri("sha256", bytes.fromhex(digits)) if algorithm == "sha256" else None
    except ValueError:
        return None


async def read_tag_facts(
    url: str, web: Web, shape: type[T], read: Callable[[T], Candidate | None]
) -> TagFacts:
    """Return what the release of a tag says; of a tag without one, nothing.

    Args:
        url: of the release.
        web: HTTP.
        shape: of a release.
        read: makes a candidate of a release; None of one that has not come yet.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    try:
        # Where the limit is used up, a wait would be for what a run can do without.
        answer = await web.get(url, accept=_JSON, scheme="bearer", on=(ServerFailed, Unreachable))
        release = read(await read_answer(answer, shape))
    except NotFound:
        return TagFacts()
    return TagFacts(release.prerelease, release.published) if release is not None else TagFacts()


async def read_object(url: str, web: Web, shape: type[T]) -> T:
    """Return the JSON object at an address; one try, since it is only nice to have.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    answer = await web.get(url, accept=_JSON, scheme="bearer", on=())
    return await read_answer(answer, shape)


async def read_list(
    url: str, web: Web, shape: type[T], *, accept: str = _JSON, pages: int = _MOST_PAGES
) -> list[T]:
    """Return the records of a list, from so many pages.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    listed = read_pages(url, web, shape, accept=accept, pages=pages)
    return [item async for page in listed for item in page]


async def read_pages(
    url: str, web: Web, shape: type[T], *, accept: str = _JSON, pages: int = _MOST_PAGES
) -> AsyncGenerator[list[T]]:
    """Yield a list's pages, at most so many; none is asked for before it is wanted.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    for _ in range(pages):
        answer = await web.get(url, accept=accept, scheme="bearer")
        # The shape is known only here: mypy takes no variable for a type.
        listed: list[T] = await read_answer(answer, list[shape])  # type: ignore[valid-type]
        yield listed
        further = _NEXT.search(answer.headers.get("link", "")[:_LONGEST_LINK])
        if further is None:
            break
        url = further[1]


async def read_notes(
    url: str,
    web: Web,
    shape: type[T],
    read: Callable[[T], Note | None],
    *,
    accept: str = _JSON,
) -> AsyncGenerator[list[Note]]:
    """Yield the notes of a list of releases, a page at a time.

    Args:
        url: of the list.
        web: HTTP.
        shape: of a release.
        read: makes a note of a release; None of one that has not come yet.
        accept: the form of the answer.

    Raises:
        UpstreamError: it cannot be asked, or answers with something else.
    """
    async with aclosing(read_pages(url, web, shape, accept=accept)) as pages:
        async for page in pages:
            made = (note for item in page if (note := read(item)) is not None)
            yield [note for note in map(note_taken_in, made) if note is not None]
