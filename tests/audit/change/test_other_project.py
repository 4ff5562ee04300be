from __future__ import annotations

from msgspec.structs import replace

from tests.audit.change.steps import step
from updater.audit.change.other_project import KIND
from updater.model import Project

HERE, THERE = Project.parse("https://github.com/o/a"), Project.parse("https://github.com/mallory/a")


def test_another_project_is_named_with_the_one_before() -> None:
    found = KIND.finding(replace(step("1.0", "2.0"), projects=(HERE, THERE)))
    assert found == (
        "the source comes from another project: https://github.com/o/a -> "
        "https://github.com/mallory/a"
    )


def test_the_same_project_and_an_unknown_one_are_no_finding() -> None:
    assert KIND.finding(replace(step("1.0", "2.0"), projects=(HERE, HERE))) is None
    assert KIND.finding(step("1.0", "2.0")) is None
