"""Git LFS on the loopback GitHub: large files by their ids, for who holds a pointer to them.

Source: Git LFS, docs/spec.md, docs/api/batch.md, docs/api/basic-transfers.md.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.loopback.messages import Request, Response, json_answer, text

if TYPE_CHECKING:
    from tests.loopback.github import GitHub

ATTRIBUTES = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
"""A .gitattributes that makes git-lfs put the file in the place of a pointer."""

CONTENT_TYPE = "application/vnd.git-lfs+json"


def pointer_of(content: bytes) -> str:
    """Return what is committed in the place of a large file."""
    oid = hashlib.sha256(content).hexdigest()
    version = "https://git-lfs.github.com/spec/v1"
    return f"version {version}\noid sha256:{oid}\nsize {len(content)}\n"


class Lfs:
    """The batch API below each repository, and downloads."""

    def __init__(self, github: GitHub) -> None:
        self._url = github.url
        self._objects: dict[str, bytes] = {}
        github.server.route("POST", r"/[^/]+/[^/]+\.git/info/lfs/objects/batch", self._batch)
        github.server.route("GET", r"/lfs/(?P<oid>[0-9a-f]{64})", self._object)

    def pointer(self, content: bytes) -> str:
        """Store a large file and return what is committed in its place."""
        self._objects[hashlib.sha256(content).hexdigest()] = content
        return pointer_of(content)

    def _batch(self, request: Request) -> Response:
        asked = json.loads(request.body)
        if asked["operation"] != "download":
            return json_answer({"message": "read-only"}, 403, CONTENT_TYPE)
        objects = [self._found(one["oid"], one["size"]) for one in asked["objects"]]
        return json_answer({"transfer": "basic", "objects": objects}, 200, CONTENT_TYPE)

    def _found(self, oid: str, size: int) -> dict[str, object]:
        found = {"oid": oid, "size": size}
        if oid not in self._objects:
            return {**found, "error": {"code": 404, "message": "Object does not exist"}}
        return {**found, "actions": {"download": {"href": f"{self._url}/lfs/{oid}"}}}

    def _object(self, _request: Request, oid: str) -> Response:
        content = self._objects.get(oid)
        return text("Not Found", 404) if content is None else Response(200, content)
