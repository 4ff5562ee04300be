"""Another licence is named with both; a release that names none is no finding."""

from __future__ import annotations

from msgspec.structs import replace

from tests.audit.change.steps import step
from updater.audit.change.licence_changed import KIND


def test_both_licences_are_named() -> None:
    changed = replace(step("1.0", "1.1"), licences=("MIT", "BUSL-1.1"))
    assert KIND.finding(changed) == "the licence changes: MIT -> BUSL-1.1"


def test_the_same_or_an_unknown_licence_is_no_finding() -> None:
    assert KIND.finding(step("1.0", "1.1")) is None
