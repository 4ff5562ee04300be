"""Repositories on gitlab.com and self-hosted GitLab.

Refs come by the git protocol, all of them in one request; REST adds what git does not know.
Source: GitLab docs, "Projects API", "Tags API", "Releases API".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from updater.model import Candidate, Host, Note
from updater.upstreams.hosted import Hosted, HostedRepository
from updater.upstreams.rest import date, read_list, read_object

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from updater.model import Project
    from updater.upstreams.base import Web
    from updater.upstreams.rest import Json


class GitLab(Hosted):
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
        found = await read_object(url, web)
        # Of a public project, too, the releases may be its members' alone.
        open_to_all = found.get("releases_access_level", "enabled") in {"enabled", "public"}
        public = found.get("visibility") == "public" and open_to_all
        path = str(found.get("path_with_namespace", ""))
        return HostedRepository(path, found.get("archived") is True, public)

    async def dates(self, url: str, web: Web) -> dict[str, datetime]:
        """Return the newest tags' commits and their dates."""
        listed = await read_list(f"{url}/repository/tags?per_page=100", web, pages=1)
        commits = (one.get("commit") or {} for one in listed)
        return {
            str(commit.get("id")): made
            for commit in commits
            if (made := date(commit.get("committed_date")))
        }

    def releases_url(self, url: str) -> str:
        """Return the address of the Releases API."""
        return f"{url}/releases?per_page=100"

    def note(self, listed: Json) -> Note | None:
        """Return what a release tells: GitLab lists upcoming ones too."""
        tag, links = str(listed.get("tag_name", "")), listed.get("_links") or {}
        if not tag or listed.get("upcoming_release"):
            return None
        return Note(tag, str(links.get("self", "")), str(listed.get("description") or ""))

    async def releases(self, url: str, web: Web) -> tuple[Candidate, ...]:
        """Return the releases that have come: GitLab lists upcoming ones too."""
        return tuple(
            Candidate(
                version=tag,
                ref=tag,
                commit=str((one.get("commit") or {}).get("id", "")),
                published=date(one.get("released_at")),
                url=str((one.get("_links") or {}).get("self", "")),
            )
            for one in await read_list(self.releases_url(url), web)
            if (tag := str(one.get("tag_name", ""))) and not one.get("upcoming_release")
        )

    def tag_page(self, url: str, tag: str) -> str:
        """Return a tag's page."""
        return f"{url}/-/tags/{tag}"


KIND = GitLab()
