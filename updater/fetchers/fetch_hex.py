"""fetchHex: what is in the archive of one release of a Hex package, hashed as the archive is.

Source: nixpkgs, pkgs/development/beam-modules/fetch-hex.nix.
"""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.base import Fetcher, required, written_hash
from updater.model import Candidate, Fetch, Fetched, Package, Pin, Project, Source


class FetchHex(Fetcher):
    """A package by its name and version; which Hex it is in, nixpkgs says."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchHex"})
    writes: ClassVar[frozenset[str]] = frozenset({"version"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``hex:NAME``, in the Hex that config.yaml names."""
        return Project("hex", "", required(package, source, "pkg"))

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version and hash; the version names the file."""
        version = required(package, source, "version")
        return Pin(version=version, through_version=True, hash=written_hash(source))

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the archive of the candidate: its release tells the hash, but no address."""
        del package, source, web
        file = next(iter(candidate.distributions), None)
        sri = file.sri if file is not None else None
        return Fetch(
            values={"version": candidate.version},
            url=file.url if file is not None else "",
            sri=sri,
            blocked="" if sri is not None else "its Hex tells no checksum of the release",
        )

    def registry(self, package: Package, source: Source) -> str:
        """Nothing in a call says where its Hex is."""
        del package, source
        return "hex"


KIND = FetchHex()
