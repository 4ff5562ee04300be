"""Which commit is taken, and how it is labelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.choose.spelling import NOW, commit, spelled
from updater.choose.commits import (
    BranchPosition,
    choose_commit,
    choose_over_commit,
    choose_settled,
    label,
    moving_name,
    unknown_source,
)
from updater.model import Candidate, Offer, Policy, Project, Stay, Take, Wait
from updater.model.labels import parse_version

if TYPE_CHECKING:
    from updater.model import Choice, Relation

HEAD = Candidate("1.1-unstable-2026-05-30", commit=commit("h"), published=NOW - timedelta(days=2))
OLD, YOUNG = NOW - timedelta(days=30), NOW - timedelta(days=3)

FOLLOWED: dict[str, tuple[Relation, datetime | None, dict[str, Any], str]] = {
    "ahead": ("ahead", OLD, {}, "take 1.1-unstable-2026-05-30"),
    "identical": ("identical", OLD, {}, "stay 1.1-unstable-2026-05-30"),
    "behind": (
        "behind",
        OLD,
        {},
        "wait 1.1-unstable-2026-05-30: the branch's head is older than the pinned commit",
    ),
    "rewritten": (
        "diverged",
        OLD,
        {},
        (
            "wait 1.1-unstable-2026-05-30: the branch no longer holds the pinned commit: its "
            "history was rewritten, or the pin is from another branch. Choose one "
            "with `--to VERSION`."
        ),
    ),
    "moved not long ago": (
        "ahead",
        YOUNG,
        {},
        "wait 1.1-unstable-2026-05-30: `commit_interval` has not passed yet until 2026-06-05",
    ),
    "moved not long ago, and may": (
        "ahead",
        YOUNG,
        {"commit_interval": timedelta(0)},
        "take 1.1-unstable-2026-05-30",
    ),
    "too young": (
        "ahead",
        OLD,
        {"minimum_release_age": timedelta(days=7)},
        (
            "wait 1.1-unstable-2026-05-30: 1.1-unstable-2026-05-30 is younger than "
            "`minimum_release_age` until 2026-06-06"
        ),
    ),
    "declares an ignored version": (
        "ahead",
        OLD,
        {"ignore": ("1.1",)},
        "wait 1.1-unstable-2026-05-30: 1.1-unstable-2026-05-30 is in `ignore`",
    ),
    "declares a version outside allow": (
        "ahead",
        OLD,
        {"allow": SpecifierSet("<1.1")},
        "wait 1.1-unstable-2026-05-30: 1.1-unstable-2026-05-30 is outside `allow: <1.1`",
    ),
    "pre-releases are what commits are": (
        "ahead",
        OLD,
        {"prereleases": False},
        "take 1.1-unstable-2026-05-30",
    ),
}


@pytest.mark.parametrize(
    ("relation", "pinned", "policy", "expected"), FOLLOWED.values(), ids=FOLLOWED
)
def test_whether_a_follower_of_a_branch_moves(
    relation: Relation, pinned: datetime | None, policy: dict[str, Any], expected: str
) -> None:
    line = BranchPosition(relation, pinned)
    assert spelled(choose_commit(HEAD, line, Policy(**policy), NOW)) == expected


PYTHON = {
    "runs there": ((">=3.9",), "3.12", "take 1.1-unstable-2026-05-30"),
    "says nothing": ((), "3.12", "take 1.1-unstable-2026-05-30"),
    "is not looked at": ((">=3.13",), None, "take 1.1-unstable-2026-05-30"),
    "says nonsense": ((">=3.6.*x",), "3.12", "take 1.1-unstable-2026-05-30"),
    "needs a newer one": (
        (">=3.13",),
        "3.12",
        (
            "wait 1.1-unstable-2026-05-30: 1.1-unstable-2026-05-30 needs Python >=3.13, but "
            "`python: 3.12` is set"
        ),
    ),
}


@pytest.mark.parametrize(("requires", "python", "expected"), PYTHON.values(), ids=PYTHON)
def test_a_head_for_another_python_is_held(
    requires: tuple[str, ...], python: str | None, expected: str
) -> None:
    policy = Policy(python=Version(python) if python else None)
    head = replace(HEAD, requires_python=requires)
    assert spelled(choose_commit(head, BranchPosition("ahead", OLD), policy, NOW)) == expected


def test_a_head_without_a_date_is_held_where_age_matters() -> None:
    policy = Policy(minimum_release_age=timedelta(days=1))
    undated = replace(HEAD, published=None)
    choice = choose_commit(undated, BranchPosition("ahead", OLD), policy, NOW)
    assert spelled(choice).endswith("has no known date, and `minimum_release_age` needs one")


TAG = Candidate("1.0", ref="v1.0", commit=commit("v1.0"))

OVER: dict[str, tuple[Choice, Relation, str]] = {
    "tag is newer": (Take(TAG), "ahead", "take v1.0"),
    "tag is older": (Take(TAG), "behind", "stay"),
    "tag is elsewhere": (
        Take(TAG),
        "diverged",
        (
            "wait v1.0: the pinned commit is not in the history of v1.0, so neither is known to "
            "be newer. Choose one with `--to VERSION`."
        ),
    ),
    "no tag": (Stay(), "unknown", "wait: upstream has no usable version tag"),
    "tag may not be taken": (Wait("because", None, TAG), "unknown", "wait v1.0: because"),
}


@pytest.mark.parametrize(("newest", "relation", "expected"), OVER.values(), ids=OVER)
def test_a_commit_pin_that_follows_tags_never_goes_back(
    newest: Choice, relation: Relation, expected: str
) -> None:
    """Whatever its label says: ancestry decides."""
    assert spelled(choose_over_commit(newest, relation)) == expected


HELD = Candidate("1.1-unstable-2026-05-30", commit=commit("h"))

SETTLED: dict[str, tuple[Candidate | None, Candidate | None, Relation, str, str]] = {
    "tag is newer": (HELD, TAG, "ahead", "take v1.0", "the tag"),
    "tag is it": (HELD, TAG, "identical", "take v1.0", "the tag"),
    "commit is newer": (
        HELD,
        TAG,
        "behind",
        "take 1.1-unstable-2026-05-30",
        "the commit that the hash belongs to, which is newer than v1.0",
    ),
    "tag is elsewhere": (
        HELD,
        TAG,
        "diverged",
        "take 1.1-unstable-2026-05-30",
        "the commit that the hash belongs to, which is not part of v1.0",
    ),
    "no tag": (
        HELD,
        None,
        "unknown",
        "take 1.1-unstable-2026-05-30",
        "the commit that the hash belongs to: there is no tag to take",
    ),
}


@pytest.mark.parametrize(
    ("held", "newest", "relation", "expected", "reason"), SETTLED.values(), ids=SETTLED
)
def test_what_a_moving_rev_becomes(
    held: Candidate, newest: Candidate | None, relation: Relation, expected: str, reason: str
) -> None:
    choice = choose_settled("the branch `main`", held, newest, relation)
    assert spelled(choice) == expected
    assert isinstance(choice, Take)
    assert choice.reason == f"replaces the branch `main` by {reason}"


def test_a_moving_rev_whose_source_is_unknown_is_held() -> None:
    assert spelled(unknown_source("none of 3 commits matches")) == (
        "wait: none of 3 commits matches. Choose one with `--to VERSION`."
    )


def test_a_shortened_commit_id_is_not_called_a_branch() -> None:
    project, tags = Project.parse("https://example.org/o/r"), (Candidate("nightly", "nightly"),)
    offered = Offer(project, tags, {"main": "1" * 40})
    names = [moving_name(rev, offered) for rev in ("abcdef1", "nightly", "main", "gone")]
    assert names == [
        "the short commit id `abcdef1`",
        "the moving tag `nightly`",
        "the branch `main`",
        "`gone`, which upstream does not have,",
    ]


LABELS = {
    "declared": ("1.1", "1.0", "", "1.1-unstable-2026-05-30"),
    "last tag": (None, "1.0", "", "1.0-unstable-2026-05-30"),
    "neither": (None, None, "", "0-unstable-2026-05-30"),
    "a tag names it": (None, "1.0", "named", "1.0"),
}


@pytest.mark.parametrize(("declared", "tagged", "named", "expected"), LABELS.values(), ids=LABELS)
def test_the_label_of_a_commit(
    declared: str | None, tagged: str | None, named: str, expected: str
) -> None:
    date = datetime(2026, 5, 30, 23, tzinfo=UTC)
    assert label(declared, tagged, date, named=bool(named)) == expected


PARSED = {
    "plain": ("1.2.3", "1.2.3"),
    "base and date": ("1.2-unstable-2025-01-31", "1.2"),
    "date only": ("unstable-2025-01-31", "0"),
    "base with a dash": ("1.2-rc1-unstable-2025-01-31", "1.2rc1"),
    "base that is no version": ("git-unstable-2025-01-31", None),
    "no label": (None, None),
    "words": ("main", None),
    "leading v": ("v1.2", "1.2"),
}


@pytest.mark.parametrize(("label", "expected"), PARSED.values(), ids=PARSED)
def test_how_a_label_is_read(label: str | None, expected: str | None) -> None:
    version = parse_version(label)
    assert (str(version) if version is not None else None) == expected
