"""What a status or an exception of HTTP means: which of ours, and what to do. Source: RFC 9110."""

from __future__ import annotations

import os
import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

import httpx
from msgspec import Struct

from updater.effects.http.addresses import shown
from updater.effects.http.limits import limited_until
from updater.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unreachable,
    UpstreamError,
)

if TYPE_CHECKING:
    from datetime import datetime

FOREIGN = (httpx.HTTPError, httpx.InvalidURL, ValueError, OverflowError)
"""What httpx and what is below it raise for an answer, and for an address in one."""

_CHECK = "check the network, the proxy variables and the address in config.yaml"
# What httpx and what is below it say, as far as nothing of a request can stand in it.
_KNOWN = re.compile(
    r"All connection attempts failed|Server disconnected without sending a response\.?"
    r"|peer closed connection without sending complete message body"
    r" \((?:incomplete chunked read|received \d+ bytes, expected \d+)\)"
)
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectError, "no connection"),
    (httpx.NetworkError, "the connection broke off"),
    (httpx.ProxyError, "the proxy refuses"),
    (httpx.LocalProtocolError, "the request cannot be sent"),
    (httpx.DecodingError, "its compression is damaged"),
    (httpx.UnsupportedProtocol, "it is neither http:// nor https://"),
    (httpx.InvalidURL, "an address in it is not valid"),
)


class Refusal(Struct, frozen=True):
    """An answer that is none.

    Attributes:
        response: its status and headers.
        url: what was asked, as a message may show it.
        body: its beginning.
        credential: the name of what was sent to be let in, or an empty string.
        now: when it came.
    """

    response: httpx.Response
    url: str
    body: bytes
    credential: str
    now: datetime

    def throw(self) -> NoReturn:
        """Raise what the status means.

        Raises:
            UpstreamError: as the exception's class says.
        """
        url, status = self.url, self.response.status_code
        message = f"{url} answers {status} {_phrase(status)}".rstrip()
        if status in (404, 410):
            raise absent(url, status)
        text = self.body.decode("utf-8", "replace")
        until = limited_until(status, self.response.headers, text, self.now)
        if until is not None:
            when = f"{until:%Y-%m-%d %H:%M:%S} UTC"
            raise RateLimited(
                f"{message}: rate limited until {when}", url=url, until=until, hint="try later"
            )
        if status in (401, 403):
            if self.credential:
                hint = f"{self.credential} is refused: renew it or give it read access"
                raise Refused(message, url=url, hint=hint)
            error: UpstreamError = absent(url, status)  # git hosts say 401 of what they do not show
            if status == HTTPStatus.FORBIDDEN:
                hint = "the host refuses to answer without a token"
                error = Refused(message, url=url, hint=hint)
            error.wants_login = True
            raise error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServerFailed(message, url=url, hint="try again later")
        if status == HTTPStatus.MULTIPLE_CHOICES:  # GitHub's answer for the archive of such a name
            hint = "a tag and a branch may have that name: write refs/tags/NAME for the tag"
            raise BadAnswer(message, url=url, hint=hint)
        raise BadAnswer(message, url=url)


def _phrase(status: int) -> str:
    """Return the status's name: HTTP/2 sends none."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def absent(url: str, status: int = HTTPStatus.NOT_FOUND) -> NotFound:
    """Return the error of an address where its host has nothing to show.

    Args:
        url: what was asked, as a message may show it.
        status: what the host answered.
    """
    message = f"{url} answers {status:d} {_phrase(status)}".rstrip()
    return NotFound(message, url=url, hint="is it deleted, renamed or private?")


def mapped(url: str, error: Exception, silence: float) -> UpstreamError:
    """Return one of `FOREIGN` as ours; only what a retry may mend is Unreachable.

    Args:
        url: what was asked.
        error: what httpx raised.
        silence: how long a host may say nothing, in seconds.
    """
    if isinstance(error, httpx.TimeoutException):
        return silent(url, silence)
    where, what = shown(url), _cause(error)
    if isinstance(error, httpx.TooManyRedirects):
        return BadAnswer(f"{where} redirects in a circle", url=where)
    if isinstance(error, (httpx.DecodingError, httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return BadAnswer(f"the answer of {where} cannot be read: {what}", url=where)
    if isinstance(error, (ValueError, OverflowError)):  # of a part that takes it for granted
        return BadAnswer(f"the answer of {where} cannot be read", url=where)
    return Unreachable(f"{where} cannot be reached: {what}", url=where, hint=_CHECK)


def _cause(error: Exception) -> str:
    """Say what happened, in words in which nothing that was sent can stand.

    A foreign exception may quote anything, also the header with a token: none of its text counts
    but what is known, and what the system says of a number.
    """
    sentence = _KNOWN.fullmatch(str(error))
    if sentence is not None:
        return sentence[0]
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                return f"certificate verify failed: {cause.verify_message}"
            case ssl.SSLError():
                return "TLS fails"
            case socket.gaierror():
                return str(cause.strerror)
            case OSError(errno=int(number)):
                return os.strerror(number)
        cause = cause.__cause__ or cause.__context__
    return next((words for kind, words in _KINDS if isinstance(error, kind)), "it is not HTTP")


def silent(url: str, seconds: float) -> Unreachable:
    """Return the error of a host that gave no answer in so many seconds."""
    where = shown(url)
    return Unreachable(f"no answer from {where} for {seconds:g} s", url=where, hint=_CHECK)
