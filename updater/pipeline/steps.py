"""What stages hand to each other: what was asked for, and what is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.building.evaluating import Downloaded
    from updater.choose.subjects import Decision
    from updater.model import Build, Hashed, Package


class Progress(Protocol):
    """Is told where the pipeline is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, with so many packages to go through."""

    def step(self, package: Package) -> None:
        """The stage is done with one package."""


class Bump(Struct, frozen=True):
    """What ``bump`` was asked for: ``to`` a version or rev, and how to end.

    Attributes:
        reported: for ``publish``, which builds nothing: package -> field -> the hash that another
            process's build found. None where this process may build.
    """

    to: str = ""
    build: bool = True
    dry_run: bool = False
    commit: bool = False
    reported: Mapping[str, Mapping[str, str]] | None = None

    @property
    def unbuilt(self) -> str:
        """The option that says not to build, or an empty string."""
        if self.dry_run:
            return "--dry-run"
        return "" if self.build else "--no-build"


class Ready(Struct, frozen=True):
    """A change whose values are known; ``build`` is None until it is decided or done.

    Attributes:
        built: field -> hash, for those that a build told.
    """

    decision: Decision
    values: dict[str, str]
    hashed: Hashed | None
    archive: Downloaded | None = None
    build: Build | None = None
    companions: tuple[Mapping[str, str], ...] = ()
    built: Mapping[str, str] = field(default_factory=dict)
