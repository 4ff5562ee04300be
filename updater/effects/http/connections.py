"""Connections: a host that speaks HTTP/2 has one for all, any other host one for each request.

httpx's own pool looks at all of its connections whenever a request begins or ends, and asks the
system about each that is idle: with thirty-two of a host that speaks HTTP/1.1, that was a third of
a check's processor time. Here, each connection of such a host is a pool of its own.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping


class _Host:
    """What is known of a host.

    Attributes:
        shared: the pool for all requests, of a host that speaks HTTP/2.
        idle: pools of one connection that no request uses; the last was used last.
        is_known: whether it is known which HTTP it speaks.
        greeting: is set when the first connection, which will tell, is there.
    """

    __slots__ = ("greeting", "idle", "is_known", "shared")

    def __init__(self, *, is_known: bool) -> None:
        self.shared: httpx.AsyncHTTPTransport | None = None
        self.idle: list[httpx.AsyncHTTPTransport] = []
        self.is_known = is_known
        self.greeting: anyio.Event | None = None


class Connections(httpx.AsyncBaseTransport):
    """Sends requests directly, each by the connection that its host has for it.

    Args:
        tls: whose certificates are trusted.
        limits: how many connections there may be.

    Attributes:
        meanwhile: is called once, as soon as a request is sent and nothing is left but to wait.
    """

    def __init__(self, tls: ssl.SSLContext, limits: httpx.Limits) -> None:
        self._make = partial(httpx.AsyncHTTPTransport, verify=tls, http2=True, limits=limits)
        self._most = limits.max_connections
        self.meanwhile: Callable[[], None] | None = None
        self._count = 0
        self._hosts: dict[tuple[str, bytes, int | None], _Host] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way."""
        url = request.url
        place = url.scheme, url.raw_host, url.port
        host = self._hosts.get(place)
        if host is None:
            # Without TLS nothing negotiates which HTTP is spoken: it is the old one.
            host = self._hosts[place] = _Host(is_known=url.scheme != "https")
        if host.greeting is not None:
            await host.greeting.wait()
        if host.shared is not None:
            return await host.shared.handle_async_request(request)
        pool = await self._pool(host)
        if not host.is_known and host.greeting is None:
            response = await self._first(host, pool, request)
        else:
            if self.meanwhile is not None:
                request = _traced(request, self._look)
            response = await self._lent(host, pool, request)
        if host.shared is not pool:
            response.stream = _LentStream(response.stream, partial(host.idle.append, pool))
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        for host in self._hosts.values():
            for pool in (*host.idle, host.shared):
                if pool is not None:
                    await pool.aclose()
        self._hosts.clear()

    async def _pool(self, host: _Host) -> httpx.AsyncHTTPTransport:
        """Return a pool that no request uses, for one more."""
        if host.idle:
            return host.idle.pop()
        if self._most is not None and self._count >= self._most:
            for other in self._hosts.values():
                if other.idle:
                    self._count -= 1
                    await other.idle.pop(0).aclose()
                    break
        self._count += 1
        return self._make()

    async def _first(
        self, host: _Host, pool: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        """Send a host's first request, while others to it wait for its connection.

        Source: httpx documentation, "Extensions", `trace`.
        """
        greeting = host.greeting = anyio.Event()

        async def look(event: str, about: Mapping[str, Any]) -> None:
            if event == "connection.start_tls.complete":
                tls = about["return_value"].get_extra_info("ssl_object")
                if tls.selected_alpn_protocol() == "h2":
                    host.shared = pool
                    self._count -= 1
                host.is_known = True
                greeting.set()
            await self._look(event, about)

        try:
            return await self._lent(host, pool, _traced(request, look))
        finally:  # where no connection came about, the others try each for themselves
            greeting.set()
            host.greeting = None

    async def _look(self, event: str, _about: Mapping[str, Any]) -> None:
        """Work where a request is sent; the source is that of `_first`."""
        if self.meanwhile is not None and event.endswith(".receive_response_headers.started"):
            work, self.meanwhile = self.meanwhile, None
            work()

    async def _lent(
        self, host: _Host, pool: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        try:
            return await pool.handle_async_request(request)
        except BaseException:
            if host.shared is not pool:
                host.idle.append(pool)
            raise


def _traced(
    request: httpx.Request, look: Callable[[str, Mapping[str, Any]], Awaitable[None]]
) -> httpx.Request:
    return httpx.Request(
        request.method,
        url=request.url,
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "trace": look},
    )


class _LentStream(httpx.AsyncByteStream):
    """A body whose connection is given back when it is closed."""

    def __init__(
        self, stream: httpx.SyncByteStream | httpx.AsyncByteStream, give_back: Callable[[], None]
    ) -> None:
        self._stream = stream
        self._give_back: Callable[[], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if isinstance(self._stream, httpx.AsyncByteStream):
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        """Close the body, and give its connection back."""
        give_back, self._give_back = self._give_back, None
        try:
            if isinstance(self._stream, httpx.AsyncByteStream):
                await self._stream.aclose()
        finally:
            if give_back is not None:
                give_back()
