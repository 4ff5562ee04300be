"""Requests to one host share a connection where it speaks HTTP/2; else each has one for itself."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import anyio
import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from tests.loopback.messages import Request, Response, text
from tests.loopback.server import Server
from updater.effects.http.client import Http
from updater.effects.http.network import Network
from updater.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Host:
    """A server that speaks nothing but HTTP/2 and answers each request with its path.

    Attributes:
        requests: the paths that were asked for, by connection.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.requests: list[list[str]] = []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        """Stop; the clients have closed their connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    self._converse(secure)

    def _converse(self, secure: ssl.SSLSocket) -> None:
        asked: list[str] = []
        self.requests.append(asked)
        peer = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        peer.initiate_connection()
        secure.sendall(peer.data_to_send())
        while data := secure.recv(65536):
            for event in peer.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path = next(value.decode() for name, value in event.headers if name == b":path")
                    asked.append(path)
                    peer.send_headers(event.stream_id, [(":status", "200")])
                    peer.send_data(event.stream_id, path.encode(), end_stream=True)
            with suppress(OSError):
                secure.sendall(peer.data_to_send())


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server on localhost shows; clients trust it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return context


def get(*rounds: Iterable[str], concurrency: int = 32) -> dict[str, bytes]:
    """Ask for addresses, those of a round side by side; return what was answered."""
    bodies: dict[str, bytes] = {}

    async def ask(http: Http, url: str) -> None:
        bodies[url] = (await http.get(url)).body

    async def main() -> None:
        async with Http.opened(Network(concurrency, retries=0), (), print) as http:
            for urls in rounds:
                async with anyio.create_task_group() as group:
                    for url in urls:
                        group.start_soon(ask, http, url)

    anyio.run(main)
    return bodies


def test_many_requests_to_a_host_are_one_connection(tls: ssl.SSLContext) -> None:
    """Also those that begin before anybody knows that it speaks HTTP/2."""
    tls.set_alpn_protocols(["h2"])
    with closing(Host(tls)) as host:
        paths = [f"/{number}" for number in range(20)]
        bodies = get([f"{host.url}{path}" for path in paths], [f"{host.url}/last"])
    assert bodies == {f"{host.url}{path}": path.encode() for path in [*paths, "/last"]}
    (asked,) = host.requests
    assert sorted(asked) == sorted([*paths, "/last"])


@pytest.mark.parametrize("is_secure", [False, True])
def test_requests_to_an_old_host_use_the_connections_of_earlier_ones(
    tls: ssl.SSLContext, *, is_secure: bool
) -> None:
    """There are as many as requests at the same time, and no more in the next round."""
    together = threading.Barrier(3)
    connections: list[threading.Thread] = []

    def answer(request: Request) -> Response:
        together.wait()
        connections.append(threading.current_thread())  # each connection has its own
        return text(request.target)

    with Server(name="localhost", tls=tls if is_secure else None) as server:
        server.route("GET", ".*", answer)
        rounds = [[f"{server.url}/{number}{place}" for place in "abc"] for number in range(3)]
        bodies = get(*rounds)
    assert bodies == {url: url.removeprefix(server.url).encode() for urls in rounds for url in urls}
    assert sorted(Counter(connections).values()) == [3, 3, 3]


def test_a_connection_that_no_request_uses_gives_way_to_one_of_another_host(
    tls: ssl.SSLContext,
) -> None:
    """No more are open than requests may be under way."""
    connections: list[threading.Thread] = []

    def answer(request: Request) -> Response:
        connections.append(threading.current_thread())
        return text(request.target)

    with Server(name="localhost", tls=tls) as first, Server(name="localhost", tls=tls) as second:
        for server in (first, second):
            server.route("GET", ".*", answer)
        urls = [
            f"{server.url}/{number}" for number in (1, 2, 3) for server in (first, first, second)
        ]
        bodies = get(*([url] for url in urls), concurrency=1)
    assert bodies == {url: url[-2:].encode() for url in urls}
    assert Counter(Counter(connections).values()) == {2: 3, 1: 3}


@pytest.mark.parametrize("protocol", ["http", "https", "h2"])
def test_what_can_be_done_while_an_answer_is_waited_for_is_done_once(
    tls: ssl.SSLContext, protocol: str
) -> None:
    """As soon as the first request is sent, before its answer is read."""
    done: list[str] = []
    urls: list[str] = []

    async def main() -> None:
        async with Http.opened(Network(retries=0), (), print) as http:
            http.meanwhile(lambda: done.append("meanwhile"))
            for url in urls:
                response = await http.get(url)
                done.append(response.body.decode())

    if protocol == "h2":
        tls.set_alpn_protocols(["h2"])
        with closing(Host(tls)) as host:
            urls += [f"{host.url}/a", f"{host.url}/b"]
            anyio.run(main)
    else:
        with Server(name="localhost", tls=tls if protocol == "https" else None) as server:
            server.route("GET", ".*", lambda request: text(request.target))
            urls += [f"{server.url}/a", f"{server.url}/b"]
            anyio.run(main)
    assert done == ["meanwhile", "/a", "/b"]


def test_requests_that_waited_for_a_connection_that_failed_try_by_themselves() -> None:
    """The first one's failure is not theirs, and each is told of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}"
    failures: list[str] = []

    async def ask(http: Http, path: str) -> None:
        try:
            await http.get(f"{url}/{path}")
        except Unreachable as error:
            failures.append(str(error).partition(":")[0])

    async def main() -> None:
        async with (
            Http.opened(Network(retries=0), (), print) as http,
            anyio.create_task_group() as group,
        ):
            for path in "abc":
                group.start_soon(ask, http, path)

    anyio.run(main)
    assert len(failures) == 3
