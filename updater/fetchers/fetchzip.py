"""fetchzip: an archive, unpacked, its folder stripped. Source: Nixpkgs manual, "fetchzip"."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.addressed import CURL_OPTIONS, AddressFetcher


class FetchZip(AddressFetcher):
    """The tree of an archive by its address."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchzip"})
    unpack: ClassVar[bool] = True
    switches: ClassVar[tuple[str, ...]] = ("postFetch", "extraPostFetch", *CURL_OPTIONS)


KIND = FetchZip()
