"""Registries of crates, of npm's packages and of Hex's, in the shape of their documented answers.

Source: The Cargo Book, "Registry Index"; npm/registry, docs/REGISTRY-API.md and
docs/responses/package-metadata.md; hexpm/specifications, apiary.apib.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.loopback.messages import Request, Response, json_answer, text
from tests.loopback.server import Server

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

PUBLISHED = "2025-01-01T00:00:00.000Z"
ABBREVIATED = "application/vnd.npm.install-v1+json"


class Registries:
    """A server with three registries, used as a context manager.

    Attributes:
        downloads: the template of a crate's address, which the index tells.
        tags: npm's tags by package: ``latest`` and others.
    """

    def __init__(self) -> None:
        self.server = Server()
        self.downloads = f"{self.server.url}/crates/files"
        self.tags: dict[str, dict[str, str]] = defaultdict(dict)
        self._crates: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._npm: dict[str, dict[str, Any]] = defaultdict(dict)
        self._hex: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._retired: dict[str, dict[str, Any]] = defaultdict(dict)
        self._files: dict[str, bytes] = {}
        route = self.server.route
        route("GET", "/crates/index/config.json", self._configuration)
        route("GET", "/crates/index/(?P<folder>.+)/(?P<name>[^/]+)", self._crate)
        route("GET", "/npm/(?P<name>(?:@[^/]+/)?[^/@]+)", self._package)
        route("GET", "/hex/api/packages/(?P<name>[^/]+)", self._hex_package)
        route("GET", "/hex/api/packages/(?P<name>[^/]+)/releases/(?P<version>[^/]+)", self._release)
        route("GET", "/(?:crates/files|npm|hex/tarballs)/.+", self._file)

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
    def crates(self) -> str:
        """The address of the sparse index."""
        return f"{self.server.url}/crates/index"

    @property
    def npm(self) -> str:
        """The address of the npm registry."""
        return f"{self.server.url}/npm"

    @property
    def hex(self) -> str:
        """The address of the Hex's HTTP API."""
        return f"{self.server.url}/hex/api"

    def crate(self, name: str, version: str, content: bytes, *, yanked: bool = False) -> None:
        """Publish a version of a crate."""
        self._files[f"/crates/files/{name}/{version}/download"] = content
        line = {
            "name": name,
            "vers": version,
            "deps": [],
            "cksum": hashlib.sha256(content).hexdigest(),
            "features": {},
            "yanked": yanked,
            "pubtime": "2025-01-01T00:00:00Z",
        }
        self._crates[name.lower()].append(line)

    def package(
        self, name: str, version: str, content: bytes, *, deprecated: str | None = None
    ) -> None:
        """Publish a version of an npm package, which becomes ``latest``."""
        path = f"{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        self._files[f"/npm/{path}"] = content
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        dist = {
            "tarball": f"{self.npm}/{path}",
            "shasum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "integrity": f"sha512-{digest}",
        }
        own: dict[str, Any] = {"name": name, "version": version, "dist": dist}
        self._npm[name][version] = own if deprecated is None else {**own, "deprecated": deprecated}
        self.tags[name]["latest"] = version

    def release(
        self, name: str, version: str, content: bytes, *, retired: str | None = None
    ) -> None:
        """Publish a release of a Hex package."""
        self._files[f"/hex/tarballs/{name}-{version}.tar"] = content
        self._hex[name].append(
            {"version": version, "checksum": hashlib.sha256(content).hexdigest()}
        )
        if retired is not None:
            self._retired[name][version] = {"reason": "security", "message": retired}

    def _configuration(self, _request: Request) -> Response:
        return json_answer({"dl": self.downloads, "api": self.server.url})

    def _crate(self, request: Request, folder: str, name: str) -> Response:
        lines = self._crates.get(name)
        expected = {1: "1", 2: "2", 3: f"3/{name[:1]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
        if lines is None or folder != expected:
            return text("not found", 404)
        body = "".join(f"{json.dumps(line)}\n" for line in lines)
        return text(body, content_type="text/plain").validated(request)

    def _package(self, request: Request, name: str) -> Response:
        versions = self._npm.get(name)
        if versions is None:
            return json_answer({"error": "Not found"}, 404)
        body: dict[str, Any] = {"name": name, "dist-tags": self.tags[name], "versions": versions}
        if ABBREVIATED in request.headers.get("accept", ""):
            body["modified"] = PUBLISHED
            return json_answer(body, content_type=ABBREVIATED).validated(request)
        times = dict.fromkeys(("created", "modified", *versions), PUBLISHED)
        return json_answer({**body, "time": times}).validated(request)

    def _hex_package(self, request: Request, name: str) -> Response:
        releases = self._hex.get(name)
        if releases is None:
            return json_answer({"status": 404, "message": "Page not found"}, 404)
        listed = [
            {
                "version": own["version"],
                "url": f"{self.hex}/packages/{name}/releases/{own['version']}",
                "has_docs": True,
                "inserted_at": PUBLISHED,
            }
            for own in reversed(releases)
        ]
        body = {"name": name, "releases": listed, "retirements": self._retired[name]}
        return json_answer(body).validated(request)

    def _release(self, _request: Request, name: str, version: str) -> Response:
        own = next((own for own in self._hex[name] if own["version"] == version), None)
        return json_answer(own) if own is not None else json_answer({"status": 404}, 404)

    def _file(self, request: Request) -> Response:
        content = self._files.get(request.path)
        return Response(200, content) if content is not None else text("not found", 404)
