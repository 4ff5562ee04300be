"""Repositories on gitlab.com and self-hosted GitLab.

Refs come by the git protocol, all of them in one request; REST adds what git does not know.
Source: GitLab docs, "Projects API", "Tags API", "Releases API".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from msgspec import Struct, field

from updater.errors import NotFound
from updater.model import Candidate, Distribution, Host, Note, moments
from updater.upstreams.answers import read_answer
from updater.upstreams.hosted import CodeHost, HostedRepository
from updater.upstreams.rest import read_list, read_notes, read_object, read_tag_facts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from updater.model import Project, TagFacts
    from updater.upstreams.base import Surroundings, Web


class _Project(Struct, frozen=True):
    path_with_namespace: str = ""
    archived: bool | None = False
    visibility: str | None = None
    releases_access_level: str | None = "enabled"


class _Commit(Struct, frozen=True):
    id: str | None = ""
    committed_date: str | None = None


class _Tag(Struct, frozen=True):
    commit: _Commit | None = None


class _Links(Struct, frozen=True):
    page: str | None = field(name="self", default="")


class _AssetLink(Struct, frozen=True):
    """A file that a release names; where it has a path of its own, its address never changes."""

    direct_asset_url: str | None = ""


class _Assets(Struct, frozen=True):
    links: list[_AssetLink] = []


class _ReleaseFiles(Struct, frozen=True):
    assets: _Assets


class _Release(Struct, frozen=True):
    tag_name: str = ""
    upcoming_release: bool | None = False
    released_at: str | None = None
    description: str | None = ""
    commit: _Commit | None = None
    links: _Links | None = field(name="_links", default=None)

    @property
    def candidate(self) -> Candidate | None:
        if not self.tag_name or self.upcoming_release:
            return None
        return Candidate(
            version=self.tag_name,
            ref=self.tag_name,
            commit=(self.commit.id or "") if self.commit is not None else "",
            published=moments.from_iso(self.released_at),
            url=self.page,
        )

    @property
    def page(self) -> str:
        return (self.links.page or "") if self.links is not None else ""


def _note(release: _Release) -> Note | None:
    if not release.tag_name or release.upcoming_release:
        return None
    published = moments.from_iso(release.released_at)
    return Note(release.tag_name, release.page, release.description or "", published)


class GitLab(CodeHost):
    """Projects in groups, which may be nested."""

    kind: ClassVar[str] = "gitlab"
    compared: ClassVar[str] = "/-/compare/{old}...{new}"
    form: ClassVar[str] = "GROUP/REPO"
    hosts: ClassVar[tuple[Host, ...]] = (
        Host(
            name="gitlab.com",
            kind="gitlab",
            web="https://gitlab.com",
            api="https://gitlab.com/api/v4",
            graphql="https://gitlab.com/api/graphql",
            token_env=("GITLAB_TOKEN",),
            short="gitlab",
        ),
    )

    def host(self, name: str, web: str) -> Host:
        """Return a self-hosted GitLab."""
        return Host(name, self.kind, web, api=f"{web}/api/v4", graphql=f"{web}/api/graphql")

    def repository_path(self, path: Sequence[str]) -> Sequence[str]:
        """Return groups and project: all that stands before ``-``, behind which pages are."""
        repository = path[: path.index("-")] if "-" in path else path
        return repository if len(repository) > 1 else ()

    def api_url(self, project: Project, host: Host) -> str:
        """Return the project's address: its whole path is one escaped segment."""
        return f"{host.api}/projects/{quote(project.path, safe='')}"

    def archive(self, project: Project, host: Host, commit: str) -> str:
        """Return the address that fetchFromGitLab takes too. Source: "Repositories API"."""
        return f"{self.api_url(project, host)}/repository/archive.tar.gz?sha={commit}"

    async def about(self, url: str, web: Web) -> HostedRepository:
        """Return what the Projects API says."""
        repository = await read_object(url, web, _Project)
        # Of a public project, too, the releases may be its members' alone.
        open_to_all = repository.releases_access_level in {"enabled", "public"}
        public = repository.visibility == "public" and open_to_all
        return HostedRepository(repository.path_with_namespace, repository.archived is True, public)

    async def dates(self, url: str, web: Web) -> dict[str, datetime]:
        """Return the newest tags' commits and their dates."""
        listed = await read_list(f"{url}/repository/tags?per_page=100", web, _Tag, pages=1)
        commits = (tag.commit for tag in listed if tag.commit is not None)
        return {
            commit.id: made
            for commit in commits
            if commit.id and (made := moments.from_iso(commit.committed_date))
        }

    def releases_url(self, url: str) -> str:
        """Return the address of the Releases API."""
        return f"{url}/releases?per_page=100"

    def notes_at(self, url: str, web: Web) -> AsyncGenerator[list[Note]]:
        """Return what the releases tell: GitLab lists upcoming ones too."""
        return read_notes(url, web, _Release, _note)

    async def releases(self, url: str, web: Web) -> tuple[Candidate, ...]:
        """Return the releases that have come: GitLab lists upcoming ones too."""
        listed = await read_list(self.releases_url(url), web, _Release)
        return tuple(release.candidate for release in listed if release.candidate is not None)

    async def tag_facts(self, project: Project, tag: str, around: Surroundings) -> TagFacts | None:
        """Ask the Releases API for the release of a tag; GitLab has no pre-releases."""
        url = f"{self._api_url(project, around)}/releases/{quote(tag, safe='')}"
        return await read_tag_facts(url, around.web, _Release, lambda release: release.candidate)

    async def release_files(
        self, project: Project, candidate: Candidate, around: Surroundings
    ) -> tuple[Distribution, ...]:
        """Ask the Releases API for the files of a tag's release that have a path of their own.

        Source: GitLab docs, "Release fields", permanent links to release assets.
        """
        if not candidate.ref:
            return ()
        tag = quote(candidate.ref, safe="")
        url = f"{self._api_url(project, around)}/releases/{tag}"
        try:
            answer = await around.web.get(url, accept="application/json", scheme="bearer")
        except NotFound:
            return ()
        release = await read_answer(answer, _ReleaseFiles)
        below = f"/{project.path}/-/releases/{tag}/downloads/"
        addresses = [link.direct_asset_url or "" for link in release.assets.links]
        return tuple(
            Distribution(address.partition(below)[2], address, None, None, None)
            for address in addresses
            if below in address
        )

    def tag_page(self, url: str, tag: str) -> str:
        """Return a tag's page."""
        return f"{url}/-/tags/{tag}"


KIND = GitLab()
