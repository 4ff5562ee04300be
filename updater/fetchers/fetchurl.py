"""fetchurl: one file, hashed as it is. Source: Nixpkgs manual, "fetchurl"; builtins.fetchurl."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import CURL_OPTIONS, AddressFetcher, unhashed

if TYPE_CHECKING:
    from updater.model import Package, Source


class FetchUrl(AddressFetcher):
    """A file by its address."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchurl"})
    unpack: ClassVar[bool] = False
    switches: ClassVar[tuple[str, ...]] = (
        "postFetch",
        "recursiveHash",
        "downloadToTemp",
        "executable",
        *CURL_OPTIONS,
    )

    def skip(self, package: Package, source: Source) -> str:
        """The builtin may be given the address alone."""
        nothing = unhashed(source, "sha256") if source.bare else ""
        return nothing or super().skip(package, source)


KIND = FetchUrl()
