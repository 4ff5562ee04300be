"""What an error says of its host fits every package from there."""

from __future__ import annotations

import pytest

from updater.errors import (
    HashError,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unreachable,
    UpstreamError,
)

URL = "https://code.example:8443/o/r.git"

CAUSES: dict[str, tuple[UpstreamError, str]] = {
    "no connection": (
        Unreachable(f"{URL}/info/refs cannot be reached: no", url=f"{URL}/info/refs"),
        "code.example:8443 cannot be reached: no",
    ),
    "silence": (
        Unreachable(f"no answer from {URL} for 30 s", url=URL),
        "no answer from code.example:8443 for 30 s",
    ),
    "git": (
        Unreachable(f"{URL}: fatal: unable to access '{URL}/': no", url=URL),
        "code.example:8443: fatal: unable to access 'code.example:8443': no",
    ),
    "rate limit": (
        RateLimited(f"{URL} answers 429: rate limited until noon", url=URL),
        "code.example:8443 answers 429: rate limited until noon",
    ),
    "token": (Refused(f"{URL} answers 401", url=URL), "code.example:8443 answers 401"),
    "server": (ServerFailed(f"{URL} answers 502", url=URL), "code.example:8443 answers 502"),
    "one repository": (NotFound(f"{URL} answers 404 Not Found", url=URL), ""),
    "no address": (Unreachable("nobody can be reached"), ""),
    "no host": (Unreachable("nowhere cannot be reached", url="nowhere"), ""),
}


@pytest.mark.parametrize(("error", "cause"), CAUSES.values(), ids=CAUSES)
def test_the_cause_of_a_hosts_failure_names_no_repository(error: UpstreamError, cause: str) -> None:
    assert error.cause == cause


def test_another_failure_is_of_its_package_alone() -> None:
    assert HashError("no").cause == ""
