"""What is added, and what was asked for; and what is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from updater.compose.references import Channel
    from updater.compose.trees import ComposedFile
    from updater.model import Build, Package
    from updater.model.adaptation import OverlayAddition


class AddRequest(Struct, frozen=True):
    """What `add` was asked for.

    Attributes:
        file, name: of the one overlay that is added; empty to take them from the project.
        channel: where sources must come from; None for wherever they build.
        missing: also add what is required and nobody has.
        build: build before anything is written.
        keep_failed: write also what does not build.
        environments: those that get the packages.
    """

    references: tuple[str, ...]
    file: str = ""
    name: str = ""
    channel: Channel | None = None
    missing: bool = False
    build: bool = True
    keep_failed: bool = False
    environments: tuple[str, ...] = ()


class AddedPackage(Struct, frozen=True):
    """A package that is added.

    Attributes:
        source: the project, or the tag, that it is pinned to.
        build: what became of building it as it is written; None where nothing was built, or
            that failed.
        notes: what is good to know, such as why another source was passed over.
        facts: those from which its overlay can be written again; None of what is removed.
        failed: it was built, and that failed; a note says why.
    """

    package: Package
    version: str
    source: str
    build: Build | None
    notes: tuple[str, ...]
    facts: OverlayAddition | None = None
    failed: bool = False


class Addition(Struct, frozen=True):
    """All that is added, as one change."""

    packages: tuple[AddedPackage, ...]
    files: tuple[ComposedFile, ...]
