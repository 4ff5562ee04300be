"""HTTP: one pool, bounded, retried where a retry can succeed, its exceptions mapped to ours.

A token goes to the host that the configuration binds it to and nowhere else: httpx drops the
Authorization header when a redirect leaves the origin. No message and no repr shows one. Proxies
and certificate authorities are those of the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE).
"""

from __future__ import annotations

from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import anyio
import httpcore  # noqa: F401 - httpx imports it with its first client; it is known to be needed
import httpx
from msgspec.structs import replace

from updater import __version__
from updater.effects.http.addresses import shown
from updater.effects.http.cache import Cache
from updater.effects.http.certificates import begin_reading
from updater.effects.http.connections import Connections
from updater.effects.http.credentials import Credential, Credentials
from updater.effects.http.downloads import DRIPS, Downloads, limited, paced
from updater.effects.http.hooks import AsyncClient, waiting
from updater.effects.http.patience import TRANSIENT, Clock, Patience
from updater.effects.http.proxies import async_routes
from updater.effects.http.responses import BEGINNING, ResponseReader
from updater.effects.http.resuming import ResumableBody
from updater.effects.http.statuses import FOREIGN, absent, mapped, silent
from updater.effects.http.traffic import Traffic
from updater.effects.http.variables import refuse_unusable_proxies
from updater.effects.kept import untold
from updater.errors import NotFound, Offline, UpstreamError
from updater.model import HttpResponse

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    import tenacity

    from updater.effects.http.network import Network
    from updater.model import Condensing, Scheme

T = TypeVar("T")

_HEADERS = {"User-Agent": f"updater/{__version__}"}
# Clones and downloads take memory and processors here; of answers, the waiting is all.
_HEAVY_AT_ONCE = 16


