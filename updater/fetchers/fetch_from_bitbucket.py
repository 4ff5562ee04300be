"""fetchFromBitbucket: an archive of one commit. Source: pkgs/build-support/fetchbitbucket."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import required
from updater.fetchers.forge import Forge
from updater.model import Package, Project, Source


class FetchFromBitbucket(Forge):
    """A commit or tag of a repository on bitbucket.org."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromBitbucket"})
    host_kind: ClassVar[str] = "bitbucket"
    # Nothing says that its archives carry the commit's id.
    carries_commit: ClassVar[bool] = False

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://bitbucket.org/OWNER/REPO``."""
        owner = required(package, source, "owner")
        return Project.repository("bitbucket.org", f"{owner}/{required(package, source, 'repo')}")

    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive."""
        return f"{project.page(web)}/get/{commit}.tar.gz"


KIND = FetchFromBitbucket()
