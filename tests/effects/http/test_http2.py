"""Requests to one host share a connection where it speaks HTTP/2."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from updater.effects.http.client import Http
from updater.effects.http.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator
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
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    running = Host(context)
    yield running
    running.close()


def test_many_requests_to_a_host_are_one_connection(host: Host) -> None:
    paths = [f"/{number}" for number in range(20)]
    bodies: dict[str, bytes] = {}

    async def ask(http: Http, path: str) -> None:
        bodies[path] = (await http.get(f"{host.url}{path}")).body

    async def main() -> None:
        async with Http.opened(Network(retries=0), (), print) as http:
            await ask(http, "/first")
            async with anyio.create_task_group() as group:
                for path in paths:
                    group.start_soon(ask, http, path)

    anyio.run(main)
    assert bodies == {path: path.encode() for path in ["/first", *paths]}
    (asked,) = host.requests
    assert sorted(asked) == sorted(["/first", *paths])
