"""What one release says of itself, and what another says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.metadata import licences, repositories, requirements
from updater.model.research import Difference
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.metadata.requirements import Requirements

LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md")
FILES = ("pyproject.toml", "setup.cfg", "setup.py", *LICENCES)
"""The files of a source tree that are asked for where it was not downloaded."""


class ReleaseMetadata(Struct, frozen=True):
    """What a release says.

    Attributes:
        requirements: None where they are not known.
        licence: in one line; empty where it is not known.
        origin: where it stands, for people.
        addresses: of the project's pages, the likeliest to be its repository's first.
    """

    requirements: Requirements | None
    licence: str
    origin: str
    addresses: tuple[str, ...] = ()


def of_tree(files: Mapping[str, bytes], origin: str) -> ReleaseMetadata:
    """Read a source tree's files by their paths below its root."""
    named = repositories.from_tree(files)
    licence = printable(licences.from_tree(files))
    return ReleaseMetadata(requirements.from_tree(files), licence, origin, named)


def of_metadata(data: bytes, origin: str) -> ReleaseMetadata:
    """Read a wheel's METADATA."""
    named = repositories.from_metadata(data)
    licence = printable(licences.from_metadata(data))
    return ReleaseMetadata(requirements.from_metadata(data), licence, origin, named)


def is_known(releases: Iterable[ReleaseMetadata]) -> bool:
    """Tell whether any of several readings of a release has its requirements."""
    return any(release.requirements is not None for release in releases)


def compare(before: Iterable[ReleaseMetadata], after: Iterable[ReleaseMetadata]) -> Difference:
    """Return what changes, from several readings of each release, the best first."""
    before, after = tuple(before), tuple(after)
    old = next((release for release in before if release.requirements is not None), None)
    new = next((release for release in after if release.requirements is not None), None)
    licence = next((release.licence for release in before if release.licence), "")
    newer = next((release.licence for release in after if release.licence), "")
    named = (licence, newer) if licences.changed(licence, newer) else None
    if old is None or new is None or old.requirements is None or new.requirements is None:
        return Difference(licences=named)
    origin = " and ".join(dict.fromkeys((old.origin, new.origin)))
    return Difference(requirements.compare(old.requirements, new.requirements), origin, named)
