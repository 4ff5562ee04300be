"""fetchPypi: one file of a release on the package index, hashed as it is.

It builds the file's name from its own ``pname`` literally. Source: Nixpkgs manual, "fetchPypi";
nixpkgs, pkgs/build-support/fetchpypi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.base import Fetcher, required, written_hash
from updater.fetchers.index_files import absent
from updater.model import (
    Candidate,
    Fetch,
    Fetched,
    Package,
    Pin,
    Project,
    Source,
    normalized_name,
)

if TYPE_CHECKING:
    from updater.model import Distribution


# What a call says that means another kind of file. Source: nixpkgs, pkgs/build-support/fetchpypi.
_ARCHIVES = {
    f".{ending}": f'extension = "{ending}";' for ending in ("tar.gz", "zip", "tar.bz2", "tar.xz")
}
_WHEELS = {
    "-py2.py3-none-any.whl": 'format = "wheel";',
    "-py3-none-any.whl": 'format = "wheel"; python = "py3"; dist = "py3";',
}


class FetchPypi(Fetcher):
    """A source distribution, or the wheel that the call describes."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchPypi"})
    writes: ClassVar[frozenset[str]] = frozenset({"version", "pname"})

    def project(self, package: Package, source: Source) -> Project:
        """Return ``pypi:NAME`` with the normalised name."""
        return Project.indexed(required(package, source, "pname"))

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
        ending = _ending(source, candidate.version)
        filename = f"{pname}{ending}"
        distribution = next((d for d in candidate.distributions if d.filename == filename), None)
        values = {"version": candidate.version}
        if distribution is None:
            distribution = _same_but_stem(pname, ending, candidate)
            if distribution is None:
                return absent(filename, candidate, _advice(pname, source, candidate))
            values["pname"] = distribution.filename.removesuffix(ending)
        return Fetch(
            values=values, url=distribution.url, sri=distribution.sri, size=distribution.size
        )

    def skip(self, package: Package, source: Source) -> str:
        """``format`` says which file is meant, and fetchPypi knows two of them."""
        del package
        written = source.value("format") or "setuptools"
        is_format = written in ("setuptools", "wheel")
        return "" if is_format else f"fetchPypi has no format {written!r}"


def _ending(source: Source, version: str) -> str:
    """Return the file's name behind the stem."""
    if source.value("format") == "wheel":
        python = source.value("python") or "py2.py3"
        abi, platform = source.value("abi") or "none", source.value("platform") or "any"
        return f"-{version}-{python}-{abi}-{platform}.whl"
    return f"-{version}.{source.value('extension') or 'tar.gz'}"


def _advice(pname: str, source: Source, candidate: Candidate) -> str:
    """Return what to write into a call for a file of another kind, if the release has one."""
    if source.get("abi", "platform") is not None:
        return ""
    kinds = _WHEELS if source.value("format") == "wheel" else {**_ARCHIVES, **_WHEELS}
    for behind, written in kinds.items():
        if _same_but_stem(pname, f"-{candidate.version}{behind}", candidate) is not None:
            return f"; write `{written}` in the call to take that"
    return ""


def _same_but_stem(pname: str, ending: str, candidate: Candidate) -> Distribution | None:
    """Return the one file that only another spelling of the same name keeps from fitting."""
    same = normalized_name(pname)
    fitting = [
        file
        for file in candidate.distributions
        if file.filename.endswith(ending)
        and normalized_name(file.filename.removesuffix(ending)) == same
    ]
    return fitting[0] if len(fitting) == 1 else None


KIND = FetchPypi()
