"""fetchurl: one file, hashed as it is. Source: Nixpkgs manual, "fetchurl"; builtins.fetchurl."""

from __future__ import annotations

from typing import ClassVar

from updater.fetchers.addressed import CURL_OPTIONS, AddressFetcher


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


KIND = FetchUrl()
