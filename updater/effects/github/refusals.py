"""What GitHub's refusals mean, and what to do about them.

Source: GitHub docs, "Troubleshooting the REST API".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from github import GithubException

from updater.effects.git.rejections import BY_RULE, is_by_rule
from updater.effects.http.limits import limited_until

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Final = {
    "FORBIDDEN": 403,
    "INSUFFICIENT_SCOPES": 403,
    "RATE_LIMITED": 403,
    "NOT_FOUND": 404,
}
"""What REST answers where GraphQL has a type of error."""

_WHERE = {
    "issues": "in update.yml take the # from the line `# issues: write`, and from "
    "`# permission-issues: write` where the token is a GitHub App's"
}
"""Where a right is given that not every run needs."""

_NOT_PERMITTED = "GitHub Actions is not permitted to create or approve pull requests"
_MINUTE: Final = 60
_LONGEST: Final = 24 * 3600


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
        raise GithubException(STATUS.get(kind, 422), message)

    @property
    def is_limited(self) -> bool:
        """Whether GitHub takes no more for now."""
        return any(error.get("type") == "RATE_LIMITED" for error in self.errors)


def explanation(error: GithubException) -> str:
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


def seconds_to_wait(error: GithubException) -> int | None:
    """Return for how long GitHub wants no more requests; None where it refused something else.

    A day at most.
    """
    now = datetime.now(UTC)
    until = limited_until(error.status, _headers(error), explanation(error), now)
    if until is None:
        return None
    return min(max(int((until - now).total_seconds()), 1), _LONGEST)


def in_words(seconds: float) -> str:
    """Return a time to wait as people say it."""
    minutes = max(1, -(-int(seconds) // _MINUTE))
    return f"{minutes} minute{'s' if minutes != 1 else ''}"


def hint(error: GithubException, right: str, variable: str) -> str:
    """Return what to do about a refusal.

    Args:
        error: what GitHub answered.
        right: that the token needs for what was tried.
        variable: the environment variable that has the token.
    """
    if error.status == HTTPStatus.UNAUTHORIZED:
        return f"the token in {variable} is not valid: renew it"
    if is_by_rule(explanation(error)):
        return BY_RULE
    if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
        return _forbidden(error, right, variable)
    if error.status == HTTPStatus.NOT_FOUND:
        return f"check `repository:`, and that the token in {variable} has the right {right}=write"
    if error.status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        return "somebody may have changed the repository meanwhile: run the command again"
    return "run the command again later: it continues where it stopped"


def _forbidden(error: GithubException, right: str, variable: str) -> str:
    if _NOT_PERMITTED in explanation(error):
        return (
            "turn on `Allow GitHub Actions to create and approve pull requests` in the "
            "repository's settings, Actions, General; it is off by default"
        )
    seconds = seconds_to_wait(error)
    if seconds is not None:
        return (
            "GitHub limits the rate of requests: run the command again in "
            f"{in_words(seconds)}; it continues where it stopped"
        )
    rights = _headers(error).get("x-accepted-github-permissions", "") or f"{right}=write"
    where = f"; {_WHERE[right]}" if right in _WHERE else ""
    return f"the token in {variable} lacks a right: {rights}{where}"


def _headers(error: GithubException) -> Mapping[str, str]:
    return {key.lower(): str(value) for key, value in (error.headers or {}).items()}
