"""Requests to GitHub's API through PyGithub, and what its refusals mean.

For one thread. A request that writes is never repeated by itself: where its answer is lost, the
next run looks at what there is and goes on from there.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from github import Auth, Github, GithubException, UnknownObjectException
from github.GithubRetry import GithubRetry

from updater import __version__
from updater.effects.github.pace import WritePace
from updater.effects.http.variables import refuse_missing_bundles, refuse_unusable_proxies
from updater.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PER_PAGE = 100
_MOST_PAGES = 100
_TOO_LARGE = "too large to fetch"
_VIEWER = "query { viewer { login } }"
_STATUS = {"FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403, "RATE_LIMITED": 403, "NOT_FOUND": 404}
"""What REST answers where GraphQL has a type of error."""

_WHERE = {
    "issues": "in update.yml take the # from the line `# issues: write`, and from "
    "`# permission-issues: write` where the token is a GitHub App's"
}
"""Where a right is given that not every run needs."""

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
class MutationAnswer:
    """What became of the steps of a mutation.

    Attributes:
        data: step -> its result.
        errors: as GraphQL has them.
    """

    data: dict[str, Any]
    errors: tuple[dict[str, Any], ...]

    def result(self, step: str) -> dict[str, Any] | None:
        """Return a step's result; None where the host cannot do it, or not for this token.

        Raises:
            GithubException: it was refused.
        """
        result: dict[str, Any] | None = self.data.get(step)
        refused = [error for error in self.errors if (error.get("path") or [""])[0] == step]
        if result is not None or not refused:
            return result
        kind = str(refused[0].get("type", ""))
        if kind == "FORBIDDEN":  # REST refuses with the right that lacks
            return None
        message = {"message": str(refused[0].get("message", ""))}
        raise GithubException(_STATUS.get(kind, 422), message)


class Requests:
    """Requests about one repository; use it through `opened`.

    What PyGithub raises inside `mapped` becomes PublishError.
    """

    def __init__(self, access: Access, api: Github) -> None:
        self._access = access
        self._api = api
        self._at = f"/repos/{access.repository}"
        self.pace = WritePace()

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self._access.repository.partition("/")[0]

    @classmethod
    @contextmanager
    def opened(cls, access: Access) -> Iterator[Requests]:
        """Open the connection and close it at the end.

        Raises:
            ConfigError: proxies or certificates of the environment cannot be used.
        """
        refuse_unusable_proxies()
        refuse_missing_bundles()
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

    def login(self) -> str:
        """Return the login of the token's user or App (``NAME[bot]``).

        GraphQL first: REST's ``/user`` refuses the tokens of Apps and of Actions.
        """
        try:
            answer = self._api.requester.graphql_query(_VIEWER, {})[1]
            return str(answer["data"]["viewer"]["login"])
        except UnknownObjectException:  # a host without GraphQL
            user = self._api.requester.requestJsonAndCheck("GET", "/user")[1]
            return str(user["login"])

    def ask(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET below the repository's address."""
        answer = self._api.requester.requestJsonAndCheck("GET", self._at + path, parameters)
        return answer[1]

    def find(self, path: str) -> Any | None:  # noqa: ANN401 - JSON
        """Return the answer to a GET, None where there is no such thing or it is too large.

        Source of the latter: GitHub docs, "Get a blob", which gives 100 MB.
        """
        try:
            return self.ask(path)
        except GithubException as error:
            if error.status == 404 or _TOO_LARGE in _explanation(error):  # noqa: PLR2004 - HTTP
                return None
            raise

    def send(self, verb: str, path: str, **values: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a request that writes.

        Raises:
            PublishError: GitHub takes no more within the hour.
        """
        self.pace.admit()
        return self._api.requester.requestJsonAndCheck(verb, self._at + path, input=values)[1]

    def all_of(self, path: str, **parameters: str | int) -> list[Any]:
        """Return all pages of a list."""
        items: list[Any] = []
        for page in range(1, _MOST_PAGES + 1):
            part = self.ask(path, per_page=_PER_PAGE, page=page, **parameters)
            items += part
            if len(part) < _PER_PAGE:
                break
        return items

    @property
    def named(self) -> dict[str, Any]:
        """The variables by which GraphQL finds the repository."""
        owner, _, name = self._access.repository.partition("/")
        return {"owner": owner, "name": name}

    def heads(self, prefix: str) -> dict[str, str]:
        """Return the branches whose names begin so, with their commits."""
        listed = self.ask(f"/git/matching-refs/heads/{quote(prefix)}")  # no pages
        return {
            str(ref["ref"]).removeprefix("refs/heads/"): str(ref["object"]["sha"]) for ref in listed
        }

    def ask_graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """Ask GraphQL what there is; return ``data``, with null where a right lacks.

        None where the host has no GraphQL, lacks a field, or cannot tell so much at once: REST can.
        """
        answer = self._answer(query, variables)
        if answer is None:
            return None
        kinds = {str(error.get("type", "")) for error in answer.get("errors", ())}
        # An error without a type is one of the query itself, or of GitHub's patience.
        if kinds & {"", "RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}:
            return None
        data: dict[str, Any] | None = answer.get("data")
        if kinds and (data is None or data.get("repository") is None):
            status = next((_STATUS[kind] for kind in kinds if kind in _STATUS), 400)
            raise GithubException(status, answer)
        return data

    def mutate(self, query: str, variables: dict[str, Any]) -> MutationAnswer:
        """Have GraphQL write; what was refused, the answer tells.

        Raises:
            PublishError: nothing was done, or nobody knows whether.
        """
        self.pace.admit()
        with self.mapped("write by GraphQL", "contents"):
            answer = self._answer(query, variables)
            if answer is None:
                return MutationAnswer({}, ())
            errors = tuple(answer.get("errors") or ())
            if not any("path" in error and "type" in error for error in errors) and errors:
                # The query itself: the host does not know what it asks for, and did nothing.
                if all((error.get("extensions") or {}).get("code") for error in errors):
                    return MutationAnswer({}, ())
                raise GithubException(400, answer)
            return MutationAnswer(answer.get("data") or {}, errors)

    def _answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """Return all that GraphQL answers, with its errors; None where the host has no GraphQL."""
        requester = self._api.requester
        sent = {"query": query, "variables": variables}
        answer: dict[str, Any]
        try:
            answer = requester.requestJsonAndCheck("POST", requester.graphql_url, input=sent)[1]
        except GithubException as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return answer

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Ask GraphQL; return ``data``."""
        if query.startswith("mutation"):
            self.pace.admit()
        answer = self._api.requester.graphql_query(query, variables)[1]
        data: dict[str, Any] = answer["data"]
        return data

    @contextmanager
    def mapped(self, what: str, right: str) -> Iterator[None]:
        """Turn what PyGithub raises into PublishError with a hint that helps.

        Args:
            what: is being done, for the message.
            right: that the token needs for it.
        """
        name = self._access.repository
        try:
            yield
        except GithubException as error:
            message = f"{name}: cannot {what}: {error.status} {_explanation(error)}".rstrip()
            raise PublishError(message, hint=self._hint(error, right)) from error
        except requests.RequestException as error:
            raise PublishError(
                f"{name}: cannot {what}: the connection to {self._access.api} broke: "
                f"{type(error).__name__}",
                hint="run the command again: it continues where it stopped",
            ) from error
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            api, kind = self._access.api, type(error).__name__
            raise PublishError(
                f"{name}: cannot {what}: {api} does not answer as GitHub does ({kind})",
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
                f"check `repository:`, and that the token in {variable} has the right {right}=write"
            )
        if error.status in (409, 422):
            return "somebody may have changed the repository meanwhile: run the command again"
        return "run the command again later: it continues where it stopped"

    def _forbidden(self, error: GithubException, right: str) -> str:
        headers = {key.lower(): value for key, value in (error.headers or {}).items()}
        if _NOT_PERMITTED in _explanation(error):
            return (
                "turn on `Allow GitHub Actions to create and approve pull requests` in the "
                "repository's settings, Actions, General; it is off by default"
            )
        if "rate limit" in _explanation(error).lower() or "retry-after" in headers:
            return "GitHub limits the rate of requests: run the command again later"
        rights = headers.get("x-accepted-github-permissions", "") or f"{right}=write"
        where = f"; {_WHERE[right]}" if right in _WHERE else ""
        return f"the token in {self._access.variable} lacks a right: {rights}{where}"


def _explanation(error: GithubException) -> str:
    """Return GitHub's message and the reasons in ``errors``, on one line."""
    data = error.data if isinstance(error.data, dict) else {}
    parts = [str(data.get("message") or error.message or "")]
    listed = data.get("errors")
    for problem in listed if isinstance(listed, list) else []:
        if isinstance(problem, dict):
            words = (problem.get(key) for key in ("message", "resource", "field", "code"))
            message = problem.get("message") or " ".join(str(word) for word in words if word)
            parts.append(str(message))
        else:
            parts.append(str(problem))
    return " ".join("; ".join(part for part in parts if part).split())[:500]
