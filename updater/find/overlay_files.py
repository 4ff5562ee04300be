"""All packages of a project's overlays, as the run that is under way sees them."""

from __future__ import annotations

from msgspec import Struct

from updater.model import Package  # noqa: TC001 - msgspec reads it


class OverlayFiles(Struct, frozen=True):
    """All packages in the order of files and lines, and every file's bytes as they were read.

    Attributes:
        beside: the lock files that packages name, where they are not read from disk.
    """

    packages: tuple[Package, ...]
    texts: dict[str, bytes]
    beside: dict[str, bytes] | None = None
