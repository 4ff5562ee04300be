"""What was found: packages, and the bytes that they were read from."""

from __future__ import annotations

from msgspec import Struct

from updater.model import Package  # noqa: TC001 - msgspec looks it up when it decodes


class Found(Struct, frozen=True):
    """All packages in the order of files and lines, and every file's bytes as they were read."""

    packages: tuple[Package, ...]
    texts: dict[str, bytes]
