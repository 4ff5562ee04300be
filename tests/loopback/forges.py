"""Code hosts on loopback, as far as their documentation describes what is asked of them.

Source: docs.gitlab.com/api/projects, /tags, /releases, /repositories; Gitea's swagger,
"repository"; git.sr.ht's routes; nixpkgs' fetchers for the addresses of archives. Lists come newest
first, in pages named by Link; answers have an ETag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from tests.loopback import git_http
from tests.loopback.hosting import Credential, credential
from tests.loopback.messages import Request, Response, json_answer, redirect, text
from tests.loopback.repositories import Repository
from tests.loopback.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

PER_PAGE = 20
TOKEN = "forge_loopback"


@dataclass
class Release:
    """A release; on Gitea ``hidden`` is a draft, on GitLab one that is still to come."""

    tag: str
    date: str
    hidden: bool = False
    prerelease: bool = False
    notes: str = ""
    assets: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Hosted:
    """A repository and what its host knows about it."""

    repository: Repository
    path: str
    archived: bool = False
    private: bool = False
    releases_access: str = "enabled"
    releases: list[Release] = field(default_factory=list)

    @property
    def newest_releases(self) -> list[Release]:
        """The releases, newest first."""
        return sorted(self.releases, key=lambda one: one.date, reverse=True)


class Forge:
    """A server with repositories at paths of any depth; used as a context manager.

    Attributes:
        url: what the repositories' paths are below.
        tokens: what opens private repositories.
        ending: what git asks for behind a repository's path.
    """

    ending: ClassVar[str] = ".git"

    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.url = self.server.url
        self.tokens = {TOKEN}
        self._folder = folder
        self._names: dict[str, Hosted] = {}
        repository = rf"/(?P<path>.+){re.escape(self.ending)}"
        self.server.route("GET", f"{repository}/info/refs", self._info_refs)
        self.server.route("POST", f"{repository}/git-upload-pack", self._upload_pack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()
        for hosted in self._names.values():
            hosted.repository.settle()
            hosted.repository.close()

    def host(self, path: str, *, archived: bool = False, private: bool = False) -> Hosted:
        """Make an empty repository."""
        repository = Repository(self._folder / f"{len(self._names)}.git")
        self._names[path] = Hosted(repository, path, archived, private)
        return self._names[path]

    def rename(self, hosted: Hosted, path: str) -> None:
        """Move a repository; its old path redirects."""
        hosted.path = path
        self._names[path] = hosted

    def find(self, path: str, request: Request) -> Hosted | None:
        """Return the repository that a path, also an old one, means to the sender of a request."""
        hosted = self._names.get(path)
        hidden = hosted is not None and hosted.private
        return None if hidden and not self._may_see(request) else hosted

    def _asset(self, _request: Request, path: str, tag: str, name: str) -> Response:
        releases = self._names[path].releases
        made = [one.assets[name] for one in releases if one.tag == tag and name in one.assets]
        return Response(200, made[0]) if made else text("not found", 404)

    def _may_see(self, request: Request) -> bool:
        return credential(request, self.tokens) is Credential.VALID

    def _archive(self, request: Request, path: str, ref: str) -> Response:
        hosted = self.find(path, request)
        if hosted is None:
            return json_answer({"message": "404 Not Found"}, 404)
        prefix = f"{path.rpartition('/')[2]}-{ref}"
        answer = git_http.archive(hosted.repository, ref, "tar.gz", prefix)
        return answer or json_answer({"message": "404 Not Found"}, 404)

    def _info_refs(self, request: Request, path: str) -> Response:
        return self._git(request, path) or git_http.info_refs(self._names[path].repository, request)

    def _upload_pack(self, request: Request, path: str) -> Response:
        return self._git(request, path) or git_http.exchange_packs(
            self._names[path].repository, request
        )

    def _git(self, request: Request, path: str) -> Response | None:
        """Return what is answered instead of git's answer."""
        hosted = self.find(path, request)
        if hosted is None:
            return text("HTTP Basic: Access denied", 401)
        if hosted.path != path:
            old, new = f"/{path}{self.ending}/", f"/{hosted.path}{self.ending}/"
            return redirect(request.target.replace(old, new))
        return None


