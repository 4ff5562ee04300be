"""What was asked for; light, since every start of the command reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.config.load import Config


class Request(Struct, frozen=True):
    """What every command takes; None where the configuration decides."""

    root: Path
    config: str | None
    packages: tuple[str, ...] = ()
    json: bool = False
    verbose: bool = False
    quiet: bool = False
    cache: bool = True
    max_candidates: int | None = None
    timeout: float | None = None

    def about(self, packages: Sequence[str] | None) -> Request:
        """Return this request about some packages; None is about all."""
        return replace(self, packages=tuple(packages or ()))

    def within(self, max_candidates: int | None, timeout: float | None) -> Request:
        """Return this request with a budget for identifying pins: trees, and seconds."""
        return replace(self, max_candidates=max_candidates, timeout=timeout)

    def load(self) -> Config:
        """Read the configuration."""
        from updater.config import load as config

        return config.load(self.root, self.config)
