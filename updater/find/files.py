"""Which overlay files there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.effects import files
from updater.errors import ConfigError

if TYPE_CHECKING:
    from updater.config.load import Config


def overlay_files(config: Config) -> tuple[str, ...]:
    """Return the overlay files that the configuration names, relative to the root.

    Each comes once: of a link and its target, the target.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    named: list[str] = []
    given = config.document.overlays
    for entry in given if given is not None else ("overlays",):
        matches = files.listed(config.root, entry, ".nix")
        if not matches:
            raise ConfigError(
                f"{entry!r} names no .nix file in {config.root}",
                file=config.file or "config.yaml",
                key="overlays",
                hint="say where the overlays are: in config.yaml, `overlays: [FOLDER]`, or with -C",
            )
        named += matches
    return tuple(files.distinct(config.root, named))
