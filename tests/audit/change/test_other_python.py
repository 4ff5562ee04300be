"""A source that leaves the configured Python out stops its change; one that runs there does not."""

from __future__ import annotations

from msgspec.structs import replace

from tests.audit.change.steps import step
from updater.audit.change.base import stopped
from updater.audit.change.major_version import KIND as MAJOR
from updater.audit.change.other_python import KIND


def test_both_pythons_are_named_and_the_change_is_stopped() -> None:
    other = replace(step("1.0", "2.0"), pythons=(">=3.13", "3.12"))
    said = "2.0 declares that it needs Python >=3.13, but `python: 3.12` is set"
    assert KIND.finding(other) == said
    assert stopped(other, [MAJOR, KIND]) == said


def test_a_source_that_runs_there_or_says_nothing_is_no_finding() -> None:
    """And what is a warning stops nothing."""
    assert KIND.finding(step("1.0", "2.0")) is None
    assert stopped(step("1.0", "2.0"), [MAJOR, KIND]) == ""
