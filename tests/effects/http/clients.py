"""Clients whose waits are over at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio

from updater.effects.http.client import Http
from updater.effects.http.network import Network
from updater.effects.http.patience import Clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from updater.effects.http.credentials import Credential
    from updater.model import HttpResponse

START = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Client:
    """Makes clients whose waits are over at once.

    Attributes:
        moving: a wait takes its time.
        waits: how long was waited for, in seconds.
        said: what the user was told.
    """

    network: Network = field(default_factory=lambda: Network(retries=3, timeout=20.0))
    credentials: tuple[Credential, ...] = ()
    now: datetime = START
    moving: bool = True
    waits: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def run(self, work: Callable[[Http], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            clock = Clock(lambda: self.now, self._sleep, self._block)
            async with Http.opened(
                self.network, self.credentials, self.said.append, clock=clock
            ) as client:
                return await work(client)

        return anyio.run(main)

    def get(self, url: str, **more: Any) -> HttpResponse:
        answer: HttpResponse = self.run(lambda client: client.get(url, **more))
        return answer

    def post(self, url: str, **more: Any) -> HttpResponse:
        answer: HttpResponse = self.run(lambda client: client.post(url, b"x", headers={}, **more))
        return answer

    def download(self, url: str, **more: Any) -> bytes:
        def read(client: Http) -> bytes:
            for attempt in client.retrying(url):
                with attempt, client.download(url, **more) as pieces:
                    return b"".join(pieces)
            raise AssertionError

        whole: bytes = self.run(lambda client: anyio.to_thread.run_sync(read, client))
        return whole

    async def _sleep(self, seconds: float) -> None:
        self._block(seconds)

    def _block(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.moving:
            self.now += timedelta(seconds=seconds)
