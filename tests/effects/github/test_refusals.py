"""What GitHub's refusals mean: how long to wait, and what to do."""

from __future__ import annotations

import time

import pytest
from github import GithubException

from updater.effects.git.rejections import BY_RULE
from updater.effects.github.refusals import hint, seconds_to_wait

ANSWERS: dict[str, tuple[int, dict[str, str], str, int | None]] = {
    "seconds": (403, {"Retry-After": "30"}, "no", 30),
    "429": (429, {"retry-after": "7"}, "", 7),
    "a reset that is over": (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"}, "", 1),
    "nothing left": (403, {"x-ratelimit-remaining": "0"}, "", 60),
    "in words": (403, {}, "You have exceeded a secondary rate limit.", 60),
    "without a word": (429, {}, "", 60),
    "a date that is over": (403, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 1),
    "too long": (403, {"Retry-After": "9" * 9}, "", 86_400),
    "no number": (403, {"Retry-After": "9" * 50}, "", 60),
    "a right": (403, {"x-ratelimit-remaining": "4000"}, "Resource not accessible", None),
    "no such thing": (404, {"Retry-After": "30"}, "", None),
    "broken": (502, {"Retry-After": "30"}, "rate limit", None),
}


@pytest.mark.parametrize(("status", "headers", "message", "seconds"), ANSWERS.values(), ids=ANSWERS)
def test_github_says_how_long_to_wait(
    status: int, headers: dict[str, str], message: str, seconds: int | None
) -> None:
    asked = seconds_to_wait(GithubException(status, {"message": message}, headers))
    assert asked == seconds


def test_github_says_when_its_hour_ends() -> None:
    end = int(time.time()) + 3600
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{end}"}
    asked = seconds_to_wait(GithubException(403, {"message": ""}, headers))
    assert asked in range(3000, 3601)


RULES = {
    "a ruleset": (422, "Repository rule violations found\n\nCannot create ref"),
    "a ruleset, by 409": (409, "Repository rule violations found"),
    "a protected branch": (403, "Protected branch update failed for refs/heads/updater/x."),
}


@pytest.mark.parametrize(("status", "message"), RULES.values(), ids=RULES)
def test_a_rule_of_the_repository_is_no_lost_race_and_no_missing_right(
    status: int, message: str
) -> None:
    assert hint(GithubException(status, {"message": message}), "contents", "TOKEN") == BY_RULE