class GitLab(Forge):
    """GitLab's REST API, version 4."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        project = r"/api/v4/projects/(?P<path>.+?)"
        self.server.route("GET", rf"{project}/repository/tags", self._tags)
        self.server.route("GET", rf"{project}/repository/archive\.tar\.gz", self._archive_of_sha)
        self.server.route("GET", rf"{project}/releases", self._releases)
        self.server.route("GET", rf"{project}/releases/(?P<tag>.+)", self._tagged_release)
        self.server.route("GET", project, self._project)
        page_archive = r"/(?P<path>.+)/-/archive/(?P<ref>[^/]+)/[^/]+\.tar\.gz"
        self.server.route("GET", page_archive, self._archive)
        downloads = r"/-/releases/(?P<tag>[^/]+)/downloads/(?P<name>.+)"
        self.server.route("GET", rf"/(?P<path>.+){downloads}", self._asset)

    def _archive_of_sha(self, request: Request, path: str) -> Response:
        return self._archive(request, path, request.query.get("sha", "HEAD"))

    def _project(self, request: Request, path: str) -> Response:
        hosted = self.find(path, request)
        # The path must come as one segment: a slash in it is another route.
        if hosted is None or quote(path, safe="") not in request.target:
            return json_answer({"message": "404 Project Not Found"}, 404)
        if hosted.path != path:
            return redirect(f"/api/v4/projects/{quote(hosted.path, safe='')}")
        about = {
            "path_with_namespace": hosted.path,
            "archived": hosted.archived,
            "default_branch": hosted.repository.default_branch,
            "visibility": "private" if hosted.private else "public",
            "releases_access_level": hosted.releases_access,
        }
        return json_answer(about).validated(request)

    def _tags(self, request: Request, path: str) -> Response:
        tags = [
            {
                "name": ref.short,
                "target": ref.object,
                "commit": {"id": ref.commit, "committed_date": ref.committed.isoformat()},
            }
            for ref in newest_first(self._names[path].repository)
        ]
        return page(request, tags)

    def _releases(self, request: Request, path: str) -> Response:
        hosted = self._names[path]
        return page(request, [self._release(path, one) for one in hosted.newest_releases])

    def _tagged_release(self, _request: Request, path: str, tag: str) -> Response:
        releases = self._names[path].releases
        made = [self._release(path, one) for one in releases if one.tag == tag]
        return json_answer(made[0]) if made else json_answer({"message": "404 Not Found"}, 404)

    def _release(self, path: str, release: Release) -> dict[str, object]:
        repository = self._names[path].repository
        return {
            "tag_name": release.tag,
            "released_at": release.date,
            "upcoming_release": release.hidden,
            "commit": {"id": repository.find(f"refs/tags/{release.tag}^{{commit}}")},
            "_links": {"self": f"{self.url}/{path}/-/releases/{release.tag}"},
            "assets": {
                "links": [
                    {"name": f"Build of {name}", "direct_asset_url": f"{self.url}{address}"}
                    for name in release.assets
                    for address in (
                        f"/{path}/-/releases/{release.tag}/downloads/{name}",
                        f"/{path}/-/jobs/1/artifacts/raw/{name}",
                    )
                ]
            },
            "description": release.notes or None,
        }


class Gitea(Forge):
    """Gitea's REST API, version 1."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        repository = r"/api/v1/repos/(?P<path>[^/]+/[^/]+)"
        archive = r"/archive/(?P<ref>.+)\.tar\.gz"
        self.server.route("GET", rf"{repository}{archive}", self._archive)
        self.server.route("GET", rf"/(?P<path>[^/]+/[^/]+){archive}", self._page_archive)
        self.server.route("GET", rf"{repository}/tags", self._tags)
        self.server.route("GET", rf"{repository}/releases", self._releases)
        self.server.route("GET", rf"{repository}/releases/tags/(?P<tag>.+)", self._tagged_release)
        self.server.route("GET", repository, self._repository)
        downloads = r"/releases/download/(?P<tag>[^/]+)/(?P<name>[^/]+)"
        self.server.route("GET", rf"/(?P<path>[^/]+/[^/]+){downloads}", self._asset)

    def _page_archive(self, request: Request, path: str, ref: str) -> Response:
        """Answer as to a browser, which has a session and no token."""
        hosted = self._names.get(path)
        if hosted is None or hosted.private:
            return text("Not found.", 404)
        return self._archive(request, path, ref)

    def _repository(self, request: Request, path: str) -> Response:
        hosted = self.find(path, request)
        if hosted is None:
            return json_answer({"message": "not found"}, 404)
        if hosted.path != path:
            return redirect(f"/api/v1/repos/{hosted.path}", 307)
        about = {
            "full_name": hosted.path,
            "archived": hosted.archived,
            "private": hosted.private,
            "internal": False,
        }
        return json_answer(about).validated(request)

    def _tags(self, request: Request, path: str) -> Response:
        tags = [
            {"name": ref.short, "commit": {"sha": ref.commit, "created": ref.committed.isoformat()}}
            for ref in newest_first(self._names[path].repository)
        ]
        return page(request, tags)

    def _releases(self, request: Request, path: str) -> Response:
        releases = self._names[path].newest_releases
        return page(request, [self._release(path, one) for one in releases])

    def _tagged_release(self, _request: Request, path: str, tag: str) -> Response:
        releases = self._names[path].releases
        made = [self._release(path, one) for one in releases if one.tag == tag and not one.hidden]
        return json_answer(made[0]) if made else json_answer({"message": "not found"}, 404)

    def _release(self, path: str, release: Release) -> dict[str, object]:
        return {
            "tag_name": release.tag,
            "published_at": release.date,
            "draft": release.hidden,
            "prerelease": release.prerelease,
            "html_url": f"{self.url}/{path}/releases/tag/{release.tag}",
            "body": release.notes,
            "assets": [
                {
                    "name": name,
                    "size": len(content),
                    "browser_download_url": (
                        f"{self.url}/{path}/releases/download/{release.tag}/{name}"
                    ),
                }
                for name, content in release.assets.items()
            ],
        }


