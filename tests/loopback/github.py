"""GitHub on loopback: git over smart HTTP, archives from a second host, and the APIs.

The addresses are those of GitHub Enterprise: ``/OWNER/REPO`` for git and the web, ``/api/v3`` for
REST, ``/api/graphql`` for GraphQL.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from tests.loopback import git_http
from tests.loopback.git_data import GitData
from tests.loopback.graphql_api import GraphQl
from tests.loopback.hosting import Credential, Hosted, credential
from tests.loopback.messages import Request, Response, json_answer, redirect, text
from tests.loopback.pulls import Pulls
from tests.loopback.rest import Rest
from tests.loopback.server import Server

if TYPE_CHECKING:
    import ssl
    from pathlib import Path
    from types import TracebackType
    from typing import Self

TOKEN = "ghp_loopback"
REPOSITORY = r"/(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?"
FORMS = r"(?P<form>tar\.gz|zip)"


class GitHub:
    """Two servers, ``server`` (web, git, APIs) and ``codeload`` (archives), and repositories.

    Used as a context manager.

    Args:
        folder: where the bare repositories are made.
        tls: makes both servers HTTPS; needs the names 127.0.0.1 and localhost.

    Attributes:
        tokens: the valid tokens.
        users: token -> login; a token without one is of the user loopback.
        tickets: the short-lived words that open private archives, with no other credential.
        rest, graphql: the APIs, with their rate limits.
    """

    def __init__(self, folder: Path, *, tls: ssl.SSLContext | None = None) -> None:
        self.tokens = {TOKEN}
        self.users: dict[str, str] = {}
        self.tickets: set[str] = set()
        self._folder = folder
        self._names: dict[str, Hosted] = {}
        self._made: list[Hosted] = []
        self._resources = ExitStack()
        self.server = self._resources.enter_context(Server(tls=tls))
        self.codeload = self._resources.enter_context(Server(name="localhost", tls=tls))
        self._route()
        self.rest = Rest(self)
        GitData(self.rest, self)
        self.pulls = Pulls(self.rest, self)
        self.graphql = GraphQl(self)
        self.server.route("POST", "(?:/api)?/graphql", self.graphql.answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._resources.close()
        for hosted in self._made:
            hosted.settle()
            hosted.close()

    @property
    def url(self) -> str:
        """The web address, under which the repositories are."""
        return self.server.url

    @property
    def api_url(self) -> str:
        """The REST address."""
        return f"{self.server.url}/api/v3"

    @property
    def graphql_url(self) -> str:
        """The GraphQL address."""
        return f"{self.server.url}/api/graphql"

    def repository(
        self,
        owner: str,
        name: str,
        *,
        default_branch: str = "main",
        private: bool = False,
        archived: bool = False,
    ) -> Hosted:
        """Make an empty repository."""
        number = len(self._made) + 1
        hosted = Hosted(
            self._folder / f"{number}.git",
            number=number,
            owner=owner,
            name=name,
            default_branch=default_branch,
            private=private,
            archived=archived,
        )
        self._made.append(hosted)
        self._names[hosted.full_name.lower()] = hosted
        return hosted

    def login(self, request: Request) -> str:
        """Return whose token a request has; its credential is valid."""
        return self.users.get((request.authorization or "").partition(" ")[2], "loopback")

    def ticket(self, hosted: Hosted) -> str:
        """Return the query that opens a repository's archive; a public one needs none."""
        if not hosted.private:
            return ""
        word = f"ticket-{len(self.tickets) + 1}"
        self.tickets.add(word)
        return f"?token={word}"

    def rename(self, hosted: Hosted, full_name: str) -> None:
        """Move a repository to another ``owner/name``; the old name redirects."""
        hosted.owner, hosted.name = full_name.split("/")
        self._names[full_name.lower()] = hosted

    def named(self, full_name: str) -> Hosted | None:
        """Return the repository with this name."""
        return self._names.get(full_name.lower())

    def all(self) -> list[Hosted]:
        """Return every repository."""
        return list(self._made)

    def remove(self, hosted: Hosted) -> None:
        """Take a repository off all its names."""
        self._names = {name: one for name, one in self._names.items() if one is not hosted}

    def credential(self, request: Request) -> Credential:
        """Judge a request's Authorization header against ``tokens``."""
        return credential(request, self.tokens)

    def find(self, full_name: str, request: Request) -> Hosted | None:
        """Return the repository that a name, also an old one, means to the sender of a request."""
        return self._visible(self._names.get(full_name.lower()), request)

    def find_number(self, number: int, request: Request) -> Hosted | None:
        """Return the repository with this id if the sender of a request may see it."""
        known = {one.number: one for one in self._names.values()}
        return self._visible(known.get(number), request)

    def _visible(self, hosted: Hosted | None, request: Request) -> Hosted | None:
        if hosted and hosted.private and self.credential(request) is not Credential.VALID:
            return None
        return hosted

    def _route(self) -> None:
        web, archives = self.server, self.codeload
        web.route("GET", rf"{REPOSITORY}/info/refs", self._info_refs)
        web.route("POST", rf"{REPOSITORY}/git-upload-pack", self._upload_pack)
        web.route("POST", rf"{REPOSITORY}/git-receive-pack", self._receive_pack)
        web.route("GET", "/api/v3/user", self._user)
        web.route("GET", rf"{REPOSITORY}/archive/(?P<ref>.+)\.{FORMS}", self._archive)
        web.route("GET", rf"{REPOSITORY}/(?P<ball>tarball|zipball)/(?P<ref>.+)", self._ball)
        archives.route("GET", rf"{REPOSITORY}/{FORMS}/(?P<ref>.+)", self._codeload)
        archives.route("GET", rf"{REPOSITORY}/legacy\.{FORMS}/(?P<ref>.+)", self._legacy)

    def _user(self, request: Request) -> Response:
        """Answer who asks, which GitHub tells no App."""
        if self.credential(request) is not Credential.VALID:
            return text("Requires authentication", 401)
        return json_answer({"login": self.login(request)})

    def _info_refs(self, request: Request, owner: str, name: str) -> Response:
        hosted = self._for_git(request, owner, name)
        if isinstance(hosted, Hosted) and request.query.get("service") == git_http.PUSH_SERVICE:
            hosted = self._for_push(request, hosted)
        return git_http.info_refs(hosted, request) if isinstance(hosted, Hosted) else hosted

    def _receive_pack(self, request: Request, owner: str, name: str) -> Response:
        hosted = self._for_git(request, owner, name)
        if isinstance(hosted, Hosted):
            hosted = self._for_push(request, hosted)
        return git_http.take_packs(hosted, request) if isinstance(hosted, Hosted) else hosted

    def _for_push(self, request: Request, hosted: Hosted) -> Hosted | Response:
        if self.credential(request) is Credential.NONE:
            return text("Authentication required.\n", 401).with_headers(
                WWW_Authenticate='Basic realm="GitHub"'
            )
        if not hosted.writable:
            return text("Write access to repository not granted.\n", 403)
        return hosted

    def _upload_pack(self, request: Request, owner: str, name: str) -> Response:
        hosted = self._for_git(request, owner, name)
        return git_http.exchange_packs(hosted, request) if isinstance(hosted, Hosted) else hosted

    def _for_git(self, request: Request, owner: str, name: str) -> Hosted | Response:
        """Return the repository, or the answer of GitHub to who names another one.

        GitHub does not tell an anonymous client whether a repository exists: it asks for
        credentials.
        """
        worth = self.credential(request)
        hosted = self.find(f"{owner}/{name}", request)
        if worth is Credential.WRONG:
            return text("Invalid username or token.\n", 401).with_headers(
                WWW_Authenticate='Basic realm="GitHub"'
            )
        if hosted is None and worth is Credential.NONE:
            return text("Repository not found.\n", 401).with_headers(
                WWW_Authenticate='Basic realm="GitHub"'
            )
        if hosted is None:
            return text("Repository not found.\n", 404)
        return self._moved(request, owner, name, hosted) or hosted

    def _archive(self, request: Request, owner: str, name: str, ref: str, form: str) -> Response:
        hosted = self.find(f"{owner}/{name}", request)
        if hosted is None:
            return text("Not Found", 404)
        if moved := self._moved(request, owner, name, hosted):
            return moved
        if git_http.resolve(hosted, ref) is None:
            # Behind the ref may stand any name for the file.
            ref = ref.rpartition("/")[0]
        if not ref or git_http.resolve(hosted, ref) is None:
            return text("Not Found", 404)
        if git_http.is_ambiguous(hosted, ref):
            return text(f"the given path has multiple possibilities: {ref}", 300)
        return redirect(f"{self.codeload.url}/{hosted.full_name}/{form}/{ref}", 302)

    def _ball(self, request: Request, owner: str, name: str, ball: str, ref: str) -> Response:
        return self._archive(request, owner, name, ref, "zip" if ball == "zipball" else "tar.gz")

    def _moved(self, request: Request, owner: str, name: str, hosted: Hosted) -> Response | None:
        if f"{owner}/{name}".lower() == hosted.full_name.lower():
            return None
        rest = request.target.removeprefix(f"/{owner}/{name}")
        return redirect(f"{self.url}/{hosted.full_name}{rest}")

    def _codeload(self, request: Request, owner: str, name: str, form: str, ref: str) -> Response:
        hosted = self.find(f"{owner}/{name}", request)
        if hosted is not None and git_http.is_ambiguous(hosted, ref):
            return text(f"the given path has multiple possibilities: {ref}", 300)
        answer = hosted and git_http.archive(hosted, ref, form, top_folder(hosted.name, ref))
        return answer or text("404: Not Found", 404)

    def _legacy(self, request: Request, owner: str, name: str, form: str, ref: str) -> Response:
        """Answer what REST's tarball and zipball redirect to: another folder name."""
        ticket = request.query.get("token") in self.tickets
        hosted = self.named(f"{owner}/{name}") if ticket else self.find(f"{owner}/{name}", request)
        commit = hosted and git_http.resolve(hosted, ref)
        if not hosted or not commit:
            return text("404: Not Found", 404)
        prefix = f"{hosted.owner}-{hosted.name}-{commit[:7]}"
        return git_http.archive(hosted, commit, form, prefix) or text("404: Not Found", 404)


def top_folder(name: str, ref: str) -> str:
    """Return the folder that GitHub puts an archive's files in.

    A ``v`` before a digit is left out, a slash becomes a dash.
    """
    short = ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
    if short[:1] == "v" and short[1:2].isdigit():
        short = short[1:]
    return f"{name}-{short.replace('/', '-')}"
