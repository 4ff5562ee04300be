"""fetchFromGitiles: a tree of a repository on a Gitiles, as its archive has it.

Source: nixpkgs, pkgs/build-support/fetchgitiles.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import repository, required
from updater.fetchers.forge import RevFetcher, named
from updater.model import Candidate, Fetch, Fetched, NoFile, Package, Project, Source

_REPACKED = "a Gitiles packs its archives anew for each download"


class FetchFromGitiles(RevFetcher):
    """A commit or tag of a repository, such as ``https://chromium.googlesource.com/PATH``."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchFromGitiles"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/PATH`` of its url."""
        return repository(required(package, source, "url"))

    def plain(self, project: Project, web: str, repository: str, commit: str) -> Fetch:
        """Return the archive of the commit, whose hash is left to Nix."""
        del web, repository
        url = f"{project}/+archive/{commit}.tar.gz"
        return Fetch(url=url, unpack=True, unpacking="flat", blocked=_REPACKED)

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the fields that name the candidate, and its archive."""
        values = named(package, source, candidate)
        if isinstance(values, NoFile):
            return values
        project = self.project(package, source)
        rev = values.get("tag") or values["rev"]
        url = f"{project.page(web)}/+archive/{rev}.tar.gz"
        return Fetch(values=values, url=url, unpack=True, unpacking="flat", blocked=_REPACKED)


KIND = FetchFromGitiles()
