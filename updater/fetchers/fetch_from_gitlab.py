"""fetchFromGitLab: an archive of one commit, from the API of a GitLab.

Source: Nixpkgs manual, "fetchFromGitLab"; pkgs/build-support/fetchgitlab.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge
from updater.model import Package, Project, Source


class FetchFromGitLab(Forge):
    """A commit or tag of a project on gitlab.com or another GitLab, in groups of any depth."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromGitLab"})
    host_kind: ClassVar[str] = "gitlab"

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://DOMAIN/[GROUP/]OWNER/REPO``."""
        domain = source.value("domain") or "gitlab.com"
        group = f"{required(package, source, 'group')}/" if source.get("group") else ""
        owner = required(package, source, "owner")
        repo = required(package, source, "repo")
        return Project.repository(domain, f"{group}{owner}/{repo}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive; dots and slashes of its path are escaped."""
        escaped = project.path.replace(".", "%2E").replace("/", "%2F")
        base = web or f"https://{project.host}"
        return f"{base}/api/v4/projects/{escaped}/repository/archive.tar.gz?sha={commit}"


KIND = FetchFromGitLab()
