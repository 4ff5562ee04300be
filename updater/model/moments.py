"""The times that others write: each becomes a time of UTC, or none where it is no time.

A time without a zone is one of UTC: private indexes leave out the Z. Histories and indexes also
have years that no calendar of Python's has, zones of a hundred hours, and numbers of any length.
Next to the calendar's ends are none either, so that a span of time can be added to any of them.
"""

from __future__ import annotations

from datetime import UTC, datetime

_LONGEST = 64
_MOST_DIGITS = 12  # seconds until the year 33658; Python's calendar ends in 9999
_FIRST_YEAR, _LAST_YEAR = 1000, 8999


def from_iso(text: object) -> datetime | None:
    """Return a time in the form of ISO 8601, as JSON has it. Source: RFC 3339."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        return _usual(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def from_seconds(text: str) -> datetime | None:
    """Return a time in whole seconds since 1970, as git and GitHub's headers write it."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        return None
    try:
        return _usual(datetime.fromtimestamp(int(text), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def from_header(text: str) -> datetime | None:
    """Return a time in the form of a header such as Date. Source: RFC 9110, section 5.6.7."""
    if len(text) > _LONGEST:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 5 ms, and few runs need it

    try:
        return _usual(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _usual(moment: datetime) -> datetime | None:
    """Return a time as one of UTC, None for one next to the calendar's ends.

    Raises:
        OverflowError: the calendar ends before it.
    """
    own = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return own if _FIRST_YEAR <= own.year <= _LAST_YEAR else None
