"""What a run was asked for, and who is told where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.errors import Bug
    from updater.model.adaptation import Adaptation
    from updater.model.overlay import Package


class Progress(Protocol):
    """Is told where the pipeline is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, with so many packages to go through."""

    def step(self, package: Package) -> None:
        """The stage is done with one package."""

    def written(self, package: Package, version: str) -> None:
        """A package's file has its new version, while others are still built."""

    def detail(self, message: str) -> None:
        """Something that only `-v` shows."""

    def bug(self, bug: Bug) -> None:
        """A package ended with a bug, whose trace helps to mend it."""


class Bump(Struct, frozen=True):
    """What ``bump`` was asked for: ``to`` a version or rev, and how to end.

    Attributes:
        adapt: whether a change may edit more than the pin.
        rehash: hashes are computed anew also where the version stays.
        reported: for ``publish``, which builds nothing: package -> field -> the hash that another
            process's build found. None where this process may build.
        adapted: for ``publish``: package -> the edits that the other process made beside the pin.
    """

    to: str = ""
    build: bool = True
    dry_run: bool = False
    commit: bool = False
    adapt: bool = True
    rehash: bool = False
    reported: Mapping[str, Mapping[str, str]] | None = None
    adapted: Mapping[str, tuple[Adaptation, ...]] | None = None

    @property
    def unbuilt(self) -> str:
        """The option that says not to build, or an empty string."""
        if self.dry_run:
            return "--dry-run"
        return "" if self.build else "--no-build"
