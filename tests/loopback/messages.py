"""HTTP messages as the loopback servers receive and send them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked.

    Attributes:
        target: path and query as they stood on the request line.
        headers: names in lower case.
        body: as sent, a Content-Encoding not undone.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path with its percent escapes undone."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def authorization(self) -> str | None:
        """The Authorization header, so that a test can say who saw a token."""
        return self.headers.get("authorization")


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answers.

    Attributes:
        headers: Content-Length is added, or Transfer-Encoding where ``chunked``.
        chunked: the client is not told the length beforehand, as by GitHub's archive host.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False

    def with_headers(self, **added: str) -> Response:
        """Return the same answer with these headers; ``_`` in a name stands for ``-``."""
        named = {name.replace("_", "-"): value for name, value in added.items()}
        return replace(self, headers={**self.headers, **named})

    def validated(self, request: Request) -> Response:
        """Return the answer with a weak ETag, or 304 where the client holds this body already.

        Source: RFC 9110, sections 8.8.3 and 13.1.2.
        """
        etag = f'W/"{hashlib.sha256(self.body).hexdigest()}"'
        known = request.headers.get("if-none-match", "")
        if etag in (part.strip() for part in known.split(",")):
            return Response(304, headers={"ETag": etag})
        return self.with_headers(ETag=etag)


def text(body: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Response:
    """Answer with text."""
    return Response(status, body.encode(), {"Content-Type": content_type})


def json_answer(
    value: Any, status: int = 200, content_type: str = "application/json; charset=utf-8"
) -> Response:
    """Answer with JSON."""
    return Response(status, json.dumps(value).encode(), {"Content-Type": content_type})


def redirect(location: str, status: int = 301) -> Response:
    """Answer with a redirect to a path of the same server or to a whole URL."""
    return Response(status, headers={"Location": location})
