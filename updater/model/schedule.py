"""Windows of the week, in UTC, in which pull requests are opened and updated."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(_DAYS)
_WINDOW = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?"
    r"(?: (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d))?"
)
_DAY_LENGTH = timedelta(days=1)


class Window(Struct, frozen=True):
    """Days of the week (0 is Monday) and a span of each, from ``start`` until before ``end``."""

    days: frozenset[int]
    start: timedelta
    end: timedelta

    def begins(self, day: datetime) -> datetime:
        """Return when the window opens on a day, given as its midnight."""
        return day + self.start

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment is inside."""
        since = moment - midnight(moment)
        return moment.weekday() in self.days and self.start <= since < self.end


def read_window(text: str) -> Window:
    """Read ``sat-sun`` or ``mon-fri 02:00-06:30``; 24:00 is the day's end.

    Raises:
        ValueError: it is neither.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a window, such as `sat-sun` or `mon-fri 02:00-06:30`")
    first = _DAYS.index(match["first"])
    last = _DAYS.index(match["last"] or match["first"])
    days = frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    start, end = _clock(match["start"] or "00:00"), _clock(match["end"] or "24:00")
    if not start < end <= _DAY_LENGTH:
        raise ValueError(f"{text!r} must end after it starts, by 24:00")
    return Window(days, start, end)


def opens(schedule: Sequence[str], now: datetime) -> datetime | None:
    """Return when the next window opens, None where one is open or there is no schedule."""
    windows = [read_window(text) for text in schedule]
    if not windows or any(window.holds(now) for window in windows):
        return None
    days = [midnight(now) + step * _DAY_LENGTH for step in range(8)]
    return min(
        window.begins(day)
        for window in windows
        for day in days
        if day.weekday() in window.days and window.begins(day) > now
    )


def midnight(moment: datetime) -> datetime:
    """Return the start of a moment's day."""
    return datetime.combine(moment.date(), time(), moment.tzinfo)


def _clock(text: str) -> timedelta:
    hours, _, minutes = text.partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
