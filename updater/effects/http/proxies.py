"""The proxies of the environment, and the hosts that are asked without one.

httpx reads both itself, but no range of addresses, and it fails at one of IPv6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpx

from updater.effects.http.connections import Connections
from updater.effects.http.exemptions import Exemption, read_exemptions

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence


class Routed(httpx.BaseTransport):
    """Sends a request through a proxy, or directly where its host is exempt."""

    def __init__(self, address: str, tls: ssl.SSLContext, exempt: Sequence[Exemption]) -> None:
        self._proxied = httpx.HTTPTransport(verify=tls, proxy=address)
        self._direct = httpx.HTTPTransport(verify=tls)
        self._exempt = exempt

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way."""
        way = self._direct if _is_exempt(request, self._exempt) else self._proxied
        return way.handle_request(request)

    def close(self) -> None:
        """Close both ways."""
        self._proxied.close()
        self._direct.close()


class AsyncRouted(httpx.AsyncBaseTransport):
    """As `Routed`, in an event loop, and by HTTP/2 where the host speaks it."""

    def __init__(
        self,
        address: str,
        tls: ssl.SSLContext,
        exempt: Sequence[Exemption],
        limits: httpx.Limits,
    ) -> None:
        self._proxied = httpx.AsyncHTTPTransport(
            verify=tls, http2=True, limits=limits, proxy=address
        )
        self._direct = Connections(tls, limits)
        self._exempt = exempt

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way."""
        way = self._direct if _is_exempt(request, self._exempt) else self._proxied
        return await way.handle_async_request(request)

    async def aclose(self) -> None:
        """Close both ways."""
        await self._proxied.aclose()
        await self._direct.aclose()


def routes(tls: ssl.SSLContext) -> dict[str, Routed]:
    """Return how each scheme is asked that has a proxy; ``mounts`` of a client."""
    exempt = _exemptions()
    return {scheme: Routed(address, tls, exempt) for scheme, address in _proxies()}


def async_routes(tls: ssl.SSLContext, limits: httpx.Limits) -> dict[str, AsyncRouted]:
    """As `routes`, for a client of an event loop."""
    exempt = _exemptions()
    return {scheme: AsyncRouted(address, tls, exempt, limits) for scheme, address in _proxies()}


def _is_exempt(request: httpx.Request, exempt: Sequence[Exemption]) -> bool:
    return any(exemption.covers(request.url) for exemption in exempt)


def _exemptions() -> list[Exemption]:
    return read_exemptions(getproxies().get("no", ""))[0]


def _proxies() -> Iterator[tuple[str, str]]:
    """Yield the schemes that have a proxy, as httpx writes them, and its address."""
    proxies = getproxies()
    for scheme in ("http", "https", "all"):
        if address := proxies.get(scheme, ""):
            yield f"{scheme}://", address if "://" in address else f"http://{address}"
