"""Repositories on Gitea and Forgejo hosts, Codeberg among them.

Source: Gitea's API documentation ("repository" section), which Forgejo shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.model import Candidate, Host
from updater.upstreams.hosted import Hosted, HostedRepository
from updater.upstreams.rest import (
    date,
    published_note,
    published_release,
    read_list,
    read_object,
)

if TYPE_CHECKING:
    from datetime import datetime

    from updater.model import Note, Project
    from updater.upstreams.base import Web
    from updater.upstreams.rest import Json


class Gitea(Hosted):
    """Repositories of users and organisations."""

    kind: ClassVar[str] = "gitea"
    compared: ClassVar[str] = "/compare/{old}...{new}"
    hosts: ClassVar[tuple[Host, ...]] = (
        Host(
            name="codeberg.org",
            kind="gitea",
            web="https://codeberg.org",
            api="https://codeberg.org/api/v1",
            graphql="https://codeberg.org",
            token_env=("CODEBERG_TOKEN",),
            short="codeberg",
        ),
    )

    def host(self, name: str, web: str) -> Host:
        """Return another Gitea or Forgejo; it has no GraphQL."""
        return Host(name, self.kind, web, api=f"{web}/api/v1", graphql=web)

    def api_url(self, project: Project, host: Host) -> str:
        """Return the repository's address."""
        return f"{host.api}/repos/{project.path}"

    def archive(self, project: Project, host: Host, commit: str) -> str:
        """Return the address that is below the API's of the repository."""
        return f"{self.api_url(project, host)}/archive/{commit}.tar.gz"

    async def about(self, url: str, web: Web) -> HostedRepository:
        """Return what the API says of the repository."""
        found = await read_object(url, web)
        public = found.get("private") is False and not found.get("internal")
        return HostedRepository(
            str(found.get("full_name", "")), found.get("archived") is True, public
        )

    async def dates(self, url: str, web: Web) -> dict[str, datetime]:
        """Return the newest tags' commits and their dates."""
        listed = await read_list(f"{url}/tags?limit=50", web, pages=1)
        commits = (one.get("commit") or {} for one in listed)
        return {
            str(commit.get("sha")): made
            for commit in commits
            if (made := date(commit.get("created")))
        }

    def releases_url(self, url: str) -> str:
        """Return the address of the list; a page has fifty at most, unless the host says so."""
        return f"{url}/releases?limit=50"

    def note(self, listed: Json) -> Note | None:
        """Return what a release tells; who may push is shown drafts, too."""
        return published_note(listed)

    async def releases(self, url: str, web: Web) -> tuple[Candidate, ...]:
        """Return the published releases; their commits are those of their tags."""
        listed = await read_list(self.releases_url(url), web)
        return tuple(made for made in map(published_release, listed) if made is not None)

    def tag_page(self, url: str, tag: str) -> str:
        """Return a tag's page."""
        return f"{url}/releases/tag/{tag}"


KIND = Gitea()
