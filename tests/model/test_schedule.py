"""Windows of the week; 2026-03-02 is a Monday."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from updater.model.schedule import opens, read_window


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


CASES = {
    "no schedule": ((), at(2), None),
    "in the window": (("mon 02:00-06:00",), at(2, 2), None),
    "its end is outside": (("mon 02:00-06:00",), at(2, 6), at(9, 2)),
    "before it, the same day": (("mon 02:00-06:00",), at(2, 1, 59), at(2, 2)),
    "whole days": (("sat-sun",), at(7, 23, 59), None),
    "the next weekend": (("sat-sun",), at(4, 12), at(7)),
    "over the week's end": (("fri-mon",), at(2, 12), None),
    "the nearer of two": (("wed", "tue 05:00-24:00"), at(2), at(3, 5)),
}


@pytest.mark.parametrize(("schedule", "now", "expected"), CASES.values(), ids=CASES)
def test_when_the_next_window_opens(
    schedule: tuple[str, ...], now: datetime, expected: datetime | None
) -> None:
    assert opens(schedule, now) == expected


@pytest.mark.parametrize("text", ["", "someday", "mon 6-7", "mon 06:00-05:00", "mon 01:00-24:01"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"window|end after"):
        read_window(text)
