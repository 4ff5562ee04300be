"""A package around one fetcher call, read as the updater reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import Candidate, Distribution, Sri
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from updater.fetchers.base import Fetcher
    from updater.model import Fetched, Package, Pin, Project, Source

COMMIT = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc"
OTHER_COMMIT = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf"
TAGGED = Candidate("2.0.0", "v2.0.0", COMMIT)
UNTAGGED = Candidate("2.0.0-unstable-2025-06-02", "", COMMIT)


@dataclass(frozen=True, slots=True)
class Call:
    """A fetcher call in a package of version 1.2.0, and its kind."""

    kind: Fetcher
    package: Package
    source: Source

    @property
    def project(self) -> Project:
        """The upstream's identity."""
        return self.kind.project(self.package, self.source)

    @property
    def pin(self) -> Pin:
        """The pin as it is written."""
        return self.kind.pin(self.package, self.source)

    @property
    def skip(self) -> str:
        """Why no version could be found."""
        return self.kind.skip(self.package, self.source)

    def fetch(self, candidate: Candidate = TAGGED, web: str = "") -> Fetched:
        """Return how a candidate is fetched; it changes nothing that the kind does not declare."""
        fetched = self.kind.fetch(self.package, self.source, candidate, web)
        written = {name.partition("[")[0] for name in getattr(fetched, "values", {})}
        assert written <= {*self.kind.writes, "version"}
        return fetched


def call(kind: Fetcher, arguments: str, *, function: str = "", version: str = "1.2.0") -> Call:
    """Read a call of one of the kind's functions.

    Args:
        kind: the fetcher kind.
        arguments: what the set holds, or an argument of another form.
        function: one of the kind's; by default, its only one.
        version: the package's; empty for a package without one.
    """
    if not function:
        (function,) = kind.functions
    given = arguments if arguments.startswith('"') else f"{{ {arguments} }}"
    label = f'version = "{version}";' if version else ""
    data = f'{{ tool = mkDerivation rec {{ pname = "tool"; {label} src = {function} {given}; }}; }}'
    (package,) = read_packages(data.encode(), "x.nix", kind.functions).packages
    assert package.source is not None
    return Call(kind, package, package.source)


def offered(*names: str, version: str = "2.0.0") -> Candidate:
    """Return a release of a package index with these files, whose hashes are told."""
    files = tuple(
        Distribution(name, f"https://index.example/{name}", SRI, None, None) for name in names
    )
    return replace(Candidate(version), distributions=files)


SRI = Sri("sha256", bytes(32))
