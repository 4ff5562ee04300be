"""Whether a host limits the rate of requests, and until when.

Source: RFC 9110, "Retry-After"; GitHub docs, "Rate limits for the REST API": secondary limits
answer 403 or 429, with Retry-After, with x-ratelimit-reset, or with neither (then wait a minute).
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from updater.model import moments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MINUTE = timedelta(minutes=1)
_SECONDS = re.compile(r"[0-9]{1,9}")  # more are no time to wait, but thirty years


def limited_until(
    status: int, headers: Mapping[str, str], text: str, now: datetime
) -> datetime | None:
    """Return when a host takes requests again; None where it refused something else.

    Args:
        status: of its answer.
        headers: by their names in small letters.
        text: what it says.
        now: when the answer came.
    """
    after = headers.get("retry-after", "").strip()
    is_spent = headers.get("x-ratelimit-remaining") == "0"
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            pass
        case HTTPStatus.FORBIDDEN if after or is_spent or "rate limit" in text.lower():
            pass
        case HTTPStatus.SERVICE_UNAVAILABLE if after:
            pass
        case _:
            return None
    until = None
    if _SECONDS.fullmatch(after):
        until = now + timedelta(seconds=int(after))
    elif after:
        until = moments.from_header(after)
    elif is_spent:
        until = moments.from_seconds(headers.get("x-ratelimit-reset", ""))
    return until or now + _MINUTE
