"""A repository on GitHub where pull requests are made: PyGithub, here and nowhere else.

For one thread. A request that writes is never repeated by itself: where its answer is lost, the
next run looks at what there is and goes on from there.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from github import Auth, Github, GithubException
from github.GithubRetry import GithubRetry

from updater import __version__
from updater.errors import PublishError
from updater.model import Branch, BranchCommit, Issue, Pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model import PullPolicy, PullState

_PER_PAGE = 100
_MOST_PAGES = 100
_MOST_COMMITS = 100
_VIEWER = "query { viewer { login } }"
_ENABLE = """mutation ($id: ID!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId }
}"""
_DISABLE = """mutation ($id: ID!) {
  disablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId }
}"""
_NOT_PERMITTED = "GitHub Actions is not permitted to create or approve pull requests"


@dataclass(frozen=True, slots=True)
class Access:
    """How a repository is reached.

    Attributes:
        api: the address of the host's REST API, the only place that the token goes to.
        repository: ``OWNER/NAME``.
        variable: the environment variable that the token came from, for messages.
        pause: seconds between two requests that write.
        timeout, retries, max_wait: as in `Network`; only requests that read are repeated.
    """

    api: str
    repository: str
    variable: str
    token: str = field(repr=False)
    pause: float = 1.0
    timeout: float = 30.0
    retries: int = 3
    max_wait: float = 60.0


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a commit: its blob's id, and its mode as git writes it."""

    blob: str
    mode: str


