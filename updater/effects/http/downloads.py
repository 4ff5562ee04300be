"""Large bodies, read by worker threads: a pool of their own, so that they hold nobody else up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import httpx

from updater.effects.http.addresses import shown
from updater.effects.http.hooks import Client, blocking
from updater.effects.http.proxies import routes
from updater.effects.http.statuses import FOREIGN, mapped, silent
from updater.effects.http.traffic import host_of
from updater.errors import BadAnswer, HashError, Unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from updater.effects.http.traffic import Traffic

DRIPS = 10
"""So many times the longest silence may a whole answer take, or the beginning of a download.

A host that drips ends each silence with a byte.
"""

_LARGEST = 8 * 1024 * 1024 * 1024
# As git has it for its own (``http.lowSpeedLimit``): a thousand bytes a second.
_SLOWEST = 60_000
_MINUTE = 60.0
# Each waits for headers; a few may be left to hosts that drip.
_MOST_WAITING = 256


class Downloads:
    """A client for threads, made when the first of them needs it.

    Args:
        concurrency: downloads at once.
        timeout: the longest silence, in seconds.
        headers: sent with each.
        tls: whose certificates are trusted.
        traffic: is told which host is waited for.
    """

    def __init__(
        self,
        concurrency: int,
        timeout: float,
        headers: Mapping[str, str],
        tls: ssl.SSLContext,
        traffic: Traffic,
    ) -> None:
        self._traffic = traffic
        self._places = threading.BoundedSemaphore(concurrency)
        self._making = threading.Lock()
        self._timeout = timeout
        self._patience = timeout * DRIPS
        self._headers = headers
        self._tls = tls
        self._client: httpx.Client | None = None
        self._waiting = ThreadPoolExecutor(_MOST_WAITING)

    @contextmanager
    def streaming(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Yield a response whose body has not been read, redirects followed.

        Args:
            url: the address.
            headers: besides the client's own.

        Raises:
            UpstreamError: as the exception's class says, also in the middle of the body.
        """
        with self._places:
            try:
                with self._traffic.asking(host_of(url)):
                    response = self._begun(url, headers)
                with closing(response):
                    yield response
            except FOREIGN as error:
                raise mapped(url, error, self._timeout) from error

    def close(self) -> None:
        """Close the connections."""
        self._waiting.shutdown(wait=False)
        if self._client is not None:
            self._client.close()

    def _begun(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """Return a response whose headers are there.

        A host that sends them one byte after the other would hold the caller for a day, since each
        byte ends a silence: another thread waits for them, and is left to it.

        Raises:
            Unreachable: they take longer than the patience.
        """
        client = self._made()
        request = client.build_request("GET", url, headers=dict(headers))
        answer = self._waiting.submit(client.send, request, stream=True)
        try:
            return answer.result(self._patience)
        except TimeoutError as error:
            answer.add_done_callback(_close)
            raise silent(url, self._patience) from error

    def _made(self) -> httpx.Client:
        with self._making:
            if self._client is None:
                self._client = Client(
                    follow_redirects=True,
                    # What is hashed is the file, not a server's own compression of it.
                    headers={**self._headers, "Accept-Encoding": "identity"},
                    event_hooks=blocking(),
                    verify=self._tls,
                    timeout=httpx.Timeout(self._timeout, pool=None),
                    mounts=routes(self._tls),
                    trust_env=False,
                )
            return self._client


def limited(pieces: Iterator[bytes], url: str) -> Iterator[bytes]:
    """Yield the pieces of a body that is no larger than anything that is worth downloading.

    Raises:
        BadAnswer: it is larger.
    """
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > _LARGEST:
            where = shown(url)
            raise BadAnswer(f"the answer of {where} has more than {_LARGEST} bytes", url=where)
        yield piece


def paced(pieces: Iterator[bytes], url: str) -> Iterator[bytes]:
    """Yield the pieces of a body that comes at least as slowly as a thousand bytes a second.

    A minute of waiting counts, not the time that its reader takes.

    Raises:
        Unreachable: it comes more slowly.
    """
    waited, size = 0.0, 0
    while True:
        begun = monotonic()
        piece = next(pieces, None)
        waited += monotonic() - begun
        if piece is None:
            return
        size += len(piece)
        if waited >= _MINUTE:
            if size < _SLOWEST:
                where = shown(url)
                raise Unreachable(
                    f"{where} sends too slowly: {size} bytes in {waited:.0f} s",
                    url=where,
                    hint="try again later",
                )
            waited, size = 0.0, 0
        yield piece


def _close(answer: Future[httpx.Response]) -> None:
    """Close a response that came too late for who asked."""
    if answer.exception() is None:
        answer.result().close()


@contextmanager
def copying(chunks: Iterator[bytes], path: Path) -> Iterator[Iterator[bytes]]:
    """Yield the chunks on, and leave them in a file; there is none if anything fails.

    Raises:
        HashError: the file cannot be written.
    """

    def copied() -> Iterator[bytes]:
        for chunk in chunks:
            file.write(chunk)
            yield chunk

    try:
        with path.open("wb") as file:
            yield copied()
    except OSError as error:
        path.unlink(missing_ok=True)
        raise HashError(
            f"the download cannot be stored: {error.strerror}", hint="free space in TMPDIR"
        ) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
