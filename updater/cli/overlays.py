"""What the overlays hold, for one command."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from updater.errors import UsageError
from updater.find.ahead import begin_reading
from updater.find.selection import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.find.found import OverlayFiles
    from updater.model import Package
    from updater.model.run import Bump


class Overlays:
    """All packages, and those that were asked for; read beside this process until they are wanted.

    Args:
        request: names packages.
        config: names the overlays.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """

    def __init__(self, request: Request, config: Config) -> None:
        self._names = request.packages
        self._reading = begin_reading(config)

    @cached_property
    def found(self) -> OverlayFiles:
        """All that was read."""
        return self._reading()

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages that were asked for.

        Raises:
            NoSuchPackage, AmbiguousName: as their messages say.
        """
        return select(self.found.packages, self._names)


def refuse_many(ask: Bump, packages: Sequence[Package]) -> None:
    """Refuse ``--to`` for anything but one package.

    Raises:
        UsageError: there are none or several.
    """
    if ask.to and len(packages) != 1:
        raise UsageError(
            f"--to goes with one package, and these are {len(packages)}", hint="name one package"
        )
