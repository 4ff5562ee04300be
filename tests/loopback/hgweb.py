"""A repository of Mercurial's, as its own server shows it: tags in JSON.

Where a repository is fetched, too, `tests.loopback.mercurial` runs that server itself.

Source: Mercurial, ``hg help hgweb``; mercurial/templates/json/map, ``tags`` and ``tagentry``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.loopback.messages import Request, Response, json_answer
from tests.loopback.server import Server

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_MADE = 1_735_689_600  # the first second of 2025


class Hgweb:
    """A server with one repository, used as a context manager."""

    def __init__(self) -> None:
        self.server = Server()
        self._tags: dict[str, str] = {}
        self.server.route("GET", "/tool/json-tags", self._listing)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()

    @property
    def url(self) -> str:
        """The repository's address."""
        return f"{self.server.url}/tool"

    def tag(self, name: str, content: str) -> str:
        """Tag a changeset whose one file has this content; return its id."""
        node = hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()
        self._tags[name] = node
        return node

    def _listing(self, _request: Request) -> Response:
        newest = next(reversed(self._tags.values()), "0" * 40)
        tags = [
            {"tag": name, "node": node, "date": [float(_MADE), 0]}
            for name, node in reversed(self._tags.items())
        ]
        return json_answer({"node": newest, "tags": tags}, content_type="application/json")
