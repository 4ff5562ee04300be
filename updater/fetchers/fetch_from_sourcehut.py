"""fetchFromSourcehut: an archive of one commit of a repository on sr.ht.

Source: Nixpkgs manual, "fetchFromSourcehut"; pkgs/build-support/fetchsourcehut.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge, archive_url
from updater.model import Package, Project, Source


class FetchFromSourcehut(Forge):
    """A commit or tag of a git or Mercurial repository on sr.ht; owners begin with a tilde."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromSourcehut"})
    host_kind: ClassVar[str] = "sourcehut"
    # Nothing says that its archives carry the commit's id.
    carries_commit: ClassVar[bool] = False

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://git.sr.ht/~OWNER/REPO``; ``hg.sr.ht`` for Mercurial."""
        service = source.value("vc") or "git"
        domain = source.value("domain") or "sr.ht"
        owner = required(package, source, "owner")
        repo = required(package, source, "repo")
        return Project.repository(f"{service}.{domain}", f"{owner}/{repo}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive."""
        return archive_url(project.page(web), commit)


KIND = FetchFromSourcehut()
