"""A release of the last three days is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.audit.change.steps import NOW, step
from updater.audit.change.young_release import KIND


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(hours=1), "released only on 2026-11-21 23:00 UTC"),
        (timedelta(days=2, hours=23), "released only on 2026-11-19 01:00 UTC"),
        (timedelta(days=3), None),
        (None, None),
    ],
)
def test_a_release_is_judged_by_its_age(age: timedelta | None, said: str | None) -> None:
    published = NOW - age if age is not None else None
    assert KIND.finding(step("1.0", "1.1", published)) == said
