"""Which overlay files there are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from updater.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from updater.config.load import Config


def overlay_files(config: Config) -> tuple[str, ...]:
    """Return the overlay files that the configuration names, relative to the root.

    Each comes once: of a link and its target, the target.

    Raises:
        ConfigError: an entry of ``overlays:`` names nothing.
    """
    found: dict[str, None] = {}
    for entry in config.document.overlays:
        path = config.root / entry
        if path.is_dir():
            matches = sorted(_below(os.path.normpath(entry), config.root), key=_parts)
        elif path.is_file():
            matches = [os.path.normpath(entry)]
        else:
            globbed = sorted(config.root.glob(entry)) if not entry.startswith("/") else []
            matches = [one.relative_to(config.root).as_posix() for one in globbed if one.is_file()]
        if not matches:
            raise ConfigError(
                f"{entry!r} names no .nix file in {config.root}",
                file=config.file or "config.yaml",
                key="overlays",
                hint="say where the overlays are: in config.yaml, `overlays: [FOLDER]`, or with -C",
            )
        found.update(dict.fromkeys(matches))
    return tuple(_without_links(list(found), config.root))


def _without_links(found: list[str], root: Path) -> list[str]:
    links = {file for file in found if os.path.islink(root / file)}  # noqa: PTH114 - speed
    if not links:
        return found
    known = {os.path.realpath(root / file) for file in found if file not in links}
    kept = []
    for file in found:
        target = os.path.realpath(root / file)
        if file not in links or target not in known:
            kept.append(file)
            known.add(target)
    return kept


def _below(folder: str, root: Path) -> Iterator[str]:
    for inside, _, names in os.walk(root / folder):
        below = os.path.relpath(inside, root)
        start = "" if below == "." else f"{below}/"
        yield from (f"{start}{name}" for name in names if name.endswith(".nix"))


def _parts(file: str) -> list[str]:
    return file.split("/")
