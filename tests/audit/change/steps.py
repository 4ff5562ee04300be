"""Steps for rules to judge."""

from __future__ import annotations

from datetime import UTC, datetime

from updater.audit.change.base import Step
from updater.model import Candidate

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def step(old: str | None, new: str, published: datetime | None = None) -> Step:
    """A package's step from one version to another."""
    return Step(old, Candidate(new, published=published), NOW)
