"""GitHub without GraphQL: refs by the git protocol, releases by REST.

Source: GitHub docs, "REST API endpoints for releases".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.upstreams.ls_refs import ls_refs, moved, offer, prefixes
from updater.upstreams.rest import ListedRelease, read_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.model import Candidate, Host, Offer
    from updater.upstreams.base import ProjectQuestion, Web

ACCEPT = "application/vnd.github+json"
"""The form of REST's answers that GitHub recommends."""


async def ask_by_git(question: ProjectQuestion, host: Host, web: Web) -> Offer:
    """Return what one repository says without GraphQL.

    Raises:
        UpstreamError: it cannot be asked.
    """
    refs = await ls_refs(f"{question.project.page(host.web)}.git", prefixes(question), web, "basic")
    url = refs.url.removesuffix(".git")
    offered = offer(question, refs, lambda tag: tag_page(url, tag))
    path = url.removeprefix(f"{host.web}/")
    if question.releases:
        releases = await releases_by_rest(path, host, web, refs.tags)
        offered = replace(offered, releases=releases)
    return replace(offered, warnings=moved(question.project.path, path))


def tag_page(url: str, tag: str) -> str:
    """Return the page of a tag, below the repository's own."""
    return f"{url}/releases/tag/{tag}"


def releases_url(path: str, host: Host) -> str:
    """Return REST's address of a repository's releases."""
    return f"{host.api}/repos/{path}/releases?per_page=100"


async def releases_by_rest(
    path: str, host: Host, web: Web, tags: Mapping[str, str]
) -> tuple[Candidate, ...]:
    """Return a repository's published releases, all pages of them.

    Args:
        path: ``OWNER/REPO``.
        host: where it is.
        web: HTTP.
        tags: tag -> commit, which REST does not tell.

    Raises:
        UpstreamError: it cannot be asked.
    """
    listed = await read_list(releases_url(path, host), web, ListedRelease, accept=ACCEPT)
    candidates = (release.candidate for release in listed)
    return tuple(
        replace(candidate, commit=tags.get(candidate.ref, ""))
        for candidate in candidates
        if candidate is not None
    )
