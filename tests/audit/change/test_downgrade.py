"""A version that goes down is named."""

from __future__ import annotations

import pytest

from tests.audit.change.steps import step
from updater.audit.change.downgrade import KIND


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2.0", "1.0", "the version goes down: 2.0 -> 1.0"),
        ("1.0", "1.0.0", None),
        ("1.0", "2.0", None),
        ("1.1.9", "1.1.7-unstable-2026-01-31", "the version goes down: 1.1.9 -> 1.1.7"),
        (None, "1.0", None),
    ],
)
def test_a_step_is_judged(old: str | None, new: str, said: str | None) -> None:
    assert KIND.finding(step(old, new)) == said
