"""fetchFromGitea and fetchFromForgejo: an archive of one commit from the host that is named.

Source: nixpkgs, pkgs/build-support/fetchgitea: fetchFromGitHub with ``domain`` for its base.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge, archive_url
from updater.model import Package, Project, Source


class FetchFromGitea(Forge):
    """A commit or tag of a repository on any Gitea or Forgejo."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromGitea", "fetchFromForgejo"})
    host_kind: ClassVar[str] = "gitea"

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://DOMAIN/OWNER/REPO``."""
        domain = required(package, source, "domain")
        owner = required(package, source, "owner")
        return Project.repository(domain, f"{owner}/{required(package, source, 'repo')}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive."""
        return archive_url(project.page(web), commit)


KIND = FetchFromGitea()
