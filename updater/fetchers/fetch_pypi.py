"""fetchPypi: one file of a release on the package index, hashed as it is.

It builds the file's name from its own ``pname`` literally. Source: Nixpkgs manual, "fetchPypi".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from packaging.utils import canonicalize_name

from updater.fetchers.base import Fetch, Fetched, Fetcher, NoFile, required, written_hash
from updater.model import Candidate, Package, Pin, Project, Source

if TYPE_CHECKING:
    from updater.model import Distribution


class FetchPypi(Fetcher):
    """A source distribution, or the wheel that the call describes."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchPypi"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``pypi:NAME`` with the normalised name."""
        return Project(f"pypi:{canonicalize_name(required(package, source, 'pname'))}")

    def pin(self, package: Package, source: Source) -> Pin:
        """Return version and hash; the version names the file."""
        version = required(package, source, "version")
        return Pin(version=version, through_version=True, hash=written_hash(source))

    def fetch(self, package: Package, source: Source, candidate: Candidate, web: str) -> Fetched:
        """Return the file of the candidate that has exactly the name this call builds.

        Where only the stem differs (``ema-pytorch-0.4.5``, then ``ema_pytorch-0.4.6``), ``pname``
        is among the values.
        """
        del web
        pname = required(package, source, "pname")
        wanted = _filename(source, pname, candidate.version)
        found = next((d for d in candidate.distributions if d.filename == wanted), None)
        values = {"version": candidate.version}
        if found is None:
            found = _same_but_stem(source, candidate)
            if found is None:
                there = ", ".join(sorted(d.filename for d in candidate.distributions)) or "no file"
                return NoFile(f"{candidate.version} has no {wanted}; the index has {there}")
            values["pname"] = _stem(source, found, candidate.version)
        blocked = "the index publishes no sha256 for this file" if found.sri is None else ""
        return Fetch(values=values, url=found.url, sri=found.sri, blocked=blocked)


def _filename(source: Source, pname: str, version: str) -> str:
    return f"{pname}{_ending(source, version)}"


def _ending(source: Source, version: str) -> str:
    """Return the file's name behind the stem."""
    if source.value("format") == "wheel":
        python = source.value("python") or "py2.py3"
        abi, platform = source.value("abi") or "none", source.value("platform") or "any"
        return f"-{version}-{python}-{abi}-{platform}.whl"
    return f"-{version}.{source.value('extension') or 'tar.gz'}"


def _same_but_stem(source: Source, candidate: Candidate) -> Distribution | None:
    ending = _ending(source, candidate.version)
    fitting = [d for d in candidate.distributions if d.filename.endswith(ending)]
    return fitting[0] if len(fitting) == 1 else None


def _stem(source: Source, distribution: Distribution, version: str) -> str:
    return distribution.filename.removesuffix(_ending(source, version))


KIND = FetchPypi()
