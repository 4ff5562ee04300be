"""What is on the network is counted: which host is waited for, and how much came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import pytest

from tests.loopback.faults import Hang
from updater.effects.http.traffic import Traffic, host_of

if TYPE_CHECKING:
    from tests.effects.http.clients import Client
    from tests.loopback.server import Server
    from updater.effects.http.client import Http

HOSTS = {
    "https://code.example/o/r.git": "code.example",
    "http://127.0.0.1:9/x": "127.0.0.1:9",
    "https://user:secret@code.example/x?token=y": "code.example",
    "https://code.example": "code.example",
}


@pytest.mark.parametrize(("url", "host"), HOSTS.items())
def test_a_host_is_named_without_a_secret(url: str, host: str) -> None:
    assert host_of(url) == host


def test_the_host_that_is_waited_for_the_longest_is_the_slowest() -> None:
    traffic = Traffic()
    assert traffic.slowest() is None
    with traffic.asking("first.example"), traffic.asking("second.example"):
        assert [host for host, _ in filter(None, [traffic.slowest()])] == ["first.example"]
    assert traffic.slowest() is None
    with pytest.raises(ValueError, match="no"), traffic.asking("third.example"):
        raise ValueError("no")
    assert traffic.slowest() is None


def test_a_request_that_is_not_answered_is_seen(client: Client, server: Server) -> None:
    server.fail("GET /page", Hang())

    async def work(http: Http) -> tuple[str, float] | None:
        async with anyio.create_task_group() as group:
            group.start_soon(http.get, f"{server.url}/page")
            while http.traffic.slowest() is None:
                await anyio.lowlevel.checkpoint()
            slowest = http.traffic.slowest()
            group.cancel_scope.cancel()
        assert http.traffic.slowest() is None
        return slowest

    host, seconds = client.run(work)
    assert (host, seconds < 20) == (server.url.removeprefix("http://"), True)


def test_a_download_is_counted(client: Client, page: str) -> None:
    counted: list[int] = []

    def read(http: Http) -> None:
        with http.download(page) as pieces:
            assert http.traffic.downloaded == 0
            assert b"".join(pieces) == b"hello"
        counted.append(http.traffic.downloaded)

    client.run(lambda http: anyio.to_thread.run_sync(read, http))
    assert counted == [len(b"hello")]
