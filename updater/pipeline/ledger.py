"""What a run that changes files has finished, and what it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from updater.model import Package


class Ledger:
    """The packages whose change is ready to be built or written; an interrupted run tells them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._written: set[str] = set()

    def expect(self, package: Package) -> None:
        """Note a package whose change is on its way."""
        self._names[package.identity] = package.name

    def written(self, package: Package) -> None:
        """Note that a package's change is in its file."""
        self._written.add(package.identity)

    @property
    def finished(self) -> tuple[str, ...]:
        """The names of the packages whose change is written."""
        return tuple(name for at, name in self._names.items() if at in self._written)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The names of the packages whose change is not."""
        return tuple(name for at, name in self._names.items() if at not in self._written)
