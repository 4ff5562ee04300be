"""When a request that reads from GitHub's API is sent again, and what is said if it is not.

PyGithub knows which refusals are limits of the rate. How long is waited is decided here: PyGithub's
own bound does not hold for Retry-After, and is younger than the oldest PyGithub that is allowed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from github import GithubException
from github.GithubRetry import GithubRetry
from urllib3.exceptions import MaxRetryError

from updater.effects.github.refusals import seconds_to_wait
from updater.model.decoding import UNREADABLE

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from urllib3 import HTTPResponse, Retry
    from urllib3.connectionpool import ConnectionPool


class BoundedRetry(GithubRetry):
    """Waits as GitHub asks, but never for longer than is allowed.

    Args:
        longest_wait: seconds before one try; for more, GitHub's refusal is raised.
        options: those of PyGithub's and urllib3's own.
    """

    def __init__(self, longest_wait: float, **options: Any) -> None:  # noqa: ANN401 - as there
        self._longest_wait = longest_wait
        self._body = b""
        super().__init__(**options)

    def new(self, **options: Any) -> Self:  # noqa: ANN401 - as there
        """Return the next of these, which urllib3 makes for each try."""
        return super().new(longest_wait=self._longest_wait, **options)

    def increment(  # type: ignore[override] # as PyGithub's
        self,
        method: str | None = None,
        url: str | None = None,
        response: HTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Retry:
        """Return what is left of the tries.

        Raises:
            GithubException: GitHub's refusal, after the last try or before too long a wait.
        """
        self._body = b""
        try:
            retry = super().increment(method, url, response, error, _pool, _stacktrace)
        except MaxRetryError as spent:
            if response is None or not self._body:  # who sent the request reads the answer
                raise
            raise self._refusal(response) from spent
        if response is None:
            return retry
        seconds = self.get_retry_after(response) or retry.get_backoff_time()
        if seconds > self._longest_wait:
            if not self._body:
                self.get_content(response, url or "")
            raise self._refusal(response)
        return retry

    def get_content(self, resp: HTTPResponse, url: str) -> bytes:  # type: ignore[override]
        """Read the body, which can be read once, and keep it for the refusal."""
        self._body = super().get_content(resp, url)
        return self._body

    def get_retry_after(self, response: HTTPResponse) -> float | None:  # type: ignore[override]
        """Read Retry-After as for all other hosts: urllib3's own raises if it is not valid."""
        headers = dict(response.headers)
        if "retry-after" not in {name.lower() for name in headers}:
            return None
        return seconds_to_wait(GithubException(response.status, {}, headers))

    def _refusal(self, response: HTTPResponse) -> GithubException:
        try:
            answer = json.loads(self._body)
        except UNREADABLE:
            answer = {}
        return GithubException(response.status, answer, dict(response.headers))
