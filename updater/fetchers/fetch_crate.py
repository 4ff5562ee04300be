"""fetchCrate: the file of one version of a crate, unpacked unless told otherwise.

Source: nixpkgs, pkgs/build-support/rust/fetchcrate.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import CURL_OPTIONS
from updater.fetchers.base import Fetcher, required, switched_on, written_hash
from updater.model import Candidate, Fetch, Fetched, NoFile, Package, Pin, Project, Source

if TYPE_CHECKING:
    from updater.model import Distribution

_NAMES = ("crateName", "pname")
_SWITCHES = ("postFetch", "extraPostFetch", "recursiveHash", "downloadToTemp", "executable")


class FetchCrate(Fetcher):
    """A crate by its name and version; which registry it is in, nixpkgs or ``registryDl`` says."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchCrate"})
    writes: ClassVar[frozenset[str]] = frozenset({"version"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``crates:NAME``, in the registry that config.yaml names."""
        return Project("crates", "", required(package, source, *_NAMES))

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version and hash; the version names the file."""
        version = required(package, source, "version")
        return Pin(version=version, through_version=True, hash=written_hash(source))

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the file of the candidate, which the index says where to find."""
        del web
        name, version = required(package, source, *_NAMES), candidate.version
        file = next(iter(candidate.distributions), None)
        if file is None:
            return NoFile(f"{version} of {name} has no file in the index")
        reason = _elsewhere(source, name, version, file)
        if reason:
            return NoFile(reason)
        switches = switched_on(source, (*_SWITCHES, *CURL_OPTIONS))
        return Fetch(
            values={"version": version},
            url=file.url,
            unpack=source.value("unpack") != "false",
            unpacking="flat" if source.value("stripRoot") == "false" else "fetchzip",
            sri=file.sri,
            blocked=f"{switches} changes what is hashed" if switches else "",
        )

    def registry(self, package: Package, source: Source) -> str:
        """Nothing in a call says where the index of its registry is."""
        del package, source
        return "crates"


def _elsewhere(source: Source, name: str, version: str, file: Distribution) -> str:
    """Say that a call downloads from another registry than the one whose index was asked."""
    own = source.value("registryDl")
    if own is None or file.url == f"{own}/{name}/{version}/download":
        return ""
    return (
        f"its registryDl is {own}, but the index of config.yaml has its files elsewhere, at "
        f"{file.url}"
    )


KIND = FetchCrate()
