"""fetchgit: a checkout of one commit, with submodules unless told otherwise.

Source: Nixpkgs manual, "fetchgit".
"""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from updater.fetchers.base import checkout, repository, required
from updater.fetchers.forge import NOT_AN_ARCHIVE, RevFetcher, named
from updater.model import Candidate, Checkout, Fetch, Fetched, NoFile, Package, Project, Source

_CHECKOUT = "fetchgit hashes a checkout{}"


class FetchGit(RevFetcher):
    """A commit or tag of any git repository."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchgit"})
    host_kind: ClassVar[str] = "git"

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/PATH`` of its url."""
        return repository(required(package, source, "url"))

    def plain(self, project: Project, web: str, repository: str, commit: str) -> Fetch:
        """Return the checkout of the commit, with its submodules."""
        del project, web
        return Fetch(
            url=repository,
            unpack=True,
            blocked=_CHECKOUT.format(", with its submodules"),
            checkout=Checkout(repository, commit, ("fetch-submodules",)),
            clone=Checkout(repository, commit) if commit else None,
        )

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the fields that name the candidate; its hash takes a checkout."""
        values, url = named(package, source, candidate), required(package, source, "url")
        if isinstance(values, NoFile):
            return values
        commit, project = candidate.commit, self.project(package, source)
        plain = self.plain(project, web, f"{project.page(web)}.git" if web else url, commit)
        is_alone = source.value("fetchSubmodules") == "false"
        return replace(
            plain,
            url=url,
            values=values,
            blocked=_CHECKOUT.format(", not an archive") if is_alone else plain.blocked,
            checkout=checkout(source, url, commit, NOT_AN_ARCHIVE, submodules=True),
        )


KIND = FetchGit()
