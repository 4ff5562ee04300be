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
        "this run sent 500 requests that write within the hour, and GitHub takes no more"
    )
    assert caught.value.hint == (
        "run the command again in 54 minutes: it continues where it stopped"
    )
    clock.wait(3600.0)
    assert pace.has_room
