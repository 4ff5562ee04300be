"""What the fetchers of code hosts have in common: one commit of a repository, named by rev or tag.

All of them download an archive of the commit and strip its single folder, and fall back to a git
checkout for what an archive lacks. Source: Nixpkgs manual, "Fetchers"; pkgs/build-support/fetch*.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.fetchers.base import (
    Fetcher,
    checkout,
    is_through_version,
    required,
    switched_on,
    written_hash,
)
from updater.model import Candidate, Fetch, Fetched, NoFile, Package, Pin, Source

if TYPE_CHECKING:
    from updater.model import Project

_TAGS = "refs/tags/"
_HEADS = "refs/heads/"

NOT_AN_ARCHIVE = (
    "fetchSubmodules",
    "forceFetchGit",
    "leaveDotGit",
    "deepClone",
    "fetchLFS",
    "fetchTags",
    "sparseCheckout",
    "rootDir",
    "postFetch",
    "postCheckout",
    "extraPostFetch",
    "nonConeMode",
    "gitConfigFile",
    "stripRoot",
    "curlOpts",
    "curlOptsList",
)
"""Each makes nixpkgs use git instead of the archive, or changes the tree afterwards."""


class RevFetcher(Fetcher):
    """A fetcher of one commit of a repository, which takes ``rev`` or ``tag``.

    Attributes:
        host_kind: the kind of the hosts whose repositories it is for, as ``hosts:`` in config.yaml
            has it; empty where another fetcher stands for that kind.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"rev", "tag"})
    host_kind: ClassVar[str] = ""

    @abstractmethod
    def plain(self, project: Project, web: str, repository: str, commit: str) -> Fetch:
        """Return how a commit is fetched by a call that asks for nothing but its repository.

        Args:
            project: the repository.
            web: as for `Fetcher.fetch`.
            repository: the address that git knows it by.
            commit: 40 hexadecimal digits.
        """

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, rev or tag, and hash; ``refs/tags/v1.0`` is the tag ``v1.0``.

        Upstreams list branches without ``refs/heads/``, too.
        """
        return Pin(
            version=package.label,
            rev=required(package, source, "tag", "rev").removeprefix(_TAGS).removeprefix(_HEADS),
            through_version=is_through_version(package, source, "tag", "rev"),
            hash=written_hash(source),
        )


class Forge(RevFetcher):
    """A fetcher of a commit's archive.

    Attributes:
        carries_commit: the host's archives are made by ``git archive``, which writes the commit's
            id into them.
    """

    carries_commit: ClassVar[bool] = True

    @abstractmethod
    def archive(self, project: Project, web: str, commit: str) -> str:
        """Return the address of a commit's archive; see `Fetcher.fetch` for ``web``."""

    def plain(self, project: Project, web: str, repository: str, commit: str) -> Fetch:
        """Return the archive of the commit."""
        del repository
        url = self.archive(project, web, commit)
        return Fetch(url=url, unpack=True, commit=commit if self.carries_commit else "")

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the archive of the candidate's commit and the fields that name it."""
        values = named(package, source, candidate)
        if isinstance(values, NoFile):
            return values
        if not candidate.commit:
            return NoFile(f"the commit of {candidate.version} is not known")
        switches = switched_on(source, NOT_AN_ARCHIVE)
        project = self.project(package, source)
        address = f"{project.page(web)}.git"
        return replace(
            self.plain(project, web, address, candidate.commit),
            values=values,
            blocked=f"{switches} asks for more than the archive" if switches else "",
            checkout=checkout(source, address, candidate.commit, NOT_AN_ARCHIVE, submodules=False)
            if switches
            else None,
        )


def named(package: Package, source: Source, candidate: Candidate) -> dict[str, str] | NoFile:
    """Return the values by which a call names a candidate: its tag, or its commit without one."""
    field = "tag" if source.get("tag") is not None else "rev"
    if field == "tag" and not candidate.ref:
        return NoFile(
            f"{package.file}:{source.line}: `tag` cannot hold a commit, and {candidate.commit} "
            f"has no tag; write `rev` instead of `tag`"
        )
    rev, written = candidate.ref or candidate.commit, source.value("rev") or ""
    for prefix in (_TAGS, _TAGS.removeprefix("refs/")):
        if candidate.ref and written.startswith(prefix) and not rev.startswith(prefix):
            rev = f"{prefix}{rev}"
    values = {field: rev}
    if package.version is not None:
        values["version"] = candidate.version
    return values


def archive_url(page: str, commit: str) -> str:
    """Return the address that GitHub, Gitea and Sourcehut give a commit's archive.

    Args:
        page: the repository's own address.
        commit: 40 hexadecimal digits.
    """
    return f"{page}/archive/{commit}.tar.gz"
