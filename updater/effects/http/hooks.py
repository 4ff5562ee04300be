"""httpx's clients, and what they look at: each address that is asked, each answer before its body.

A redirect makes a request too, so that no address goes by that a host names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from updater.effects.http.addresses import refuse_unusable, shown
from updater.errors import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Callable


class _NoCookies(httpx.Cookies):
    """A jar that stays empty: who asks for facts has no session. What is sent is not even read."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Take nothing."""


class Client(httpx.Client):
    """A client for threads that takes no cookies."""

    cookies = _NoCookies()  # type: ignore[override]  # a property there


class AsyncClient(httpx.AsyncClient):
    """A client for tasks that takes no cookies."""

    cookies = _NoCookies()  # type: ignore[override]  # a property there


def look_at_request(request: httpx.Request) -> None:
    """Make sure that a request can be sent.

    Raises:
        BadAnswer: its address is none.
    """
    refuse_unusable(str(request.url))


def look_at_response(response: httpx.Response) -> None:
    """Make sure that a body can be unpacked in the memory that there is.

    Each coding makes a thousand bytes of one; no server needs two of them.

    Raises:
        BadAnswer: it is packed more than once.
    """
    if "," in response.headers.get("content-encoding", ""):
        url = shown(str(response.url))
        raise BadAnswer(f"the answer of {url} is compressed more than once", url=url)


def blocking() -> dict[str, list[Callable[..., Any]]]:
    """Return the hooks of a client for threads."""
    return {"request": [look_at_request], "response": [look_at_response]}


def waiting() -> dict[str, list[Callable[..., Any]]]:
    """Return the hooks of a client for tasks."""

    async def before_request(request: httpx.Request) -> None:
        look_at_request(request)

    async def before_body(response: httpx.Response) -> None:
        look_at_response(response)

    return {"request": [before_request], "response": [before_body]}
