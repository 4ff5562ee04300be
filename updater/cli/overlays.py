"""What the overlays hold, for one command."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import click

from updater.errors import ConfigError, UsageError
from updater.find.ahead import begin_reading
from updater.find.selection import select
from updater.text import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.cli.request import Request
    from updater.config.load import Config
    from updater.find.found import OverlayFiles
    from updater.model import Package
    from updater.model.run import Bump


class Overlays:
    """All packages, and those that were asked for; read beside this process until they are wanted.

    A key of ``packages:`` that matches none of them is told.

    Args:
        request: names packages.
        config: names the overlays.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """

    def __init__(self, request: Request, config: Config) -> None:
        self._names = request.packages
        self._config = config
        self._reading = begin_reading(config)

    @cached_property
    def found(self) -> OverlayFiles:
        """All that was read."""
        found = self._reading()
        for key in self._config.unused(found.packages):
            file = self._config.file
            unused = ConfigError("matches no package", file=file, key=f"packages.{key}")
            click.echo(harmless(f"updater: {unused}"), err=True)
        return found

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
