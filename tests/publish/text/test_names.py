"""Branches and titles."""

from __future__ import annotations

import pytest

from tests.publish.examples import example
from updater.model.proposal import kind_of
from updater.publish.text.names import branch, message, title

BRANCHES = {
    "ema-pytorch": "updater/ema-pytorch",
    "a b~c^d:e": "updater/a-b-c-d-e",
    "x..y.lock": "updater/x.y",
    "../..": "updater/package",
    "${evil}`id`": "updater/evil-id",
}


@pytest.mark.parametrize(("name", "expected"), BRANCHES.items())
def test_a_branch_has_a_name_that_git_takes(name: str, expected: str) -> None:
    assert branch(name) == expected


def test_titles_are_those_of_nixpkgs() -> None:
    assert title("", [example()]) == "ema-pytorch: 0.7.7 -> 0.8.3"
    assert title("", [example(old="0.8.3")]) == "ema-pytorch: pin 0.8.3"
    two = [example(), example(name="einx", old="0.1", new="0.2")]
    assert title("torch", two) == "torch: update 2 packages"
    assert message("torch", two) == (
        "torch: update 2 packages\n\nema-pytorch: 0.7.7 -> 0.8.3\neinx: 0.1 -> 0.2"
    )


def test_a_version_in_a_title_mentions_nobody() -> None:
    assert title("", [example(new="1@anna")]) == "ema-pytorch: pin 1@\u200banna"


KINDS = [
    ("1.0", "1.0.1", "patch"),
    ("1.0", "1.1", "minor"),
    ("1.9", "2.0", "major"),
    ("1.0", "1!1.0", "major"),
    ("1.0", "1.0.0", "pin"),
    ("1.0", "1.0-unstable-2026-01-01", "pin"),
    ("", "1.0", "pin"),
    ("unstable", "1.0", "pin"),
]


@pytest.mark.parametrize(("old", "new", "kind"), KINDS)
def test_the_kind_of_an_update(old: str, new: str, kind: str) -> None:
    assert kind_of(old, new) == kind
