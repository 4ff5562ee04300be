"""What was found: files, and the packages in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Package  # noqa: TC001 - msgspec looks it up when it decodes

if TYPE_CHECKING:
    from collections.abc import Iterable


class OverlayFile(Struct, frozen=True):
    """One file as it was read.

    Attributes:
        data: None where it cannot be read.
        calls: the package files that it calls (``callPackage ./package.nix { }``), each with the
            attribute path by which it does.
    """

    file: str
    data: bytes | None
    packages: tuple[Package, ...]
    calls: tuple[tuple[str, tuple[str, ...]], ...] = ()


class OverlayFiles(Struct, frozen=True):
    """All packages in the order of files and lines, and every file's bytes as they were read."""

    packages: tuple[Package, ...]
    texts: dict[str, bytes]


def assembled(reads: Iterable[OverlayFile]) -> OverlayFiles:
    """Return all that was read; of a file that was read twice, the first."""
    by_file: dict[str, OverlayFile] = {}
    for one in reads:
        by_file.setdefault(one.file, one)
    callers: dict[str, tuple[tuple[str, ...], ...]] = {}
    for one in by_file.values():
        for target, attribute in one.calls:
            callers[target] = (*callers.get(target, ()), attribute)
    packages = tuple(
        replace(package, callers=mine) if mine and not package.attribute else package
        for one in by_file.values()
        for mine in (callers.get(one.file, ()),)
        for package in one.packages
    )
    texts = {one.file: one.data for one in by_file.values() if one.data is not None}
    return OverlayFiles(packages, texts)
