"""fetchFromRepoOrCz: a snapshot of a repository on repo.or.cz.

Source: nixpkgs, pkgs/build-support/fetchrepoorcz.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge
from updater.model import Package, Project, Source


class FetchFromRepoOrCz(Forge):
    """A commit or tag of a repository on repo.or.cz, which has no owners."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromRepoOrCz"})
    # Nothing says that its archives carry the commit's id.
    carries_commit: ClassVar[bool] = False

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://repo.or.cz/REPO``."""
        return Project.repository("repo.or.cz", required(package, source, "repo"))

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's snapshot."""
        return f"{project.page(web)}.git/snapshot/{commit}.tar.gz"


KIND = FetchFromRepoOrCz()
