"""fetchFromGitHub: an archive of one commit, unpacked, its single folder stripped.

Source: Nixpkgs manual, "fetchFromGitHub"; it falls back to fetchgit for what an archive lacks.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import (
    Fetch,
    Fetched,
    Fetcher,
    NoFile,
    is_through_version,
    required,
    written_hash,
)
from updater.model import Candidate, Package, Pin, Project, Source

# Each of these makes nixpkgs use git instead of the archive, or changes the tree afterwards.
_NOT_AN_ARCHIVE = (
    "fetchSubmodules",
    "forceFetchGit",
    "leaveDotGit",
    "deepClone",
    "fetchLFS",
    "fetchTags",
    "sparseCheckout",
    "rootDir",
    "postFetch",
)


class FetchFromGitHub(Fetcher):
    """A commit or tag of a repository on github.com or a GitHub Enterprise host."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromGitHub"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/OWNER/REPO``."""
        host = source.value("githubBase") or "github.com"
        owner = required(package, source, "owner")
        return Project(f"https://{host}/{owner}/{required(package, source, 'repo')}")

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, rev or tag, and hash."""
        return Pin(
            version=package.version.value if package.version is not None else None,
            rev=required(package, source, "tag", "rev"),
            through_version=is_through_version(package, source, "tag", "rev"),
            hash=written_hash(source),
        )

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the archive of the candidate's commit and the fields that name it."""
        field = "tag" if source.get("tag") is not None else "rev"
        rev = candidate.ref or candidate.commit
        if field == "tag" and not candidate.ref:
            return NoFile(
                f"{package.file}:{source.line}: `tag` cannot hold a commit, and no tag names "
                f"{candidate.commit}; write `rev` instead of `tag`"
            )
        values = {field: rev}
        if package.version is not None:
            values["version"] = candidate.version
        owner, repo = required(package, source, "owner"), required(package, source, "repo")
        switches = [
            name for name in _NOT_AN_ARCHIVE if source.get(name) and source.value(name) != "false"
        ]
        return Fetch(
            values=values,
            url=archive_url(f"{web}/{owner}/{repo}", candidate.commit),
            unpack=True,
            commit=candidate.commit,
            blocked=f"{', '.join(switches)} asks for more than the archive" if switches else "",
        )


def archive_url(page: str, commit: str) -> str:
    """Return the address of a commit's archive, below the repository's own address."""
    return f"{page}/archive/{commit}.tar.gz"


KIND = FetchFromGitHub()
