"""fetchzip: an archive, unpacked, its folder stripped. Source: Nixpkgs manual, "fetchzip"."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import AddressFetcher

if TYPE_CHECKING:
    from updater.model import Source


class FetchZip(AddressFetcher):
    """The tree of an archive by its address."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchzip"})
    unpack: ClassVar[bool] = True
    switches: ClassVar[tuple[str, ...]] = ("postFetch", "extraPostFetch")

    def blocked(self, source: Source) -> str:
        """As for every address; whether the top folder is kept must be readable."""
        field = source.get("stripRoot")
        if field is not None and field.value not in ("true", "false"):
            return f"stripRoot is computed: {field.text}"
        return super().blocked(source)


KIND = FetchZip()
