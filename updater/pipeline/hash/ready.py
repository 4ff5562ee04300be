"""What hashing hands on: a change whose values are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.building.evaluating import StoredSource
    from updater.choose.subjects import Decision
    from updater.model import Build, Hashed
    from updater.pipeline.hash.planned import PlannedChange


class Ready(Struct, frozen=True):
    """A change whose values are known; ``build`` is None until it is decided or done.

    Attributes:
        source: the source, where it was downloaded for its hash and is to be built.
        built: field -> hash, for those that a build told.
    """

    decision: Decision
    planned: PlannedChange
    hashed: Hashed | None
    source: StoredSource | None = None
    build: Build | None = None
    built: Mapping[str, str] = field(default_factory=dict)
