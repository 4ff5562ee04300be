"""The titles of commits and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from updater.model.adaptation import Adaptation, InputAddition
from updater.pipeline.titles import described, update_title

if TYPE_CHECKING:
    from updater.model.policy import UpdateKind

CONVENTIONAL = "chore(deps): update {name} to {new}"
TITLES: dict[str, tuple[str, str, UpdateKind, str]] = {
    "a release": ("1.0", "1.1", "minor", "tool: 1.0 -> 1.1"),
    "dates": ("2024-01-15", "2024-02-20", "other", "tool: 2024-01-15 -> 2024-02-20"),
    "a pin that says what it holds": ("1.0", "1.0", "pin", "tool: pin 1.0"),
    "a pin under a false label": ("1.0", "1.1", "pin", "tool: pin 1.1"),
    "a label where none was": ("", "1.1", "other", "tool: update to 1.1"),
    "another source of the same version": ("1.1", "1.1", "other", "tool: update to 1.1"),
    "no version at all": ("", "", "pin", "tool: pin"),
    "a mention": ("1.0", "1@anna\n", "other", "tool: 1.0 -> 1@\u200banna"),
}


@pytest.mark.parametrize(("old", "new", "kind", "title"), TITLES.values(), ids=TITLES)
def test_a_title_says_what_moves(old: str, new: str, kind: UpdateKind, title: str) -> None:
    assert update_title("tool", old, new, kind) == title


@pytest.mark.parametrize("kind", ["pin", "other", "minor"])
def test_a_template_without_the_old_version_holds_for_every_kind(kind: UpdateKind) -> None:
    title = update_title("tool", "1.0", "1.1", kind, CONVENTIONAL)
    assert title == "chore(deps): update tool to 1.1"


def test_what_a_word_says_is_no_word_of_the_template() -> None:
    assert update_title("{new}", "1.0", "1.1", "minor") == "{new}: 1.0 -> 1.1"


ADDED = Adaptation(
    "requirements", InputAddition("propagatedBuildInputs", "packaging"), "it needs @anna/packaging"
)
TEXTS: dict[str, tuple[str, str, tuple[Adaptation, ...], str]] = {
    "nothing is known": ("", "", (), ""),
    "pages": (
        "https://h.example/o/r/compare/v1...v2",
        "https://h.example/o/r/releases/tag/@anna",
        (),
        (
            "\n\nChanges: https://h.example/o/r/compare/v1...v2"
            "\nRelease: https://h.example/o/r/releases/tag/%40anna"
        ),
    ),
    "no address": ("javascript:x", "https://h.example/ closes #1", (), ""),
    "an edit": (
        "",
        "",
        (ADDED,),
        (
            "\n\nEdits that it needs beside the pin:\n"
            "- + packaging in propagatedBuildInputs: it needs @\u200banna/packaging"
        ),
    ),
    "advice": ("", "", (replace(ADDED, applied=False),), ""),
}


@pytest.mark.parametrize(("compare", "release", "edits", "told"), TEXTS.values(), ids=TEXTS)
def test_a_commit_says_where_to_look_and_what_was_edited(
    compare: str, release: str, edits: tuple[Adaptation, ...], told: str
) -> None:
    assert described("tool: 1 -> 2", compare, release, edits) == f"tool: 1 -> 2{told}"
