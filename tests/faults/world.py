"""Twenty packages of every upstream kind, the servers that they are on, and what they ask there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.loopback import git_http
from tests.loopback.forges import Forge, Gitea, GitLab, Release
from tests.loopback.github import GitHub
from tests.loopback.index import Index
from tests.loopback.messages import Request, Response, text
from tests.loopback.repositories import Repository
from tests.loopback.server import Server
from tests.project import FAKE, pypi_overlay

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

MANY = 120
"""More tags or releases than one page has."""

CONFIG = """\
hosts:
  github.com: {{web: {github}, api: {github}/api/v3, graphql: {github}/api/graphql}}
  github.example: {{kind: github, web: {enterprise}}}
  gitlab.com: {{web: {gitlab}, api: {gitlab}/api/v4}}
  codeberg.org: {{web: {gitea}, api: {gitea}/api/v1}}
  git.example: {{kind: git, web: {git}}}
index: {index}
network: {{retries: {retries}, timeout: {timeout}}}
defaults: {{build: {{enabled: false}}}}
packages:
  "*-release": {{track: release}}
  "*-aged": {{minimum_release_age: 3d}}
  "*-branch": {{commit_interval: 0d}}
"""

LIBRARY = """\
self: super: {{
  python3Packages = super.python3Packages // {{
    {name} = super.python3Packages.buildPythonPackage rec {{
      pname = "{name}";
      version = "1.0";

      src = super.{fetcher} {{
        {arguments}
        rev = "{rev}";
        hash = "{hash}";
      }};
    }};
  }};
}}
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request of a check.

    Attributes:
        name: what is asked for.
        server: the attribute of `World` that is asked.
        match: searched for in ``METHOD target``.
        packages: whose answer it is.
        body: searched for in the request's body.
        needed: without an answer the packages fail; else others can tell what matters.
        by_git: git itself asks, not the updater's own client.
    """

    name: str
    server: str
    match: str
    packages: frozenset[str]
    body: str = ""
    needed: bool = True
    by_git: bool = False


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


def _pack(name: str) -> str:
    return rf"POST .*/{name}\.git/git-upload-pack"


FETCHES = "command=fetch"
ASKS = (
    Ask(
        "graphql",
        "github",
        "POST /api/graphql",
        _of("gh-tag", "gh-many", "gh-release", "gh-branch"),
        needed=False,
    ),
    Ask("graphql-tags", "github", _pack("gh-many"), _of("gh-many")),
    Ask("graphql-releases", "github", "GET .*/gh-release/releases", _of("gh-release")),
    Ask("github-refs", "enterprise", _pack("gx-tag"), _of("gx-tag")),
    Ask("github-moved", "enterprise", _pack("gx-old"), _of("gx-moved")),
    Ask("github-moved-service", "enterprise", r"GET .*/gx-new\.git/info/refs", _of("gx-moved")),
    Ask("github-moved-refs", "enterprise", _pack("gx-new"), _of("gx-moved")),
    Ask("github-releases", "enterprise", "GET .*/gx-release/releases", _of("gx-release")),
    Ask("github-dates", "enterprise", _pack("gx-aged"), _of("gx-aged"), FETCHES, by_git=True),
    Ask("github-history", "enterprise", _pack("gx-branch"), _of("gx-branch"), FETCHES, by_git=True),
    Ask(
        "github-history-service",
        "enterprise",
        r"GET .*/gx-branch\.git/info/refs",
        _of("gx-branch"),
        by_git=True,
    ),
    Ask("gitlab-refs", "gitlab", _pack("gl-tag"), _of("gl-tag")),
    Ask("gitlab-about", "gitlab", "GET /api/v4/projects/g%2Fgl-tag$", _of("gl-tag"), needed=False),
    Ask("gitlab-dates", "gitlab", "GET .*%2Fgl-aged/repository/tags", _of("gl-aged"), needed=False),
    Ask("gitlab-releases", "gitlab", "GET .*%2Fgl-release/releases", _of("gl-release")),
    Ask("gitea-refs", "gitea", _pack("ge-tag"), _of("ge-tag")),
    Ask("gitea-about", "gitea", "GET /api/v1/repos/g/ge-tag$", _of("ge-tag"), needed=False),
    Ask("gitea-dates", "gitea", "GET .*/ge-aged/tags", _of("ge-aged"), needed=False),
    Ask("gitea-releases", "gitea", "GET .*/ge-release/releases", _of("ge-release")),
    Ask("git-refs", "git", "/gi-tag", _of("gi-tag")),
    Ask("git-old-refs", "git", "/gi-old", _of("gi-old")),
    Ask("git-history", "git", _pack("gi-branch"), _of("gi-branch"), FETCHES, by_git=True),
    Ask("index", "index", "GET /simple/pi-tag/", _of("pi-tag")),
    Ask("github-mark", "enterprise", "GET .*/gx-tag/releases/tags/", _of("gx-tag"), needed=False),
    Ask(
        "github-moved-mark",
        "enterprise",
        "GET .*/repositories/2/releases/tags/",
        _of("gx-moved"),
        needed=False,
    ),
    Ask("gitlab-release", "gitlab", "GET .*%2Fgl-aged/releases/", _of("gl-aged"), needed=False),
    Ask("gitea-mark", "gitea", "GET .*/ge-tag/releases/tags/", _of("ge-tag"), needed=False),
    Ask("index-twin", "index", "GET /simple/gh-tag/", _of("gh-tag"), needed=False),
)
"""Every kind of request that the check makes; `test_every_request_is_of_a_kind` proves it."""


class World:
    """The servers, and a project of twenty packages; used as a context manager.

    Args:
        folder: where all is made.

    Attributes:
        root: the project's folder.
        sound: each package's part of what a check without a fault prints, once it is known.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.sound: dict[str, Any] = {}
        self._folder = folder
        self._resources = ExitStack()
        enter = self._resources.enter_context
        self._github = enter(GitHub(folder / "github"))
        self._enterprise = enter(GitHub(folder / "enterprise"))
        self._gitlab = enter(GitLab(folder / "gitlab"))
        self._gitea = enter(Gitea(folder / "gitea"))
        self._git = enter(Server())
        self._index = enter(Index())
        (self.root / "overlays").mkdir(parents=True)
        self._on_github()
        self._on_enterprise()
        self._on_forge("gl", self._gitlab, 'owner = "g"; repo = "{name}";', "fetchFromGitLab")
        self._on_forge("ge", self._gitea, 'owner = "g"; repo = "{name}";', "fetchFromCodeberg")
        self._by_git()
        self._on_index()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.close()

    @property
    def servers(self) -> dict[str, Server]:
        """The servers by the names that `Ask.server` has."""
        return {
            "github": self._github.server,
            "enterprise": self._enterprise.server,
            "gitlab": self._gitlab.server,
            "gitea": self._gitea.server,
            "git": self._git,
            "index": self._index.server,
        }

    def configure(self, *, retries: int, timeout: str) -> None:
        """Write config.yaml."""
        urls = {name: server.url for name, server in self.servers.items()}
        said = CONFIG.format(**urls | {"index": self._index.url}, retries=retries, timeout=timeout)
        (self.root / "config.yaml").write_text(said)

    def renew_quotas(self) -> None:
        """Let an hour pass, as far as GitHub's rate limits go."""
        for github in (self._github, self._enterprise):
            for quota in (github.rest.anonymous, github.rest.authorised, github.graphql.quota):
                quota.used = 0

    def _overlay(self, name: str, fetcher: str, arguments: str, rev: str) -> None:
        overlay = LIBRARY.format(
            name=name, fetcher=fetcher, arguments=arguments, rev=rev, hash=FAKE
        )
        (self.root / "overlays" / f"{name}.nix").write_text(overlay)

    def _on_github(self) -> None:
        for kind in ("tag", "many", "release", "branch"):
            name = f"gh-{kind}"
            hosted = self._github.repository("o", name)
            commit = _fill(hosted)
            if kind == "many":
                for number in range(MANY):
                    hosted.tag(f"v1.1.{number}", commit)
            if kind == "release":
                for number in range(MANY):
                    hosted.tag(f"v1.1.{number}", commit)
                    hosted.release(f"v1.1.{number}", "2025-02-01T00:00:00Z")
            rev = commit if kind == "branch" else "v${version}"
            self._overlay(name, "fetchFromGitHub", f'owner = "o"; repo = "{name}";', rev)

    def _on_enterprise(self) -> None:
        for kind in ("tag", "moved", "release", "aged", "branch"):
            name = "gx-old" if kind == "moved" else f"gx-{kind}"
            hosted = self._enterprise.repository("o", name)
            commit = _fill(hosted)
            hosted.release("v1.1", "2025-02-01T00:00:00Z")
            if kind == "moved":
                self._enterprise.rename(hosted, "o/gx-new")
            rev = commit if kind == "branch" else "v${version}"
            arguments = f'githubBase = "github.example"; owner = "o"; repo = "{name}";'
            self._overlay(f"gx-{kind}", "fetchFromGitHub", arguments, rev)

    def _on_forge(self, short: str, forge: Forge, arguments: str, fetcher: str) -> None:
        for kind in ("tag", "aged", "release"):
            name = f"{short}-{kind}"
            hosted = forge.host(f"g/{name}")
            _fill(hosted.repository)
            hosted.releases.append(Release("v1.1", "2025-02-01T00:00:00Z"))
            self._overlay(name, fetcher, arguments.format(name=name), "v${version}")

    def _by_git(self) -> None:
        for kind in ("tag", "old", "branch"):
            name = f"gi-{kind}"
            repository = Repository(self._folder / f"{name}.git")
            commit = _fill(repository)
            self._resources.callback(repository.settle)
            self._serve(name, repository, only_old=kind == "old")
            rev = commit if kind == "branch" else "v${version}"
            self._overlay(name, "fetchgit", f'url = "https://git.example/o/{name}";', rev)

    def _serve(self, name: str, repository: Repository, *, only_old: bool) -> None:
        """Serve git's smart HTTP; an old server knows the protocol's first version alone."""

        def refs(request: Request) -> Response:
            told = replace(request, headers={}) if only_old else request
            return git_http.info_refs(repository, told)

        def packs(request: Request) -> Response:
            return text("what?", 400) if only_old else git_http.exchange_packs(repository, request)

        self._git.route("GET", rf"/o/{name}\.git/info/refs", refs)
        self._git.route("POST", rf"/o/{name}\.git/git-upload-pack", packs)

    def _on_index(self) -> None:
        for name in ("pi-tag", "pi-other"):
            self._index.release(name, "1.0")
            self._index.release(name, "1.1")
            overlay = pypi_overlay(name, "1.0", pname=name.replace("-", "_"), sri=FAKE)
            (self.root / "overlays" / f"{name}.nix").write_text(overlay)
        self._index.release("gh-tag", "1.2")


def _fill(repository: Repository) -> str:
    """Make v1.0, a commit that no tag names, and v1.1 as the head; return the one in between."""
    repository.tag("v1.0", repository.commit(_files("1.0")))
    between = repository.commit(_files("1.0.1"))
    repository.tag("v1.1", repository.commit(_files("1.1")), annotated=True)
    repository.commit(_files("1.2"))
    return between


def _files(version: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "a"\nversion = "{version}"\n'}
