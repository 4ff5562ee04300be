"""Repositories of Mercurial's, as its own server shows them: tags in JSON, archives of changesets.

Source: Mercurial, ``hg help hgweb``; mercurial/templates/json/map, ``tags`` and ``tagentry``.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

from tests.loopback.messages import Request, Response, json_answer, text
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
        self._trees: dict[str, str] = {}
        self.server.route("GET", "/tool/json-tags", self._listing)
        self.server.route("GET", r"/tool/archive/(?P<rev>.+)\.tar\.gz", self._archive)

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
        self._trees[node] = content
        return node

    def _listing(self, _request: Request) -> Response:
        newest = next(reversed(self._tags.values()), "0" * 40)
        tags = [
            {"tag": name, "node": node, "date": [float(_MADE), 0]}
            for name, node in (("tip", newest), *reversed(self._tags.items()))
        ]
        return json_answer({"node": newest, "tags": tags}, content_type="application/json")

    def _archive(self, _request: Request, rev: str) -> Response:
        node = self._tags.get(rev, rev)
        if node not in self._trees:
            return text("not found", 404)
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as packed:
            files = {".hg_archival.txt": f"node: {node}\n", "a": self._trees[node]}
            for name, content in files.items():
                member = tarfile.TarInfo(f"tool-{node[:12]}/{name}")
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content.encode()))
        return Response(200, made.getvalue(), {"Content-Type": "application/x-gzip"})
