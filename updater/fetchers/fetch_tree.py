"""builtins.fetchTree: a tree at evaluation time, of a kind that ``type`` names.

Source: Nix manual, "builtins.fetchTree".
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.addressed import unhashed
from updater.fetchers.base import Fetcher, is_through_version, repository, required, written_hash
from updater.fetchers.fetch_tarball import KIND as ADDRESS
from updater.fetchers.forge import archive_url
from updater.fetchers.git_refs import branch_of, is_in_default, new_ref, tag_of
from updater.model import (
    Candidate,
    Checkout,
    Fetch,
    Fetched,
    NoFile,
    Package,
    Pin,
    Project,
    Source,
)

_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}
_TARBALL = "tarball"
# Of a commit Nix alone tells these, and compares them with what it fetches.
_TOLD_BY_NIX = ("lastModified", "revCount")


class BuiltinFetchTree(Fetcher):
    """A commit of a repository (``github``, ``gitlab``, ``sourcehut``, ``git``), or a tarball.

    A tarball is an address as any other, unpacked as ``fetchTarball`` does.
    """

    functions: ClassVar[frozenset[str]] = frozenset({"fetchTree"})
    writes: ClassVar[frozenset[str]] = frozenset({"rev", "ref", "url"})

    def project(self, package: Package, source: Source) -> Project:
        """Return the repository: of its owner and name on a host, else that of its url."""
        kind = required(package, source, "type")
        if kind == _TARBALL:
            return ADDRESS.project(package, source)
        if kind not in _HOSTS:
            return repository(required(package, source, "url"))
        host = source.value("host") or _HOSTS[kind]
        owner = required(package, source, "owner").replace("%2F", "/")
        return Project.repository(host, f"{owner}/{required(package, source, 'repo')}")

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, rev, or the tag that ``ref`` or the address names, and hash."""
        if _is_tarball(source):
            return ADDRESS.pin(package, source)
        rev = required(package, source, "rev")
        tag = tag_of(source)
        through = bool(tag) and is_through_version(package, source, "ref")
        return Pin(package.label, tag or rev, through, written_hash(source))

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the commit, the tag that it is looked for in, and where Nix downloads it."""
        told = [name for name in _TOLD_BY_NIX if source.get(name) is not None]
        if told:
            return NoFile(f"only Nix can tell the new {' and '.join(told)}")
        if _is_tarball(source):
            return ADDRESS.fetch(package, source, candidate, web)
        if not candidate.commit:
            return NoFile(f"the commit of {candidate.version} is not known, and `rev` needs one")
        ref = new_ref(source, candidate)
        if isinstance(ref, NoFile):
            return ref
        values = {"rev": candidate.commit, **ref}
        if package.version is not None:
            values["version"] = candidate.version
        project = self.project(package, source)
        hashless = source.get("narHash") is None
        if source.value("type") == "github":
            url = archive_url(project.page(web), candidate.commit)
            return Fetch(
                values=values,
                url=url,
                unpack=True,
                unpacking="fetchTarball",
                commit=candidate.commit,
                hashless=hashless,
            )
        blocked = "" if hashless else "narHash is what Nix makes of it"
        url = f"{project.page(web)}.git" if web else str(project)
        clone = Checkout(url, candidate.commit)
        return Fetch(
            values=values, url=url, unpack=True, blocked=blocked, hashless=hashless, clone=clone
        )

    def tells_upstream(self, package: Package, source: Source) -> bool:
        """Of a tarball, only some addresses do."""
        return not _is_tarball(source) or ADDRESS.tells_upstream(package, source)

    def takes_upstream(self, package: Package, source: Source) -> bool:
        """Only a tarball may have its versions somewhere else."""
        return _is_tarball(source) and ADDRESS.takes_upstream(package, source)

    def asset(self, package: Package, source: Source) -> str:
        """Only a tarball may be a file of a release."""
        return ADDRESS.asset(package, source) if _is_tarball(source) else ""

    def uploaded(self, source: Source, fetch: Fetch) -> str:
        """Return what must be at a tarball's address; a commit says itself that it is there."""
        return ADDRESS.uploaded(source, fetch) if _is_tarball(source) else ""

    def branch(self, source: Source) -> str:
        """Return the branch that must hold the rev; hosts have archives of any commit."""
        return branch_of(source) if source.value("type") == "git" else ""

    def is_in_default(self, source: Source) -> bool:
        """Tell whether the default branch must hold the rev."""
        return source.value("type") == "git" and is_in_default(source)

    def takes_hash(self, source: Source) -> bool:
        """A hash of the tree may be given."""
        return source.get("narHash") is not None

    def skip(self, package: Package, source: Source) -> str:
        """Only a commit or a tarball has versions; without rev or hash it pins nothing."""
        kind = source.get("type")
        if not source.fields or (kind is not None and kind.value is None):
            return ""
        if _is_tarball(source):
            return unhashed(source, "narHash") or ADDRESS.skip(package, source)
        if kind is None:
            return "fetchTree is given no `type`: write a set with `type`, `rev` and the repository"
        if kind.value not in (*_HOSTS, "git"):
            return f"fetchTree of {kind.value} names no commit of a repository"
        return "" if source.get("rev") is not None else "it has no rev, so it pins nothing"


def _is_tarball(source: Source) -> bool:
    return source.value("type") == _TARBALL


KIND = BuiltinFetchTree()