class Repository:
    """One repository; use it through `opened`.

    Every method raises PublishError where GitHub refuses or cannot be reached.
    """

    def __init__(self, access: Access, api: Github) -> None:
        self._access = access
        self._api = api
        self._at = f"/repos/{access.repository}"
        self._owner = access.repository.partition("/")[0]

    @classmethod
    @contextmanager
    def opened(cls, access: Access) -> Iterator[Repository]:
        """Open the connection and close it at the end."""
        retry = GithubRetry(
            max_rate_limit_wait=access.max_wait,
            secondary_rate_wait=min(60.0, access.max_wait),
            total=access.retries,
            backoff_factor=0.5,
            allowed_methods=frozenset({"GET", "HEAD"}),
            raise_on_status=False,
        )
        api = Github(
            auth=Auth.Token(access.token),
            base_url=access.api,
            timeout=int(access.timeout),
            user_agent=f"updater/{__version__}",
            retry=retry if access.retries else None,
            seconds_between_requests=None,
            seconds_between_writes=access.pause or None,
        )
        try:
            yield cls(access, api)
        finally:
            api.close()

    # --- read ---

    def login(self) -> str:
        """Return the login of the token's user or App (``NAME[bot]``)."""
        return str(self._graphql("learn the token's user", _VIEWER, {})["viewer"]["login"])

    def default_branch(self) -> str:
        """Return the repository's default branch."""
        with self._reading():
            return str(self._ask("GET", "")["default_branch"])

    def head(self, branch: str) -> str | None:
        """Return a branch's commit, None where there is no such branch."""
        with self._reading():
            return self._heads(branch).get(branch)

    def heads(self, prefix: str) -> dict[str, str]:
        """Return the branches whose names begin so, with their commits."""
        with self._reading():
            return self._heads(prefix)

    def files(self, commit: str, paths: Sequence[str]) -> dict[str, TreeFile]:
        """Return what a commit has at some paths; a path without a file is left out."""
        with self._reading():
            root = str(self._ask("GET", f"/git/commits/{commit}")["tree"]["sha"])
            folders: dict[str, dict[str, tuple[str, TreeFile]]] = {}
            found = {}
            for path in paths:
                file = self._walk(root, path.split("/"), folders)
                if file is not None:
                    found[path] = file
            return found

    def blob(self, sha: str) -> bytes:
        """Return a file's bytes by its blob's id."""
        with self._reading():
            return base64.b64decode(str(self._ask("GET", f"/git/blobs/{sha}")["content"]))

    def branch(self, name: str, base: str) -> Branch | None:
        """Return a branch with the commits that ``base`` lacks, None where there is none."""
        with self._reading():
            head = self._heads(name).get(name)
            if head is None:
                return None
            compared = self._ask("GET", f"/compare/{base}...{head}", per_page=_MOST_COMMITS)
            commits = tuple(self._commit(str(one["sha"])) for one in compared["commits"])
            return Branch(name, head, commits)

    def pulls(self, branch: str) -> tuple[Pull, ...]:
        """Return the pull requests of a branch of this repository, newest first."""
        with self._reading():
            asked = {"head": f"{self._owner}:{branch}", "state": "all"}
            found = [self._pull(one) for one in self._list("/pulls", **asked)]
            found = [one for one in found if one.branch == branch]
            return tuple(sorted(found, key=lambda one: -one.number))

    def open_pulls(self, base: str) -> tuple[Pull, ...]:
        """Return all open pull requests against a branch, oldest first."""
        with self._reading():
            found = [self._pull(one) for one in self._list("/pulls", base=base, state="open")]
            return tuple(sorted(found, key=lambda one: one.number))

    def pull_files(self, number: int) -> dict[str, str]:
        """Return path -> blob id of the files that a pull request changes."""
        with self._reading():
            listed = self._list(f"/pulls/{number}/files")
            return {str(one["filename"]): str(one["sha"] or "") for one in listed}

    def comments(self, number: int) -> tuple[tuple[str, str], ...]:
        """Return (author, text) of a pull request's comments, oldest first."""
        with self._reading():
            listed = self._list(f"/issues/{number}/comments")
            return tuple(
                (str((one["user"] or {}).get("login")), str(one["body"])) for one in listed
            )

    def issue(self, login: str, marker: str) -> Issue | None:
        """Return the oldest issue of a user that has a marker in its text."""
        with self._reading():
            listed = self._list("/issues", state="all", sort="created", direction="asc")
            for one in listed:
                author, body = (one["user"] or {}).get("login", ""), str(one["body"] or "")
                if author == login and marker in body and "pull_request" not in one:
                    return Issue(int(one["number"]), author, body.replace("\r\n", "\n"))
            return None

    def may_write(self, login: str) -> bool:
        """Tell whether somebody may push to the repository."""
        with self._reading():
            said = self._ask("GET", f"/collaborators/{quote(login, safe='')}/permission")
            return said["permission"] in ("admin", "write")

    # --- write ---

    def commit(self, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        """Make a commit over ``parent`` with some files' new bytes; return its id.

        It names no author, so that GitHub signs it for an App. Modes stay as they are.
        Source: GitHub docs, "About commit signature verification", "for bots".
        """
        now = self.files(parent, tuple(files))
        with self._writing("commit", "contents"):
            tree = str(self._ask("GET", f"/git/commits/{parent}")["tree"]["sha"])
            entries = []
            for path, data in files.items():
                content = base64.b64encode(data).decode()
                blob = self._send("POST", "/git/blobs", content=content, encoding="base64")
                mode = now[path].mode if path in now else "100644"
                entries.append({"path": path, "mode": mode, "type": "blob", "sha": blob["sha"]})
            made = self._send("POST", "/git/trees", base_tree=tree, tree=entries)
            sent = {"message": message, "tree": made["sha"], "parents": [parent]}
            return str(self._send("POST", "/git/commits", **sent)["sha"])

    def make_branch(self, name: str, commit: str) -> None:
        """Make a branch."""
        with self._writing(f"make the branch {name}", "contents"):
            self._send("POST", "/git/refs", ref=f"refs/heads/{name}", sha=commit)

    def move_branch(self, name: str, commit: str) -> None:
        """Move a branch, wherever it is."""
        with self._writing(f"push to the branch {name}", "contents"):
            self._send("PATCH", f"/git/refs/heads/{quote(name)}", sha=commit, force=True)

    def delete_branch(self, name: str) -> None:
        """Delete a branch."""
        with self._writing(f"delete the branch {name}", "contents"):
            self._send("DELETE", f"/git/refs/heads/{quote(name)}")

    def open_pull(self, base: str, branch: str, title: str, body: str, *, draft: bool) -> Pull:
        """Open a pull request."""
        with self._writing("open a pull request", "pull_requests"):
            sent = {"base": base, "head": branch, "title": title, "body": body, "draft": draft}
            return self._pull(self._send("POST", "/pulls", **sent))

    def edit_pull(self, number: int, **changes: str) -> None:
        """Change a pull request's ``title``, ``body`` or ``state``."""
        with self._writing(f"edit pull request {number}", "pull_requests"):
            self._send("PATCH", f"/pulls/{number}", **changes)

    def furnish(self, number: int, policy: PullPolicy) -> None:
        """Give a pull request its labels, assignees, milestone and reviewers.

        Each is a set to GitHub: to do it again changes nothing.
        """
        with self._writing(f"label pull request {number}", "pull_requests"):
            if policy.labels:
                self._send("POST", f"/issues/{number}/labels", labels=list(policy.labels))
        with self._writing(f"assign pull request {number}", "pull_requests"):
            if policy.assignees:
                self._send("POST", f"/issues/{number}/assignees", assignees=list(policy.assignees))
            if policy.milestone:
                self._send("PATCH", f"/issues/{number}", milestone=policy.milestone)
        people = [one for one in policy.reviewers if "/" not in one]
        teams = [one.partition("/")[2] for one in policy.reviewers if "/" in one]
        with self._writing(f"ask for reviews of pull request {number}", "pull_requests"):
            if people or teams:
                sent = {"reviewers": people, "team_reviewers": teams}
                self._send("POST", f"/pulls/{number}/requested_reviewers", **sent)

    def comment(self, number: int, text: str) -> None:
        """Comment on a pull request."""
        with self._writing(f"comment on pull request {number}", "pull_requests"):
            self._send("POST", f"/issues/{number}/comments", body=text)

    def open_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        with self._writing("open an issue", "issues"):
            self._send("POST", "/issues", title=title, body=body)

    def edit_issue(self, number: int, body: str) -> None:
        """Change an issue's text."""
        with self._writing(f"edit issue {number}", "issues"):
            self._send("PATCH", f"/issues/{number}", body=body)

    def set_automerge(self, pull: Pull, *, on: bool) -> None:
        """Let GitHub merge a pull request once it can, or no more."""
        what = f"{'enable' if on else 'disable'} auto-merge of pull request {pull.number}"
        self._graphql(what, _ENABLE if on else _DISABLE, {"id": pull.node})

    # --- how ---

    def _ask(self, verb: str, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        answer = self._api.requester.requestJsonAndCheck(verb, self._at + path, parameters)
        return answer[1]

    def _send(self, verb: str, path: str, **values: Any) -> Any:  # noqa: ANN401 - JSON
        return self._api.requester.requestJsonAndCheck(verb, self._at + path, input=values)[1]

    def _list(self, path: str, **parameters: str | int) -> list[Any]:
        found: list[Any] = []
        for page in range(1, _MOST_PAGES + 1):
            part = self._ask("GET", path, per_page=_PER_PAGE, page=page, **parameters)
            found += part
            if len(part) < _PER_PAGE:
                break
        return found

    def _graphql(self, what: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        with self._writing(what, "pull_requests"):
            _, answer = self._api.requester.graphql_query(query, variables)
            data: dict[str, Any] = answer["data"]
            return data

    def _heads(self, prefix: str) -> dict[str, str]:
        listed = self._ask("GET", f"/git/matching-refs/heads/{quote(prefix)}")  # no pages
        return {
            str(one["ref"]).removeprefix("refs/heads/"): str(one["object"]["sha"]) for one in listed
        }

    def _walk(
        self, tree: str, names: list[str], folders: dict[str, dict[str, tuple[str, TreeFile]]]
    ) -> TreeFile | None:
        if tree not in folders:
            folders[tree] = {
                str(one["path"]): (str(one["type"]), TreeFile(str(one["sha"]), str(one["mode"])))
                for one in self._ask("GET", f"/git/trees/{tree}")["tree"]
            }
        kind, file = folders[tree].get(names[0], ("", TreeFile("", "")))
        if len(names) > 1:
            return self._walk(file.blob, names[1:], folders) if kind == "tree" else None
        return file if kind == "blob" and file.mode != "120000" else None

    def _commit(self, sha: str) -> BranchCommit:
        said = self._ask("GET", f"/commits/{sha}")
        return BranchCommit(
            str(said["sha"]),
            tuple(str(one["sha"]) for one in said["parents"]),
            str(said["commit"]["message"]),
            {
                str(one["filename"]): "" if one["status"] == "removed" else str(one["sha"])
                for one in said.get("files", ())
            },
        )

    def _pull(self, said: Any) -> Pull:  # noqa: ANN401 - JSON
        state: PullState = "open"
        if said["state"] == "closed":
            state = "merged" if said.get("merged_at") else "closed"
        source = said["head"]["repo"]  # None where a fork is gone
        return Pull(
            number=int(said["number"]),
            node=str(said["node_id"]),
            url=str(said["html_url"]),
            state=state,
            title=str(said["title"]),
            body=str(said["body"] or "").replace("\r\n", "\n"),
            branch=str(said["head"]["ref"]),
            head=str(said["head"]["sha"]),
            own=source is not None and source["id"] == said["base"]["repo"]["id"],
            author=str((said["user"] or {}).get("login", "")),
            automerge=bool(said.get("auto_merge")),
        )

    # --- what went wrong ---

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._mapped("read the repository", "contents"):
            yield

    @contextmanager
    def _writing(self, what: str, right: str) -> Iterator[None]:
        with self._mapped(what, right):
            yield

    @contextmanager
    def _mapped(self, what: str, right: str) -> Iterator[None]:
        """Turn what PyGithub raises into PublishError with a hint that helps."""
        name = self._access.repository
        try:
            yield
        except GithubException as error:
            said = f"{name}: cannot {what}: {error.status} {_said(error)}".rstrip()
            raise PublishError(said, hint=self._hint(error, right)) from error
        except requests.RequestException as error:
            raise PublishError(
                f"{name}: cannot {what}: {self._access.api} broke off: {type(error).__name__}",
                hint="run the command again: it looks at what was done and goes on from there",
            ) from error
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            api = self._access.api
            raise PublishError(
                f"{name}: cannot {what}: {api} answers what GitHub does not: {error!r}",
                hint="check `hosts:` in config.yaml",
            ) from error

    def _hint(self, error: GithubException, right: str) -> str:
        variable = self._access.variable
        if error.status == 401:  # noqa: PLR2004 - HTTP
            return f"the token in {variable} is not valid: renew it"
        if error.status in (403, 429):
            return self._forbidden(error, right)
        if error.status == 404:  # noqa: PLR2004 - HTTP
            return (
                f"check `repository:`; GitHub says so too where the token in {variable} may not "
                f"see or change it ({right}=write is needed)"
            )
        if error.status in (409, 422):
            return "somebody may have changed the repository meanwhile: run the command again"
        return "run the command again later: it looks at what was done and goes on from there"

    def _forbidden(self, error: GithubException, right: str) -> str:
        headers = {key.lower(): value for key, value in (error.headers or {}).items()}
        if _NOT_PERMITTED in _said(error):
            return (
                "turn on `Allow GitHub Actions to create and approve pull requests` in the "
                "repository's settings, Actions, General; it is off by default"
            )
        if "rate limit" in _said(error).lower() or "retry-after" in headers:
            return "GitHub asks for patience: run the command again later"
        rights = headers.get("x-accepted-github-permissions", "") or f"{right}=write"
        return f"the token in {self._access.variable} lacks a right: {rights}"


def _said(error: GithubException) -> str:
    """Return GitHub's message and the reasons in ``errors``, on one line."""
    data = error.data if isinstance(error.data, dict) else {}
    parts = [str(data.get("message") or error.message or "")]
    listed = data.get("errors")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            words = (one.get(key) for key in ("message", "resource", "field", "code"))
            told = one.get("message") or " ".join(str(word) for word in words if word)
            parts.append(str(told))
        else:
            parts.append(str(one))
    return " ".join("; ".join(part for part in parts if part).split())[:500]