class Http:
    """The updater's HTTP client; use it through `opened`.

    Attributes:
        say: tells the user something that no single package is to blame for.
        traffic: what is asked and downloaded now.
        clones: how many of git's processes may run.
        silence: the longest that a host may say nothing, in seconds; also to git.
        fetched: how many bytes git may fetch at once.
    """

    def __init__(  # noqa: PLR0913 - `opened` alone calls it
        self,
        network: Network,
        credentials: tuple[Credential, ...],
        say: Callable[[str], None],
        patience: Patience,
        cache: Cache | None,
        *,
        tls: ssl.SSLContext,
    ) -> None:
        self.say = say
        self.traffic = Traffic()
        self.silence = network.timeout
        self.fetched = network.fetched
        self._cache = cache
        self._network = network
        self._credentials = Credentials(credentials)
        self._patience = patience
        self._reader = ResponseReader(self._credentials, patience.clock)
        limits = httpx.Limits(max_connections=network.concurrency)
        self._connections = Connections(tls, limits)
        self._client = AsyncClient(
            headers=_HEADERS,
            event_hooks=waiting(),
            transport=self._connections,
            timeout=httpx.Timeout(network.timeout, pool=None),
            mounts=async_routes(tls, limits),
            trust_env=False,  # or httpx reads NO_PROXY, of which it fails at some forms
        )
        self._limit = anyio.CapacityLimiter(network.concurrency)
        heavy = min(network.concurrency, _HEAVY_AT_ONCE)
        self.clones = anyio.CapacityLimiter(heavy)
        self._downloads = Downloads(heavy, network.timeout, _HEADERS, tls, self.traffic)

    @classmethod
    @asynccontextmanager
    async def opened(  # noqa: PLR0913 - all but three have defaults
        cls,
        network: Network,
        credentials: tuple[Credential, ...],
        say: Callable[[str], None],
        *,
        wait: Callable[[str, str], None] | None = None,
        detail: Callable[[str], None] = untold,
        cache: Path | None = None,
        clock: Clock | None = None,
        certificates: Future[ssl.SSLContext] | None = None,
    ) -> AsyncIterator[Http]:
        """Open the connection pool and close it at the end.

        Args:
            network: the limits.
            credentials: the tokens, each with its origins, and the index's password.
            say: tells the user something.
            wait: tells the user of a wait: for which host, and why; as `say` without it.
            detail: is told what only `-v` shows.
            cache: the folder where answers are kept for later runs; None keeps none.
            clock: the time.
            certificates: those that are trusted, being read; None reads them here.

        Raises:
            ConfigError: proxies or certificates of the environment cannot be used.
        """
        answers = Cache(cache, say, detail) if cache is not None else None
        patience = Patience(
            network.retries,
            network.max_wait,
            wait or (lambda _host, text: say(text)),
            clock or Clock(),
        )
        refuse_unusable_proxies()
        tls = (certificates or begin_reading()).result()
        http = cls(network, credentials, say, patience, answers, tls=tls)
        try:
            async with http._client:
                yield http
        finally:
            http._downloads.close()
            if answers is not None:
                answers.close()

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Have some work done as soon as a request is sent, while its answer is waited for.

        It is done at most once, and not at all where nobody is asked.
        """
        self._connections.meanwhile = work

    async def answered(self, what: str, once: Callable[[], Awaitable[T]]) -> T:
        """Send a request that is not made here, as git's are, with this client's patience."""
        return await self._patience.answered(what, TRANSIENT, once)

    def has_token(self, url: str) -> bool:
        """Tell whether a token is bound to an address's host."""
        return bool(self._credentials.token(url))

    def token(self, url: str) -> str:
        """Return the token that is bound to an address's host, for git, or an empty string."""
        return self._credentials.token(url)

    async def get(  # noqa: PLR0913 - all but the address have a default
        self,
        url: str,
        *,
        accept: str = "*/*",
        headers: Mapping[str, str] = MappingProxyType({}),
        scheme: Scheme | None = None,
        on: tuple[type[UpstreamError], ...] = TRANSIENT,
        condensing: Condensing | None = None,
    ) -> HttpResponse:
        """Return the answer to a GET, redirects followed; an unchanged one from an earlier run.

        Args:
            url: the address.
            accept: the media type to ask for.
            headers: further ones; an answer to them is not kept.
            scheme: how to send the host's token, if there is one.
            on: the failures after which it is sent again.
            condensing: what to make of the body; that alone is kept, and returned.

        Raises:
            UpstreamError: as the exception's class says.
        """
        sent = {"Accept": accept, **self._credentials.headers(url, scheme)}
        cache = self._cache if not headers else None
        key = Cache.key(url, sent, condensing.form.encode() if condensing is not None else b"")
        earlier = cache.find(key) if cache is not None else None
        if earlier is None:
            self.refuse_offline(url)
        elif self._network.offline:
            if earlier.answer.status == HTTPStatus.NOT_FOUND:
                raise absent(shown(url))
            return earlier.answer
        conditions = earlier.conditions if earlier is not None else {}
        request = self._request("GET", url, b"", {**sent, **headers, **conditions})
        try:
            answer = await self._patience.answered(url, on, partial(self._once, request))
        except NotFound:
            if cache is not None:
                cache.keep(key, HttpResponse(HTTPStatus.NOT_FOUND, url, {}, b""))
            raise
        if earlier is not None and answer.status == HTTPStatus.NOT_MODIFIED:
            return replace(earlier.answer, url=answer.url, moved=answer.moved)
        if condensing is not None:
            answer = await condensing.work(answer)
        if cache is not None:
            cache.keep(key, answer)
        return answer

    async def post(  # noqa: PLR0913 - as the protocol has it
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str],
        scheme: Scheme | None = None,
        on: tuple[type[UpstreamError], ...] = TRANSIENT,
        judge: Callable[[HttpResponse], None] | None = None,
    ) -> HttpResponse:
        """Return the answer to a POST that only reads; a redirect is an answer.

        Args:
            url: the address.
            content: the body.
            headers: besides the client's own.
            scheme: how to send the host's token, if there is one.
            on: the failures after which it is sent again.
            judge: raises one of them for an answer whose body tells of a failure.

        Raises:
            UpstreamError: as the exception's class says.
        """
        sent = {**headers, **self._credentials.headers(url, scheme)}
        key = Cache.key(url, sent, content)
        if self._network.offline:
            earlier = self._cache.find(key) if self._cache is not None else None
            if earlier is None:
                raise Offline(shown(url))
            return earlier.answer
        request = self._request("POST", url, content, sent)
        answer = await self._patience.answered(url, on, partial(self._once, request, judge))
        if self._cache is not None:
            self._cache.keep(key, answer, content)
        return answer

    def kept_posts(
        self, url: str, *, headers: Mapping[str, str], scheme: Scheme | None = None
    ) -> Iterator[tuple[bytes, HttpResponse]]:
        """Yield what earlier runs sent by `post`, and the answers, the newest first.

        Args:
            url: the address.
            headers: besides the client's own.
            scheme: how the host's token was sent.
        """
        if self._cache is not None:
            sent = {**headers, **self._credentials.headers(url, scheme)}
            yield from self._cache.sent_to(url, sent)

    def refuse_offline(self, url: str) -> None:
        """Make sure that hosts may be asked.

        Raises:
            Offline: they may not.
        """
        if self._network.offline:
            raise Offline(shown(url))

    async def _once(
        self, request: httpx.Request, judge: Callable[[HttpResponse], None] | None = None
    ) -> HttpResponse:
        url, host = str(request.url), request.url.netloc.decode("ascii")
        async with self._limit:
            try:
                with self.traffic.asking(host), anyio.fail_after(self._network.timeout * DRIPS):
                    follow = request.method == "GET"
                    response = await self._client.send(
                        request, stream=True, follow_redirects=follow
                    )
                    try:
                        answer = await self._reader.read(response)
                    finally:
                        await response.aclose()
            except TimeoutError as error:
                raise silent(url, self._network.timeout * DRIPS) from error
            except FOREIGN as error:
                raise mapped(url, error, self._network.timeout) from error
        if judge is not None:
            judge(answer)
        return answer

    def _request(
        self, method: str, url: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Request:
        try:
            return self._client.build_request(
                method, url, content=content or None, headers=dict(headers)
            )
        except FOREIGN as error:
            raise mapped(url, error, self._network.timeout) from error

    # --- downloads, in worker threads ---

    def retrying(self, what: str) -> tenacity.Retrying:
        """Return tenacity's loop for a download, with this client's limits and words."""
        return self._patience.blocking_tries(what, lambda _: True)

    @contextmanager
    def download(self, url: str, scheme: Scheme | None = None) -> Iterator[Iterator[bytes]]:
        """Yield a body in pieces as it is on the wire; for a worker thread.

        A body that breaks off goes on where it broke off, as often as a request may be sent again,
        if the server can do that.

        Args:
            url: the address.
            scheme: how to send the host's token, if there is one; none is sent by default.

        Raises:
            BrokenOff: it went on, and broke off, on every try.
            UpstreamError: as the exception's class says, also in the middle of the body; where it
                is transient, the body may be begun anew.
        """
        self.refuse_offline(url)
        with closing(self._body(url, scheme)) as pieces:
            yield limited(pieces, url)

    def _body(self, url: str, scheme: Scheme | None) -> Generator[bytes]:
        body = ResumableBody(url)
        begun = 0
        try:
            for attempt in self._patience.blocking_tries(url, lambda _: body.goes_on):
                with attempt:
                    begun += 1
                    yield from self._pieces(url, body, self._credentials.headers(url, scheme))
        except TRANSIENT as error:
            if begun == 1 or not body.goes_on:
                raise
            raise body.broken_off(error, begun - 1) from error

    def _pieces(self, url: str, body: ResumableBody, sent: Mapping[str, str]) -> Iterator[bytes]:
        with self._downloads.streaming(url, {**body.headers, **sent}) as response:
            whole, part = HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT
            if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and body.size:
                raise body.changed()
            if response.status_code not in ((whole, part) if body.size else (whole,)):
                self._reader.refuse(response, next(response.iter_bytes(BEGINNING), b""))
            for piece in paced(body.pieces(response), url):
                self.traffic.received(len(piece))
                yield piece
