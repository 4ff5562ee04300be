"""fetchgit: a checkout of one commit, with submodules unless told otherwise.

Source: Nixpkgs manual, "fetchgit".
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import (
    Fetcher,
    checkout,
    is_through_version,
    repository,
    required,
    written_hash,
)
from updater.fetchers.forge import NOT_AN_ARCHIVE, named
from updater.model import Candidate, Fetch, Fetched, NoFile, Package, Pin, Project, Source


class FetchGit(Fetcher):
    """A commit or tag of any git repository."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchgit"})
    writes: ClassVar[frozenset[str]] = frozenset({"rev", "tag"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``https://HOST/PATH`` of its url."""
        return repository(required(package, source, "url"))

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version, rev or tag, and hash; ``refs/tags/v1.0`` is the tag ``v1.0``."""
        return Pin(
            version=package.label,
            rev=required(package, source, "tag", "rev").removeprefix("refs/tags/"),
            through_version=is_through_version(package, source, "tag", "rev"),
            hash=written_hash(source),
        )

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the fields that name the candidate; its hash takes a checkout."""
        del web
        values = named(package, source, candidate)
        if isinstance(values, NoFile):
            return values
        return Fetch(
            values=values,
            url=required(package, source, "url"),
            unpack=True,
            blocked="fetchgit hashes a checkout, with its submodules",
            checkout=checkout(
                source,
                required(package, source, "url"),
                candidate.commit,
                NOT_AN_ARCHIVE,
                submodules=True,
            ),
        )


KIND = FetchGit()
