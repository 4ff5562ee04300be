"""A loopback HTTP/1.1 server with routes, a log of requests, and faults on demand."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import TYPE_CHECKING, TypeAlias, assert_never

import h11

from tests.loopback.faults import (
    Cut,
    Drip,
    Drop,
    Fault,
    Flood,
    Garbage,
    Hang,
    Injection,
    Lost,
    Mislabel,
)
from tests.loopback.messages import Request, Response, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    Handler: TypeAlias = Callable[..., Response]

READ_SIZE = 65536
TELLING = ("accept", "authorization", "git-protocol", "if-none-match")
BODILESS = frozenset({204, 304})


@dataclass(slots=True)
class Exchange:
    """A request and what it was answered.

    Attributes:
        status: None as long as nothing was answered, and where the connection was dropped.
        sent: the length of the body that was sent.
    """

    request: Request
    status: int | None = None
    sent: int = 0


class Server:
    """Serves HTTP/1.1 with keep-alive on a free port of the loopback interface.

    Used as a context manager; leaving it closes every connection and joins every thread.

    Args:
        name: the host name in ``url``; two servers under two names are two hosts to a client.
        tls: makes it HTTPS.

    Attributes:
        url: such as ``http://127.0.0.1:41234``, without a slash at the end.
        log: every request in the order of arrival.
        errors: tracebacks of handlers that failed; a test that leaves any has met a bug here.
        latency: seconds before each answer, for benchmarks.
        remembers: the same request gets the same answer without work, for benchmarks.
    """

    def __init__(self, *, name: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{name}:{self.port}"
        self.log: list[Exchange] = []
        self.errors: list[str] = []
        self.latency = 0.0
        self.remembers = False
        self._memory: dict[tuple[object, ...], Response] = {}
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._injections: list[Injection] = []
        self._lock = threading.Lock()
        self._closing = False
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, name=f"accept {self.url}")
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Answer requests whose whole unescaped path fits; earlier routes win.

        Args:
            method: ``GET`` answers HEAD too.
            pattern: a regular expression; its named groups are keyword arguments of the handler.
            handler: called with the request, in the connection's thread.
        """
        self._routes.append((method, re.compile(pattern), handler))

    def fail(
        self, match: str, fault: Fault, *, times: int | None = None, skip: int = 0, body: str = ""
    ) -> Injection:
        """Give requests a fault instead of their true answer; later calls win over earlier ones.

        Args:
            match: a regular expression, searched for in ``METHOD target``.
            fault: what happens instead; a Response is sent as it is.
            times: how many requests meet the fault, None for all.
            skip: how many matching requests go well before.
            body: a regular expression that the request's body must hold too.
        """
        injection = Injection(re.compile(match), fault, re.compile(body.encode()), times, skip)
        with self._lock:
            self._injections.insert(0, injection)
        return injection

    def mend(self) -> None:
        """Take back every fault; what hangs goes on."""
        with self._lock:
            faults, self._injections = self._injections, []
        for injection in faults:
            if isinstance(injection.fault, Hang):
                injection.fault.release()

    def requests(self, match: str = "") -> list[Request]:
        """Return the requests so far whose ``METHOD target`` fits, in the order of arrival."""
        return [exchange.request for exchange in self.exchanges(match)]

    def exchanges(self, match: str = "") -> list[Exchange]:
        """Return the exchanges so far whose ``METHOD target`` fits, in the order of arrival."""
        with self._lock:
            log = list(self.log)
        return [
            exchange
            for exchange in log
            if re.search(match, f"{exchange.request.method} {exchange.request.target}")
        ]

    def close(self) -> None:
        """Stop listening, release what hangs, close every connection, join every thread."""
        if self._closing:
            return
        self._closing = True
        self.mend()
        # Closing a socket does not wake a thread that accepts on it; a connection does.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            open_connections, threads = set(self._connections), list(self._threads)
        for connection in open_connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:  # also one that has left its connection, and is about to end
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing:
                connection.close()
                return
            if self._tls is not None:
                # The handshake waits for the client: that is for the connection's own thread.
                connection = self._tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._connections.add(connection)
                self._threads = [one for one in self._threads if one.is_alive()]
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            # A client that goes away, also in the middle of a message, ends its connection only.
            with suppress(OSError, h11.RemoteProtocolError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if isinstance(connection, ssl.SSLSocket):
                    connection.do_handshake()
                self._converse(connection)
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _converse(self, connection: socket.socket) -> None:
        peer = h11.Connection(h11.SERVER)
        while (request := receive(peer, connection)) is not None:
            exchange = Exchange(request)
            with self._lock:
                self.log.append(exchange)
                fault = next((one.fault for one in self._injections if one.takes(request)), None)
            if self.latency:
                time.sleep(self.latency)
            if isinstance(fault, Hang):
                fault.reached.set()
                fault.released.wait()
            if not self._answer(peer, connection, exchange, fault):
                return
            if peer.our_state is not h11.DONE or peer.their_state is not h11.DONE:
                return
            peer.start_next_cycle()

    def _answer(
        self,
        peer: h11.Connection,
        connection: socket.socket,
        exchange: Exchange,
        fault: Fault | None,
    ) -> bool:
        """Send the answer; False where the fault broke the connection."""
        if isinstance(fault, Drop):
            return False
        response = self._faulty(exchange.request, fault)
        if isinstance(fault, Lost):
            return False
        sent = response.body[: fault.after] if isinstance(fault, Cut) else response.body
        if exchange.request.method == "HEAD" or response.status in BODILESS:
            sent = b""
        exchange.status, exchange.sent = response.status, len(sent)
        message = head(peer, response) + (peer.send(h11.Data(data=sent)) or b"")
        if isinstance(fault, Drip):
            connection.sendall(message[: fault.after])
            for byte in message[fault.after :]:
                time.sleep(fault.pause)
                connection.sendall(bytes([byte]))
        else:
            connection.sendall(message)
        if isinstance(fault, Cut):
            return False
        connection.sendall(peer.send(h11.EndOfMessage()) or b"")
        return True

    def _faulty(self, request: Request, fault: Fault | None) -> Response:
        match fault:
            case Response():
                return fault
            case Garbage(body):
                return replace(self._true_answer(request), body=body)
            case Mislabel(content_type):
                return self._true_answer(request).with_headers(Content_Type=content_type)
            case Flood(size):
                return replace(self._true_answer(request), body=bytes(size), chunked=True)
            case None | Cut() | Drip() | Hang() | Drop() | Lost():
                return self._true_answer(request)
            case _:
                assert_never(fault)

    def _true_answer(self, request: Request) -> Response:
        if not self.remembers:
            return self._route_answer(request)
        told = tuple(request.headers.get(name) for name in TELLING)
        key = (request.method, request.target, request.body, told)
        if key not in self._memory:
            self._memory[key] = self._route_answer(request)
        return self._memory[key]

    def _route_answer(self, request: Request) -> Response:
        try:
            for method, pattern, handler in self._routes:
                fits = pattern.fullmatch(request.path)
                if fits and request.method in (method, "HEAD" if method == "GET" else method):
                    return handler(request, **fits.groupdict())
        except Exception:  # noqa: BLE001 - the fixture shows every bug of a handler in the test
            self.errors.append(traceback.format_exc())
            return text("the loopback server failed", 500)
        return text("Not Found", 404)


def receive(peer: h11.Connection, connection: socket.socket) -> Request | None:
    """Read one whole request, None where the client closed instead."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        match event := peer.next_event():
            case h11.NEED_DATA:
                if peer.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    connection.sendall(peer.send(go_on) or b"")
                peer.receive_data(connection.recv(READ_SIZE))
            case h11.Request():
                request = event
            case h11.Data():
                body += event.data
            case h11.EndOfMessage() if request is not None:
                headers = {
                    name.decode(): value.decode("latin-1") for name, value in request.headers
                }
                return Request(
                    request.method.decode(), request.target.decode("latin-1"), headers, bytes(body)
                )
            case _:
                return None


def head(peer: h11.Connection, response: Response) -> bytes:
    """Return the status line and headers as they go over the wire."""
    headers = {"Date": formatdate(usegmt=True), **response.headers}
    if response.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif response.status not in BODILESS:
        headers.setdefault("Content-Length", str(len(response.body)))
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return peer.send(h11.Response(status_code=response.status, headers=sent)) or b""
