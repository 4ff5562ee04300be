"""builtins.fetchGit: a checkout at evaluation time, pinned by its rev alone.

Source: Nix manual, "builtins.fetchGit".
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import Fetcher, is_through_version, repository, required
from updater.fetchers.git_refs import branch_of, is_in_default, new_ref, tag_of
from updater.model import Candidate, Checkout, Fetch, Fetched, NoFile, Package, Pin, Project, Source


class BuiltinFetchGit(Fetcher):
    """A commit of any git repository; ``ref`` says in which tag or branch to look for it.

    The ref must hold the rev, so that both move together.
    """

    functions: ClassVar[frozenset[str]] = frozenset({"fetchGit"})
    writes: ClassVar[frozenset[str]] = frozenset({"rev", "ref"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/PATH`` of its url."""
        return repository(required(package, source, "url"))

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version and rev, or the tag that ``ref`` names; there is no hash."""
        rev = required(package, source, "rev")
        tag = tag_of(source)
        through = bool(tag) and is_through_version(package, source, "ref")
        return Pin(version=package.label, rev=tag or rev, through_version=through)

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the commit and, where the call names a tag, the tag that it is looked for in."""
        if not candidate.commit:
            return NoFile(f"the commit of {candidate.version} is not known, and `rev` needs one")
        ref = new_ref(source, candidate)
        if isinstance(ref, NoFile):
            return ref
        values = {"rev": candidate.commit, **ref}
        if package.version is not None:
            values["version"] = candidate.version
        blocked = "narHash is the hash of a checkout" if source.get("narHash") else ""
        url = required(package, source, "url")
        project = self.project(package, source)
        if web:  # the host as it is configured
            url = f"{project.page(web)}.git"
        clone = Checkout(url, candidate.commit)
        return Fetch(
            values=values, url=url, unpack=True, blocked=blocked, hashless=not blocked, clone=clone
        )

    def branch(self, source: Source) -> str:
        """Return the branch that must hold the rev; empty where any ref may."""
        return branch_of(source)

    def is_in_default(self, source: Source) -> bool:
        """Tell whether the default branch must hold the rev."""
        return is_in_default(source)

    def takes_hash(self, source: Source) -> bool:
        """A hash of the checkout may be given."""
        return source.get("narHash") is not None

    def skip(self, package: Package, source: Source) -> str:
        """Without a rev it pins nothing: every evaluation may fetch another commit."""
        del package
        return "" if source.get("rev") is not None else "it has no rev, so it pins nothing"


KIND = BuiltinFetchGit()
