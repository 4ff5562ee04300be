"""Requests that write stay within GitHub's secondary limits."""

from __future__ import annotations

from itertools import pairwise

import pytest

from updater.effects.github.pace import PER_HOUR, PER_MINUTE, WritePace
from updater.errors import PublishError


class Clock:
    """A clock that goes on when somebody waits, and by ``each`` at every look."""

    def __init__(self, each: float = 0.0) -> None:
        self.now = 0.0
        self.each = each

    def look(self) -> float:
        self.now += self.each
        return self.now

    def wait(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@pytest.mark.parametrize("each", [0.0, 0.1, 3.0])
def test_no_minute_has_more_than_eighty_and_no_hour_more_than_five_hundred(each: float) -> None:
    clock = Clock(each)
    pace = WritePace(clock.look, clock.wait)
    sent: list[float] = []
    while len(sent) < 2 * PER_HOUR:
        try:
            pace.admit()
        except PublishError:
            clock.wait(60.0)
        else:
            sent.append(clock.now)
    for count, seconds in ((PER_MINUTE, 60.0), (PER_HOUR, 3600.0)):
        assert all(
            later - first > seconds - 1e-6 for first, later in zip(sent, sent[count:], strict=False)
        )
    assert all(first <= later for first, later in pairwise(sent))


def test_the_hour_stops_what_is_new_before_what_is_begun() -> None:
    clock = Clock()
    pace = WritePace(clock.look, clock.wait)
    for _ in range(PER_HOUR):
        assert pace.has_room == (len(pace._sent) <= 450)
        pace.admit()
    with pytest.raises(PublishError) as caught:
        pace.admit()
    assert str(caught.value) == (
        "500 requests that write were sent within the hour, and GitHub takes no more"
    )
    assert caught.value.hint == (
        "run the command again in 55 minutes: it continues where it stopped"
    )
    clock.wait(3600.0)
    assert pace.has_room


def test_what_earlier_runs_made_within_the_hour_counts() -> None:
    """Of what is older, or is said to come yet, nothing does; what this run sent stays."""
    clock = Clock()
    pace = WritePace(clock.look, clock.wait)
    pace.admit()
    pace.made([*[30.0] * 10, 3599.0, 3600.0, 86_400.0, -1.0])
    assert len(pace._sent) == 1 + 3 * 11
    pace.made([1800.0] * 140)
    assert not pace.has_room
    clock.wait(1800.0)
    assert pace.has_room
    for _ in range(PER_MINUTE):
        pace.admit()
    assert clock.now == 1800.0


def test_where_github_asks_for_it_the_pace_waits_or_stops() -> None:
    """It waits as long as may be waited; for more it sends nothing until the time is over."""
    clock = Clock()
    pace = WritePace(clock.look, clock.wait, most=60.0)
    pace.close(60)
    assert (pace.obstacle, clock.now) == ("", 0.0)
    pace.admit()
    assert clock.now == 60.0
    pace.close(61)
    pace.close(5)
    assert pace.obstacle == "GitHub asks to wait 2 minutes before more is written"
    with pytest.raises(PublishError) as caught:
        pace.admit()
    assert caught.value.hint == "run the command again in 2 minutes: it continues where it stopped"
    assert clock.now == 60.0
    clock.wait(61.0)
    pace.admit()
    assert (pace.obstacle, clock.now) == ("", 121.0)
