"""fetchTarball, a builtin: an archive at evaluation time, its single folder stripped.

Source: Nix manual, "builtins.fetchTarball".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.fetchers.addressed import AddressFetcher
from updater.fetchers.base import written_hash

if TYPE_CHECKING:
    from updater.model import Package, Source, Unpacking


class FetchTarball(AddressFetcher):
    """The tree of an archive by its address; without a hash it pins nothing."""

    functions: ClassVar[frozenset[str]] = frozenset({"fetchTarball"})
    unpack: ClassVar[bool] = True
    unpacking: ClassVar[Unpacking] = "fetchTarball"
    switches: ClassVar[tuple[str, ...]] = ()

    def skip(self, package: Package, source: Source) -> str:
        """Without a hash every evaluation may fetch something else."""
        if source.get("sha256") is None and not written_hash(source):
            return "it has no sha256, so it pins nothing"
        return super().skip(package, source)


KIND = FetchTarball()
