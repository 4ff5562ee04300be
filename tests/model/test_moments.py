"""The times that others write: a time of UTC, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from updater.model import moments

DAY = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)

ISO: dict[str, tuple[object, datetime | None]] = {
    "Z": ("2024-01-02T03:04:05Z", DAY),
    "a zone": ("2024-01-02T05:04:05+02:00", DAY),
    "no zone": ("2024-01-02T03:04:05", DAY),
    "parts of a second": ("2024-01-02T03:04:05.000000Z", DAY),
    "a day": ("2024-01-02", datetime(2024, 1, 2, tzinfo=UTC)),
    "year 10000": ("10000-01-01T00:00:00Z", None),
    "year 0": ("0000-01-01T00:00:00Z", None),
    "before the calendar": ("0001-01-01T00:00:00+14:00", None),
    "after the calendar": ("9999-12-31T23:59:59-14:00", None),
    "the calendar's last day": ("9999-12-31T00:00:00Z", None),
    "the calendar's first day": ("0001-01-02T00:00:00Z", None),
    "a negative year": ("-2024-01-02T03:04:05Z", None),
    "a zone of a hundred hours": ("2024-01-02T03:04:05+99:99", None),
    "day 32": ("2024-01-32T03:04:05Z", None),
    "nothing": ("", None),
    "null": (None, None),
    "a number": (1704164645, None),
    "a list": ([], None),
    "digits": ("1" * 5_000, None),
    "a zero byte": ("2024-01-02\0", None),
    "half a pair": ("2024-01-02T03:04:05\ud800", None),
}
SECONDS = {
    "a time": ("1704164645", DAY),
    "0": ("0", datetime(1970, 1, 1, tzinfo=UTC)),
    "before 1970": ("-86400", datetime(1969, 12, 31, tzinfo=UTC)),
    "year 10000": ("253402300800", None),
    "year 0": ("-62135596801", None),
    "5,000 digits": ("1" * 5_000, None),
    "a raised two": ("\u00b2", None),
    "digits of another script": ("\u0661\u0662", None),
    "an underline": ("1_000", None),
    "a sign": ("+5", None),
    "two signs": ("--5", None),
    "nothing": ("", None),
    "a fraction": ("1.5", None),
}
HEADERS = {
    "a time": ("Tue, 02 Jan 2024 03:04:05 GMT", DAY),
    "a zone": ("Tue, 02 Jan 2024 05:04:05 +0200", DAY),
    "no zone": ("Tue, 02 Jan 2024 03:04:05 -0000", DAY),
    "zone +9999": ("Tue, 02 Jan 2024 03:04:05 +9999", None),
    "year 10000": ("Sat, 01 Jan 10000 00:00:00 GMT", None),
    "day 99": ("Tue, 99 Jan 2024 03:04:05 GMT", None),
    "nothing": ("", None),
    "words": ("soon", None),
    "a raised two": ("\u00b2", None),
    "5,000 digits": ("1" * 5_000, None),
    "a comma": (",", None),
    "blanks": (" " * 200_000, None),
}


@pytest.mark.parametrize(("text", "moment"), ISO.values(), ids=ISO)
def test_a_time_in_json(text: object, moment: datetime | None) -> None:
    assert moments.from_iso(text) == moment


@pytest.mark.parametrize(("text", "moment"), SECONDS.values(), ids=SECONDS)
def test_a_time_in_seconds(text: str, moment: datetime | None) -> None:
    assert moments.from_seconds(text) == moment


@pytest.mark.parametrize(("text", "moment"), HEADERS.values(), ids=HEADERS)
def test_a_time_in_a_header(text: str, moment: datetime | None) -> None:
    assert moments.from_header(text) == moment
