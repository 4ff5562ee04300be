"""fetchFromGitHub: an archive of one commit. Source: Nixpkgs manual, "fetchFromGitHub"."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge, archive_url
from updater.model import Package, Project, Source


class FetchFromGitHub(Forge):
    """A commit or tag of a repository on github.com or a GitHub Enterprise host."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromGitHub"})
    host_kind: ClassVar[str] = "github"

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/OWNER/REPO``."""
        host = source.value("githubBase") or "github.com"
        owner = required(package, source, "owner")
        return Project.repository(host, f"{owner}/{required(package, source, 'repo')}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive."""
        return archive_url(project.page(web), commit)


KIND = FetchFromGitHub()
