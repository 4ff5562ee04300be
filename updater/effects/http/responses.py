"""Responses, read within bounds; what a status refuses is raised."""

from __future__ import annotations

from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from updater.effects.http.addresses import shown
from updater.effects.http.statuses import Refusal
from updater.errors import BadAnswer
from updater.model import HttpResponse

if TYPE_CHECKING:
    import httpx

    from updater.effects.http.credentials import Credentials
    from updater.effects.http.patience import Clock

BEGINNING = 64 * 1024
"""How many bytes of a refusal are read, which may say why."""

_PERMANENT = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT)
_LARGEST_BODY = 64 * 1024 * 1024


class ResponseReader(Struct, frozen=True):
    """Reads responses.

    Attributes:
        credentials: what may have been sent to be let in, and refused.
        clock: the time, from which a rate limit counts.
    """

    credentials: Credentials
    clock: Clock

    async def read(self, response: httpx.Response) -> HttpResponse:
        """Return what a response holds, of which only the headers have been read.

        Raises:
            UpstreamError: it is refused, or too large.
        """
        if not (
            response.status_code == HTTPStatus.OK
            or response.has_redirect_location
            or _is_unchanged(response)
        ):
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > BEGINNING:
                    break
            self.refuse(response, body)
        whole = bytearray()
        async for piece in response.aiter_bytes():
            whole += piece
            if len(whole) > _LARGEST_BODY:
                url = shown(str(response.url))
                raise BadAnswer(f"the answer of {url} has more than {_LARGEST_BODY} bytes", url=url)
        return HttpResponse(
            response.status_code,
            str(response.url),
            dict(response.headers),
            bytes(whole),
            _moved(response),
        )

    def refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise what a response's status means.

        Args:
            response: one that is refused.
            body: its beginning.

        Raises:
            UpstreamError: as the exception's class says.
        """
        request = response.request
        credential = self.credentials.sent(str(request.url), request.headers)
        url = shown(str(response.url))
        Refusal(response, url, body, credential, self.clock.now()).throw()


def _moved(response: httpx.Response) -> str:
    """Return where permanent redirects led to. Source: RFC 9110, "Redirection 3xx"."""
    moved = ""
    for redirect, following in pairwise([*response.history, response]):
        if redirect.status_code not in _PERMANENT:
            break
        moved = str(following.request.url)
    return moved


def _is_unchanged(response: httpx.Response) -> bool:
    conditional = {"if-none-match", "if-modified-since"} & set(response.request.headers)
    return response.status_code == HTTPStatus.NOT_MODIFIED and bool(conditional)
