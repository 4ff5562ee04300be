"""HTTP: one pool, bounded, retried where a retry can succeed, its exceptions mapped to ours.

A token goes to the host that the configuration binds it to and nowhere else: httpx drops the
Authorization header when a redirect leaves the origin. No message and no repr shows one.
"""

from __future__ import annotations

import base64
import email.utils
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

import anyio
import httpx
import tenacity

from updater import __version__
from updater.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unreachable,
)
from updater.model import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from updater.model import Scheme

_LARGEST_BODY = 64 * 1024 * 1024
_HEADERS = {"User-Agent": f"updater/{__version__}"}
_OK, _SERVER_ERROR = 200, 500


@dataclass(frozen=True, slots=True)
class Credential:
    """A token and where it may go.

    Attributes:
        variable: the environment variable that it came from, for messages.
        origins: ``scheme://host:port`` of the addresses it is bound to.
    """

    variable: str
    origins: frozenset[str]
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Network:
    """Limits: requests at once, seconds for a read, tries after the first, seconds to wait."""

    concurrency: int = 16
    timeout: float = 30.0
    retries: int = 3
    max_wait: float = 60.0


class Http:
    """The updater's HTTP client; use it through `opened`."""

    def __init__(
        self,
        network: Network,
        credentials: tuple[Credential, ...],
        say: Callable[[str], None],
    ) -> None:
        self._network = network
        self._credentials = {origin: one for one in credentials for origin in one.origins}
        self._say = say
        self._client = httpx.AsyncClient(
            http2=True,
            headers=_HEADERS,
            timeout=httpx.Timeout(network.timeout, pool=None),
            limits=httpx.Limits(max_connections=network.concurrency),
        )
        self._limit = anyio.CapacityLimiter(network.concurrency)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        network: Network,
        credentials: tuple[Credential, ...],
        say: Callable[[str], None],
    ) -> AsyncIterator[Http]:
        """Open the connection pool and close it at the end.

        Args:
            network: the limits.
            credentials: the tokens, each with its origins.
            say: is told of every wait.
        """
        http = cls(network, credentials, say)
        async with http._client:
            yield http

    async def get(self, url: str, *, accept: str = "*/*", scheme: Scheme | None = None) -> Answer:
        """Return the answer to a GET, redirects followed.

        Raises:
            UpstreamError: as the exception's class says.
        """
        return await self._ask(self._request("GET", url, b"", {"Accept": accept}, scheme))

    async def post(
        self, url: str, content: bytes, *, headers: Mapping[str, str], scheme: Scheme | None = None
    ) -> Answer:
        """Return the answer to a POST that only reads; a redirect is an answer.

        Raises:
            UpstreamError: as the exception's class says.
        """
        return await self._ask(self._request("POST", url, content, headers, scheme))

    @contextmanager
    def download(self, url: str) -> Iterator[Iterator[bytes]]:
        """Yield a body in pieces; for a worker thread, with a connection of its own.

        Raises:
            UpstreamError: as the exception's class says, also in the middle of the body.
        """
        client = httpx.Client(
            follow_redirects=True, headers=_HEADERS, timeout=self._network.timeout
        )
        with client:
            try:
                with client.stream("GET", url) as response:
                    if response.status_code != _OK:
                        self._refuse(response)
                    yield response.iter_raw(1 << 16)
            except httpx.HTTPError as error:
                raise _unreachable(url, error) from error

    def retrying(self, what: str) -> tenacity.Retrying:
        """Return tenacity's loop for a download, with this client's limits and words."""
        patience = _Patience(what, self._network, self._say)
        return tenacity.Retrying(
            retry=_CAN_SUCCEED_LATER,
            wait=patience.wait,
            stop=patience.stop,
            before_sleep=patience.announce,
            reraise=True,
        )

    async def _ask(self, request: httpx.Request) -> Answer:
        patience = _Patience(_shown(str(request.url)), self._network, self._say)
        retrying = tenacity.AsyncRetrying(
            retry=_CAN_SUCCEED_LATER,
            wait=patience.wait,
            stop=patience.stop,
            before_sleep=patience.announce,
            reraise=True,
        )
        return await retrying(self._once, request)

    async def _once(self, request: httpx.Request) -> Answer:
        async with self._limit:
            try:
                follow = request.method == "GET"
                response = await self._client.send(request, stream=True, follow_redirects=follow)
                try:
                    return await self._answer(response)
                finally:
                    await response.aclose()
            except httpx.HTTPError as error:
                raise _unreachable(str(request.url), error) from error

    def _request(
        self,
        method: str,
        url: str,
        content: bytes,
        headers: Mapping[str, str],
        scheme: Scheme | None,
    ) -> httpx.Request:
        try:
            sent = {**headers, **self._authorize(url, scheme)}
            return self._client.build_request(method, url, content=content or None, headers=sent)
        except httpx.InvalidURL as error:
            raise BadAnswer(f"{url!r} is no address: {error}") from error

    async def _answer(self, response: httpx.Response) -> Answer:
        if response.status_code != _OK and not response.has_redirect_location:
            self._refuse(response)
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LARGEST_BODY:
                url = _shown(str(response.url))
                raise BadAnswer(f"{url} answers with more than {_LARGEST_BODY} bytes", url=url)
        return Answer(response.status_code, str(response.url), dict(response.headers), bytes(body))

    def _authorize(self, url: str, scheme: Scheme | None) -> dict[str, str]:
        credential = self._credentials.get(origin(url)) if scheme is not None else None
        if credential is None:
            return {}
        if scheme == "bearer":
            return {"Authorization": f"Bearer {credential.token}"}
        pair = base64.b64encode(f"x-access-token:{credential.token}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    # --- what an error status means ---

    def _refuse(self, response: httpx.Response) -> NoReturn:
        url = _shown(str(response.url))
        status = response.status_code
        said = f"{url} answers {status} {_phrase(status)}".rstrip()
        sent = self._credentials.get(origin(str(response.request.url)))
        used = sent is not None and "authorization" in response.request.headers
        if status in (404, 410):
            raise NotFound(said, url=url, hint="is it deleted, renamed or private?")
        if status == 429 or (status == 403 and _is_rate_limit(response)):  # noqa: PLR2004 - HTTP
            until = _until(response)
            when = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
            raise RateLimited(f"{said}: rate limited{when}", url=url, until=until, hint="try later")
        if status in (401, 403):
            if used and sent is not None:
                hint = f"the token in {sent.variable} is refused: renew it or give it read access"
                raise Refused(said, url=url, hint=hint)
            if status == 401:  # noqa: PLR2004 - git hosts say so for a repository they do not show
                raise NotFound(said, url=url, hint="is it deleted, renamed or private?")
            raise Refused(said, url=url, hint="the host refuses to answer without a token")
        if status >= _SERVER_ERROR:
            raise ServerFailed(said, url=url, hint="try again later")
        raise BadAnswer(said, url=url)


# A request that failed in one of these ways may succeed when it is sent again.
_CAN_SUCCEED_LATER = tenacity.retry_if_exception_type((Unreachable, RateLimited, ServerFailed))


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for one request, and whom to tell."""

    what: str
    network: Network
    say: Callable[[str], None]

    def wait(self, state: tenacity.RetryCallState) -> float:
        error = _error(state)
        if isinstance(error, RateLimited) and error.until is not None:
            return max(0.0, (error.until - datetime.now(UTC)).total_seconds())
        return tenacity.wait_exponential_jitter(multiplier=0.5, max=10)(state)

    def stop(self, state: tenacity.RetryCallState) -> bool:
        tried_enough = state.attempt_number > self.network.retries
        return tried_enough or state.upcoming_sleep > self.network.max_wait

    def announce(self, state: tenacity.RetryCallState) -> None:
        self.say(
            f"{_error(state)}; waiting {state.upcoming_sleep:.1f} s before asking {self.what} again"
        )


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def origin(url: str) -> str:
    """Return an address's ``scheme://host:port``, which a token is bound to."""
    parsed = httpx.URL(url)
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    return f"{parsed.scheme}://{parsed.host}:{port}"


def _shown(url: str) -> str:
    """Return an address without user, password, query and fragment: what a message may show."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(username=None, password=None, query=None, fragment=None))


def _unreachable(url: str, error: Exception) -> Unreachable:
    what = str(error) or type(error).__name__
    return Unreachable(
        f"{_shown(url)} cannot be reached: {what}",
        url=_shown(url),
        hint="check the network, the proxy variables and the address in config.yaml",
    )


def _phrase(status: int) -> str:
    """Return the status's name: HTTP/2 sends none."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _is_rate_limit(response: httpx.Response) -> bool:
    return "retry-after" in response.headers or response.headers.get("x-ratelimit-remaining") == "0"


def _until(response: httpx.Response) -> datetime | None:
    """Return when a rate limit ends. Source: RFC 9110, 10.2.3; GitHub docs, "Rate limits"."""
    after = response.headers.get("retry-after", "")
    if after.isdigit():
        return datetime.now(UTC) + timedelta(seconds=int(after))
    if after:
        try:
            return email.utils.parsedate_to_datetime(after)
        except ValueError:
            return None
    reset = response.headers.get("x-ratelimit-reset", "")
    return datetime.fromtimestamp(int(reset), UTC) if reset.isdigit() else None
