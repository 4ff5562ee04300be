"""Requests to GitHub's API through PyGithub, and what its refusals mean.

For one thread. A request that writes is never repeated by itself: where its answer is lost, the
next run looks at what there is and goes on from there.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from github import Auth, Github, GithubException, UnknownObjectException

from updater import __version__
from updater.effects.github.pace import WritePace
from updater.effects.github.refusals import (
    STATUS,
    MutationAnswer,
    explanation,
    hint,
    seconds_to_wait,
)
from updater.effects.github.retries import BoundedRetry
from updater.effects.http.certificates import refuse_missing_bundles
from updater.effects.http.variables import refuse_unusable_proxies
from updater.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PER_PAGE = 100
_MOST_PAGES = 100
_TOO_LARGE = "too large to fetch"
_LIMITED = 60.0
_VIEWER = "query { viewer { login } }"


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


class Requests:
    """Requests about one repository; use it through `opened`.

    What PyGithub raises inside `mapped` becomes PublishError.
    """

    def __init__(self, access: Access, api: Github) -> None:
        self._access = access
        self._api = api
        self._at = f"/repos/{access.repository}"
        self.pace = WritePace(most=access.max_wait)

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
        retry = BoundedRetry(
            longest_wait=access.max_wait,
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
            if error.status == 404 or _TOO_LARGE in explanation(error):  # noqa: PLR2004 - HTTP
                return None
            raise

    def send(self, verb: str, path: str, **values: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a request that writes.

        Raises:
            PublishError: GitHub takes no more within the hour.
        """
        with self._writing():
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
            status = next((STATUS[kind] for kind in kinds if kind in STATUS), 400)
            raise GithubException(status, answer)
        return data

    def mutate(self, query: str, variables: dict[str, Any]) -> MutationAnswer:
        """Have GraphQL write; what was refused, the answer tells.

        Raises:
            PublishError: nothing was done, or nobody knows whether.
        """
        with self.mapped("write by GraphQL", "contents"), self._writing():
            answer = self._answer(query, variables)
            if answer is None:
                return MutationAnswer({}, ())
            errors = tuple(answer.get("errors") or ())
            if not any("path" in error and "type" in error for error in errors) and errors:
                # The query itself: the host does not know what it asks for, and did nothing.
                if all((error.get("extensions") or {}).get("code") for error in errors):
                    return MutationAnswer({}, ())
                raise GithubException(400, answer)
            done = MutationAnswer(answer.get("data") or {}, errors)
            if done.is_limited:
                self.pace.close(_LIMITED)
            return done

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
        with self._writing() if query.startswith("mutation") else nullcontext():
            answer = self._api.requester.graphql_query(query, variables)[1]
        data: dict[str, Any] = answer["data"]
        return data

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Send a request that writes, once GitHub takes it, and heed what it asks for.

        Raises:
            PublishError: GitHub takes no more for long.
        """
        self.pace.admit()
        try:
            yield
        except GithubException as error:
            seconds = seconds_to_wait(error)
            if seconds is not None:
                self.pace.close(seconds)
            raise

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
            why = f": {error.status} {explanation(error)}".rstrip()
            raise PublishError(
                f"{name}: cannot {what}{why}",
                hint=hint(error, right, self._access.variable),
                cause=f"{name}: cannot {_of_any(what)}{why}",
            ) from error
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


def _of_any(what: str) -> str:
    """Return what is being done in words that fit every package."""
    what = re.sub(r"\bthe branch \S+$", "its branch", what)
    return re.sub(r"\bpull request \d+$", "its pull request", what)
