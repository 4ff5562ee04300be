"""Which changes go together."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read
from tests.pipeline.stand_ins import of_index
from updater.model.adaptation import Adaptation, SiblingUpdate
from updater.pipeline.grouping import GroupedChange, group_names

CASES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "none": ({}, {}, {}),
    "a group of config.yaml": (
        {"apple": "fruit", "pear": "fruit"},
        {},
        {"apple": "fruit", "pear": "fruit"},
    ),
    "one that needs another's update": (
        {},
        {"apple": "pear"},
        {"apple": "apple-with-pear", "pear": "apple-with-pear"},
    ),
    "a chain": (
        {},
        {"apple": "pear", "pear": "plum"},
        dict.fromkeys(("apple", "pear", "plum"), "apple-with-pear-with-plum"),
    ),
    "one that needs another of a group": (
        {"pear": "fruit"},
        {"apple": "pear"},
        {"apple": "fruit", "pear": "fruit"},
    ),
    "groups that need each other": (
        {"apple": "red", "pear": "green", "plum": "green"},
        {"apple": "pear"},
        dict.fromkeys(("apple", "pear", "plum"), "red"),
    ),
    "one that is not behind": ({}, {"apple": "quince"}, {}),
}


@pytest.mark.parametrize(("groups", "needs", "expected"), CASES.values(), ids=CASES)
def test_changes_that_need_each_other_are_one_group(
    groups: dict[str, str], needs: dict[str, str], expected: dict[str, str]
) -> None:
    texts = of_index("apple", "pear", "plum")
    packages = [read(text.encode(), file)[0] for file, text in texts.items()]
    changes = [
        GroupedChange(
            package,
            groups.get(package.name, ""),
            (Adaptation("siblings", SiblingUpdate(needs[package.name], "2.0"), "why"),)
            if package.name in needs
            else (),
        )
        for package in packages
    ]
    names = {package.identity: package.name for package in packages}
    found = {names[identity]: group for identity, group in group_names(changes).items()}
    assert found == expected
