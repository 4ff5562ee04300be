"""Repositories on Gitea and Forgejo hosts, Codeberg among them.

Source: Gitea's API documentation ("repository" section), which Forgejo shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from msgspec import Struct

from updater.model import Candidate, Host, moments
from updater.upstreams.hosted import CodeHost, HostedRepository
from updater.upstreams.rest import (
    ListedRelease,
    read_assets,
    read_list,
    read_notes,
    read_object,
    read_tag_facts,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from updater.model import Distribution, Note, Project, TagFacts
    from updater.upstreams.base import Surroundings, Web


class _Repository(Struct, frozen=True):
    full_name: str = ""
    archived: bool | None = False
    private: bool | None = None
    internal: bool | None = False


class _Commit(Struct, frozen=True):
    sha: str = ""
    created: str | None = None


class _Tag(Struct, frozen=True):
    commit: _Commit | None = None


class Gitea(CodeHost):
    """Repositories of users and organisations."""

    kind: ClassVar[str] = "gitea"
    compared: ClassVar[str] = "/compare/{old}...{new}"
    marks: ClassVar[bool] = True
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
        repository = await read_object(url, web, _Repository)
        public = repository.private is False and not repository.internal
        return HostedRepository(repository.full_name, repository.archived is True, public)

    async def dates(self, url: str, web: Web) -> dict[str, datetime]:
        """Return the newest tags' commits and their dates."""
        listed = await read_list(f"{url}/tags?limit=50", web, _Tag, pages=1)
        commits = (tag.commit for tag in listed if tag.commit is not None)
        return {
            commit.sha: made for commit in commits if (made := moments.from_iso(commit.created))
        }

    def releases_url(self, url: str) -> str:
        """Return the address of the list; a page has fifty at most, unless the host says so."""
        return f"{url}/releases?limit=50"

    def notes_at(self, url: str, web: Web) -> AsyncGenerator[list[Note]]:
        """Return what the releases tell; who may push is shown drafts, too."""
        return read_notes(url, web, ListedRelease, lambda release: release.note)

    async def releases(self, url: str, web: Web) -> tuple[Candidate, ...]:
        """Return the published releases; their commits are those of their tags."""
        listed = await read_list(self.releases_url(url), web, ListedRelease)
        return tuple(release.candidate for release in listed if release.candidate is not None)

    async def tag_facts(self, project: Project, tag: str, around: Surroundings) -> TagFacts | None:
        """Ask the API for the release of a tag."""
        url = f"{self._api_url(project, around)}/releases/tags/{quote(tag, safe='')}"
        return await read_tag_facts(
            url, around.web, ListedRelease, lambda release: release.candidate
        )

    async def release_files(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> tuple[Distribution, ...]:
        """Ask the API for the files of a tag's release."""
        url = f"{self._api_url(project, around)}/releases/tags/{quote(candidate.ref, safe='')}"
        return await read_assets(url, around.web) if candidate.ref else ()

    def tag_page(self, url: str, tag: str) -> str:
        """Return a tag's page."""
        return f"{url}/releases/tag/{tag}"


KIND = Gitea()
