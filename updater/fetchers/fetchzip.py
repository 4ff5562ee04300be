"""fetchzip: an archive, unpacked, its folder stripped. Source: Nixpkgs manual, "fetchzip"."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import Addressed

if TYPE_CHECKING:
    from updater.model import Source


class FetchZip(Addressed):
    """The tree of an archive by its address."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchzip"})
    unpack: ClassVar[bool] = True
    switches: ClassVar[tuple[str, ...]] = ("postFetch", "extraPostFetch")

    def blocked(self, source: Source) -> str:
        """As for every address, and ``stripRoot = false`` keeps the folder."""
        if source.value("stripRoot") == "false":
            return "stripRoot = false keeps what is usually stripped"
        return super().blocked(source)


KIND = FetchZip()
