"""A look-up outside of the command: one kind, its questions, and a clock that does not wait."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import anyio

from updater.effects.http.addresses import origin
from updater.effects.http.client import Http
from updater.effects.http.credentials import Credential
from updater.effects.http.network import Network
from updater.effects.http.patience import Clock
from updater.model import Offer, Project
from updater.upstreams.base import ProjectQuestion, Surroundings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from updater.model import Host, Note
    from updater.upstreams.base import OfferOrError, Upstream

T = TypeVar("T")


@dataclass
class Timeless:
    """A clock whose waits are over at once.

    Attributes:
        waits: how long was waited for, in seconds.
    """

    now: datetime = datetime(2026, 6, 1, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        """Return it as the updater takes it."""
        return Clock(lambda: self.now, self._sleep, self._block)

    async def _sleep(self, seconds: float) -> None:
        self._block(seconds)
        await anyio.lowlevel.checkpoint()

    def _block(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Asking:
    """What look-ups share.

    Attributes:
        said: what the user was told.
    """

    hosts: dict[str, Host] = field(default_factory=dict)
    index: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    registries: dict[str, str] = field(default_factory=dict)
    network: Network = field(default_factory=lambda: Network(retries=2, timeout=20.0))
    cache: Path | None = None
    time: Timeless = field(default_factory=Timeless)
    said: list[str] = field(default_factory=list)

    def ask(self, kind: Upstream, *questions: ProjectQuestion | str) -> dict[str, OfferOrError]:
        """Look projects up and return what was found, by project."""
        asked = [
            ProjectQuestion(_project(one)) if isinstance(one, str) else one for one in questions
        ]
        found = self.run(lambda around: kind.look_up(asked, around))
        return {str(project): one for project, one in found.items()}

    def notes(self, kind: Upstream, project: Project, *, pages: int = 100) -> list[list[Note]]:
        """Return the pages of a project's release notes, at most so many."""

        async def read(around: Surroundings) -> list[list[Note]]:
            found: list[list[Note]] = []
            listed = kind.notes(project, around)
            assert listed is not None
            async with aclosing(listed):
                async for page in listed:
                    found.append(page)
                    if len(found) == pages:
                        break
            return found

        return self.run(read)

    def is_public(self, kind: Upstream, project: Project) -> bool:
        """Tell whether everybody may see a project."""
        return self.run(lambda around: kind.is_public(project, around))

    def run(self, work: Callable[[Surroundings], Awaitable[T]]) -> T:
        async def main() -> T:
            credentials = tuple(
                Credential("A_TOKEN", frozenset({origin(url)}), token)
                for url, token in self.tokens.items()
            )
            async with Http.opened(
                self.network,
                credentials,
                self.said.append,
                cache=self.cache,
                clock=self.time.clock(),
            ) as http:
                around = Surroundings(http, self.hosts, lambda: self.index, self.registries)
                return await work(around)

        return anyio.run(main)

    def offer(self, kind: Upstream, question: ProjectQuestion | str) -> Offer:
        """Look one project up that can be found."""
        (found,) = self.ask(kind, question).values()
        assert isinstance(found, Offer), found
        return found

    def failure(self, kind: Upstream, question: ProjectQuestion | str) -> Exception:
        """Look one project up that cannot be found."""
        (found,) = self.ask(kind, question).values()
        assert isinstance(found, Exception), found
        return found


def _project(text: str) -> Project:
    """Read a project, also one of a registry that config.yaml names."""
    kind, _, name = text.partition(":")
    return Project(kind, "", name) if kind in ("crates", "hex", "npm") else Project.parse(text)


def tags(offer: Offer) -> dict[str, str]:
    """Tag -> commit."""
    return {one.ref: one.commit for one in offer.candidates}


def codes(offer: Offer) -> list[str]:
    """The codes of an offer's warnings."""
    return [one.code for one in offer.warnings]