class Bitbucket(Forge):
    """bitbucket.org's archives, which name the repository's commit as they please."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        archive = r"/(?P<path>[^/]+/[^/]+)/get/(?P<ref>.+)\.tar\.gz"
        self.server.route("GET", archive, self._archive)


class SourceHut(Forge):
    """git.sr.ht: git has no ending of its own there."""

    ending: ClassVar[str] = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        archive = r"/(?P<path>~[^/]+/[^/]+)/archive/(?P<ref>.+)\.tar\.gz"
        self.server.route("GET", archive, self._archive)


def newest_first(repository: Repository) -> list[Any]:
    """Return the tags, the one with the newest commit first."""
    tags = [ref for ref in repository.refs() if ref.name.startswith("refs/tags/")]
    return sorted(tags, key=lambda ref: ref.committed, reverse=True)


def page(request: Request, items: Sequence[Any]) -> Response:
    """Answer with the page that is asked for, and with Link to the next one."""
    size = min(int(request.query.get("per_page") or request.query.get("limit") or PER_PAGE), 100)
    number = int(request.query.get("page", 1))
    answer = json_answer(items[(number - 1) * size : number * size]).validated(request)
    if number * size >= len(items):
        return answer
    plain = request.target.partition("&page=")[0]
    url = f"http://{request.headers['host']}{plain}&page={number + 1}"
    return answer.with_headers(Link=f'<{url}>; rel="next", <{url}>; rel="last"')
