"""Which steps may break users."""

from __future__ import annotations

import pytest

from tests.audit.change.steps import step
from updater.audit.change.major_version import KIND


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.2", "1.3", None),
        ("1.2", "2.0", "a new major version: 1.2 -> 2.0"),
        ("0.7.7", "0.7.8", None),
        (
            "0.7.7",
            "0.8.3",
            "a new minor version below 1.0, which may break its users: 0.7.7 -> 0.8.3",
        ),
        ("0.9", "1.0", "a new major version: 0.9 -> 1.0"),
        ("1!1.0", "2!1.0", "a new major version: 1!1.0 -> 2!1.0"),
        ("2.0", "1.0", None),
        (
            "0.2.5",
            "0.3.0-unstable-2026-01-31",
            "a new minor version below 1.0, which may break its users: 0.2.5 -> 0.3.0",
        ),
        ("nightly", "2.0", None),
        (None, "2.0", None),
    ],
)
def test_a_step_is_judged(old: str | None, new: str, said: str | None) -> None:
    assert KIND.finding(step(old, new)) == said
