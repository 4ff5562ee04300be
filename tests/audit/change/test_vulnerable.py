"""Known vulnerabilities of the new release are named."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.audit.change.steps import step
from updater.audit.change.vulnerable import KIND


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ((), None),
        (("GHSA-1",), "1.1 has known vulnerabilities: GHSA-1"),
        (tuple("abcdefg"), "1.1 has known vulnerabilities: a, b, c, d, e and 2 more"),
    ],
)
def test_they_are_named(ids: tuple[str, ...], said: str | None) -> None:
    assert KIND.finding(replace(step("1.0", "1.1"), vulnerabilities=ids)) == said
