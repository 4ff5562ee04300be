"""fetchTarball, a builtin: an archive at evaluation time, its single folder stripped.

Source: Nix manual, "builtins.fetchTarball".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import AddressFetcher, unhashed

if TYPE_CHECKING:
    from updater.model import Package, Source, Unpacking


class FetchTarball(AddressFetcher):
    """The tree of an archive by its address; without a hash Nix compares it with nothing."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchTarball"})
    unpack: ClassVar[bool] = True
    unpacking: ClassVar[Unpacking] = "fetchTarball"
    switches: ClassVar[tuple[str, ...]] = ()

    def skip(self, package: Package, source: Source) -> str:
        """Without a hash every evaluation takes what is at the address then."""
        return unhashed(source, "sha256") or super().skip(package, source)


KIND = FetchTarball()
