"""A package index on loopback: the Simple API in JSON and HTML, and its files.

Source: PEP 503, 629, 658, 691, 700; packaging.python.org, "Simple repository API".
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import zipfile
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from tests.loopback.distributions import make_distribution
from tests.loopback.messages import Request, Response, json_answer, redirect, text
from tests.loopback.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from tests.loopback.server import Handler

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
UPLOADED = "2025-01-01T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release as the index lists it.

    Attributes:
        upload_time: ISO 8601 in UTC; None for an index that does not tell (PEP 700).
        yanked: why it was withdrawn, an empty string for no reason given; None if it was not.
    """

    filename: str
    version: str
    content: bytes
    upload_time: str | None
    yanked: str | None
    requires_python: str | None

    @property
    def sha256(self) -> str:
        """The digest in hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def path(self) -> str:
        """Where the index serves it."""
        return f"/files/{self.sha256[:2]}/{self.sha256[2:]}/{self.filename}"


class Index:
    """A server with projects and their releases, used as a context manager.

    Attributes:
        serves_metadata: as PEP 658 has it; not every index does.
        login: the user and password without which nobody gets a page or a file; None for all.
    """

    def __init__(self) -> None:
        self.server = Server()
        self.serves_metadata = True
        self.login: tuple[str, str] | None = None
        self._projects: dict[str, list[File]] = {}
        for path, handler in (
            ("/simple/(?P<name>[^/]+)(?P<slash>/?)", self._project),
            ("/files/../[^/]+/(?P<filename>[^/]+)", self._file),
            ("/packages/[^/]+/[^/]+/[^/]+/(?P<filename>[^/]+)", self._legacy),
        ):
            self.server.route("GET", path, partial(self._let_in, handler))

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
        """The Simple API's address, with a slash at the end as pip writes it."""
        return f"{self.server.url}/simple/"

    def release(
        self,
        project: str,
        version: str,
        *,
        files: Sequence[str] | Mapping[str, bytes] | None = None,
        upload_time: str | None = UPLOADED,
        yanked: str | None = None,
        requires_python: str | None = None,
    ) -> tuple[File, ...]:
        """Publish a release.

        Args:
            project: as its author spells it.
            version: as the index lists it.
            files: file names, which get real sdists and wheels as content, or names with their
                content; the default is one sdist under its normalised name (PEP 625).
            upload_time: ISO 8601 in UTC; None for an index that does not tell.
            yanked: the reason, which may be empty; None if it is not.
            requires_python: a version specifier.
        """
        if files is None:
            files = [f"{canonicalize_name(project).replace('-', '_')}-{version}.tar.gz"]
        made = tuple(
            File(
                filename,
                version,
                files[filename]
                if isinstance(files, dict)
                else make_distribution(filename, project, version, requires_python),
                upload_time,
                yanked,
                requires_python,
            )
            for filename in files
        )
        self._projects.setdefault(canonicalize_name(project), []).extend(made)
        return made

    def withdraw(self, project: str, version: str, reason: str | None = None) -> None:
        """Yank a release; without a reason, delete it."""
        listed = self._projects[canonicalize_name(project)]
        listed[:] = [
            replace(file, yanked=reason) if file.version == version else file
            for file in listed
            if file.version != version or reason is not None
        ]

    def _let_in(self, handler: Handler, request: Request, **parts: str) -> Response:
        if self.login is not None:
            pair = base64.b64encode(":".join(self.login).encode()).decode()
            if request.headers.get("authorization") != f"Basic {pair}":
                return Response(401, b"", {"WWW-Authenticate": 'Basic realm="index"'})
        return handler(request, **parts)

    def _project(self, request: Request, name: str, slash: str) -> Response:
        normalised = canonicalize_name(name)
        if name != normalised or not slash:
            return redirect(f"/simple/{normalised}/")
        files = self._projects.get(normalised)
        if files is None:
            return text("404 Not Found", 404)
        return self._listing(request, normalised, files).validated(request)

    def _listing(self, request: Request, name: str, files: list[File]) -> Response:
        vary = {"Vary": "Accept", "Cache-Control": "max-age=600, public"}
        accepted = request.headers.get("accept", "")
        if JSON in accepted:
            body = self._json(name, files)
            answer = json_answer(body, content_type=JSON)
        else:
            kind = HTML if HTML in accepted else "text/html"
            answer = text(self._html(name, files), content_type=kind)
        return Response(answer.status, answer.body, {**answer.headers, **vary})

    def _json(self, name: str, files: list[File]) -> dict[str, Any]:
        return {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": sorted({file.version for file in files}),
            "files": [self._json_file(file) for file in files],
        }

    def _json_file(self, file: File) -> dict[str, Any]:
        listed = {
            "filename": file.filename,
            "url": f"{self.server.url}{file.path}",
            "hashes": {"sha256": file.sha256},
            "size": len(file.content),
            "requires-python": file.requires_python,
            "yanked": file.yanked is not None and (file.yanked or True),
        }
        if self.serves_metadata and file.filename.endswith(".whl"):  # PEP 714
            listed |= {"core-metadata": True, "dist-info-metadata": True}
        return listed if file.upload_time is None else {**listed, "upload-time": file.upload_time}

    def _html(self, name: str, files: list[File]) -> str:
        lines = [self._anchor(file) for file in files]
        return "\n".join(["<!DOCTYPE html>", f"<title>Links for {name}</title>", *lines])

    def _anchor(self, file: File) -> str:
        attributes = {"href": f"{self.server.url}{file.path}#sha256={file.sha256}"}
        if file.requires_python is not None:
            attributes["data-requires-python"] = file.requires_python
        if file.yanked is not None:
            attributes["data-yanked"] = file.yanked
        written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        return f"<a {written}>{file.filename}</a><br>"

    def _file(self, _request: Request, filename: str) -> Response:
        file = self._find(filename.removesuffix(".metadata"))
        if file is None:
            return text("404 Not Found", 404)
        content = file.content
        if filename.endswith(".metadata"):  # PEP 658
            if not self.serves_metadata:
                return text("404 Not Found", 404)
            with zipfile.ZipFile(io.BytesIO(content)) as wheel:
                (name,) = [one for one in wheel.namelist() if one.endswith("/METADATA")]
                content = wheel.read(name)
        return Response(200, content, {"Content-Type": "application/octet-stream"})

    def _legacy(self, _request: Request, filename: str) -> Response:
        """Answer fetchPypi's address, which knows no digest, by a redirect."""
        file = self._find(filename)
        return redirect(file.path, 302) if file else text("404 Not Found", 404)

    def _find(self, filename: str) -> File | None:
        every = (file for files in self._projects.values() for file in files)
        return next((file for file in every if file.filename == filename), None)
