"""fetchFromCodeberg: an archive of one commit from codeberg.org, which is a Forgejo.

Source: nixpkgs, pkgs/build-support/fetchcodeberg: fetchFromGitea with its domain filled in.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge, archive_url
from updater.model import Package, Project, Source


class FetchFromCodeberg(Forge):
    """A commit or tag of a repository on codeberg.org."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromCodeberg"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://codeberg.org/OWNER/REPO``."""
        domain = source.value("domain") or "codeberg.org"
        owner = required(package, source, "owner")
        return Project.repository(domain, f"{owner}/{required(package, source, 'repo')}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive."""
        return archive_url(project.page(web), commit)


KIND = FetchFromCodeberg()
