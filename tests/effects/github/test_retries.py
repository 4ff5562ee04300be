"""How long is waited before a request that reads from GitHub is sent again."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import urllib3

from tests.loopback.messages import Response, json_answer
from tests.loopback.rest import Quota, primary_limit, problem, secondary_limit
from updater.effects.github.requests import Access, Requests
from updater.errors import PublishError

if TYPE_CHECKING:
    from tests.loopback.github import GitHub

LIMITED = "GitHub limits the rate of requests: run the command again in "
IN_WORDS = problem(403, "You have exceeded a secondary rate limit. Please wait.")
LATER = "run the command again later: it continues where it stopped"
TOO_LONG: dict[str, tuple[Response, str, str]] = {
    "Retry-After": (
        secondary_limit(3600),
        "403 You have exceeded a secondary rate limit. Please wait a few minutes.",
        f"{LIMITED}60 minutes",
    ),
    "429": (problem(429, "Slow down", Retry_After="120"), "429 Slow down", f"{LIMITED}2 minutes"),
    "maintenance": (problem(503, "Back soon", Retry_After="3600"), "503 Back soon", LATER),
    "no JSON": (Response(503, b"<p>", {"Retry-After": "3600"}), "503", LATER),
    "a date": (
        problem(429, "Slow down", Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"),
        "429 Slow down",
        f"{LIMITED}1440 minutes",
    ),
    "not a date": (problem(429, "Slow down", Retry_After="soon"), "429 Slow down", LIMITED),
    "the hour": (
        primary_limit(Quota(0)),
        "403 API rate limit exceeded for 127.0.0.1.",
        f"{LIMITED}1440 minutes",
    ),
}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that urllib3 waited: nobody waits for them here."""
    seconds: list[float] = []
    monkeypatch.setattr(urllib3.util.retry, "time", _Clock(seconds))
    return seconds


class _Clock:
    """The part of `time` that urllib3 uses for retries."""

    time = staticmethod(time.time)

    def __init__(self, waits: list[float]) -> None:
        self.sleep = waits.append


def ask(github: GitHub, max_wait: float = 30.0) -> None:
    """Ask for something that takes one request."""
    (token,) = github.tokens
    access = Access(github.api_url, "me/overlays", "GITHUB_TOKEN", token, max_wait=max_wait)
    with Requests.opened(access) as requests, requests.mapped("look", "contents"):
        assert requests.ask("")["full_name"] == "me/overlays"


@pytest.fixture(autouse=True)
def _repository(github: GitHub) -> None:
    github.repository("me", "overlays").settle()


@pytest.mark.parametrize(("answer", "said", "hint"), TOO_LONG.values(), ids=TOO_LONG)
def test_too_long_a_wait_is_said_and_not_waited_for(
    github: GitHub, waits: list[float], answer: Response, said: str, hint: str
) -> None:
    """Each was waited for, up to six hours, but the last: PyGithub knew a bound for that alone."""
    github.server.fail("/api/v3/repos", answer)

    with pytest.raises(PublishError, match=rf"cannot look: {re.escape(said)}$") as raised:
        ask(github)

    assert (raised.value.hint or "").startswith(hint)
    assert waits == []
    assert len(github.server.requests("/api/v3/repos")) == 1


@pytest.mark.parametrize("answer", [secondary_limit(20), problem(503, "", Retry_After="20")])
def test_a_short_wait_is_waited_for(github: GitHub, waits: list[float], answer: Response) -> None:
    github.server.fail("/api/v3/repos", answer, times=2)
    ask(github)
    assert waits == [20, 20]


def test_a_limit_without_a_time_is_waited_for(github: GitHub, waits: list[float]) -> None:
    github.server.fail("/api/v3/repos", IN_WORDS, times=1)
    ask(github)
    assert waits == [30]


def test_a_header_that_is_not_valid_stands_for_a_minute(github: GitHub, waits: list[float]) -> None:
    github.server.fail("/api/v3/repos", problem(429, "", Retry_After="soon"), times=1)
    ask(github, max_wait=60.0)
    assert waits == [60]


def test_a_limit_that_outlasts_all_tries_lacks_no_right(github: GitHub, waits: list[float]) -> None:
    """What GitHub says is read once; of the last answer nothing was left for the message."""
    github.server.fail("/api/v3/repos", IN_WORDS)

    with pytest.raises(PublishError, match="403 You have exceeded a secondary rate") as raised:
        ask(github)

    assert (raised.value.hint or "").startswith(LIMITED)
    assert waits == [30, 30, 30]


def test_a_right_that_lacks_is_asked_for_once(github: GitHub, waits: list[float]) -> None:
    answer = json_answer({"message": "Resource not accessible by integration"}, 403)
    github.server.fail("/api/v3/repos", answer)

    with pytest.raises(PublishError, match="403 Resource not accessible") as raised:
        ask(github)

    assert raised.value.hint == "the token in GITHUB_TOKEN lacks a right: contents=write"
    assert waits == []
