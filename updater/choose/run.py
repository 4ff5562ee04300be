"""One run of a command, as everything that it starts sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.upstreams.base import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from updater.building.builder import Builder
    from updater.choose.records import Records
    from updater.config.load import Config
    from updater.effects.http.client import Http
    from updater.hashing.prefetch import Prefetcher
    from updater.identify.identifier import Identifier
    from updater.model import Project
    from updater.model.run import Progress


class Run(Struct, frozen=True, kw_only=True):
    """What the user configured, when the run began, and the effects that it may use.

    Attributes:
        now: the one moment at which all packages of the run are judged, with a time zone.
        identifier: opened at its first use, since a check of tags asks no history.
        builder: opened at its first use, since a check builds nothing.
        mirrors: the folder of the mirrors in which pins are identified; None where there are none.
        spent: hosts whose limit for questions about single releases is used up.
        trees: files of commits and tags that hosts told: project, revision and paths -> path ->
            content.
        contents: project files of the index's distributions, by their addresses.
        advised: the packages for whose advice alone a source distribution was wanted, in order.
    """

    config: Config
    now: datetime
    http: Http
    prefetcher: Prefetcher
    records: Records
    identifier: Callable[[], Identifier]
    builder: Callable[[], Builder]
    progress: Progress
    spent: set[str] = field(default_factory=set)
    trees: dict[tuple[Project, str, tuple[str, ...]], Mapping[str, bytes]] = field(
        default_factory=dict
    )
    contents: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    advised: dict[str, int] = field(default_factory=dict)
    mirrors: Path | None = None

    @property
    def surroundings(self) -> Surroundings:
        """What a look-up may use."""
        config = self.config
        return Surroundings(self.http, config.hosts, lambda: config.index, config.registries)
