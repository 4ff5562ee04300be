"""What a pin follows, and what is said about its own tag."""

from __future__ import annotations

from typing import Any

import pytest

from tests.choose.spelling import candidates, codes, commit
from updater.choose.tag_forms import TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.choose.tracking import choose_tracking, expected_tracking, tag_warnings
from updater.model import Offer, Pin, Policy, Project

OTHER = "f" * 40
NAMES = TagNames(("a",), "a")


def offer(tags: str, branches: str = "main") -> Offer:
    heads = {name: commit(name) for name in branches.split()}
    return Offer(Project.parse("https://h/o/a"), candidates(tags, tags=True), heads, "main")


TRACKED: dict[str, tuple[Pin, str, dict[str, Any], str]] = {
    "made from the version": (Pin("1.0", "v1.0", through_version=True), "v1.0", {}, "tag"),
    "tag-like literal": (Pin("1.0", "v1.0"), "v1.0", {}, "tag"),
    "tag-like literal that is gone": (Pin("1.0", "v1.0"), "v1.1", {}, "tag"),
    "odd tag that is there": (Pin("1.0", "spring"), "spring v1.0", {}, "tag"),
    "commit that a version tag names": (Pin("1.0", commit("v1.0")), "v1.0", {}, "tag"),
    "commit that another tag names": (Pin("1.0", commit("nightly")), "nightly v1.0", {}, "commit"),
    "commit that no tag names": (Pin("1.0", OTHER), "v1.0", {}, "commit"),
    "commit without tags": (Pin("1.0", OTHER), "", {}, "commit"),
    "branch with version tags": (Pin("1.0", "main"), "v1.0", {}, "tag, moving"),
    "branch without version tags": (Pin("1.0", "main"), "nightly", {}, "commit, moving"),
    "HEAD": (Pin("1.0", "HEAD"), "v1.0", {}, "tag, moving"),
    "neither tag nor branch": (Pin("1.0", "elsewhere"), "v1.0", {}, "tag, moving"),
    "shortened commit": (Pin("1.0", "abcdef1"), "v1.0", {}, "tag, moving"),
    "branch only with date stamps": (Pin("1.0", "main"), "20240115", {}, "tag, moving"),
    "set: tag": (Pin("1.0", OTHER), "v1.0", {"track": "tag"}, "tag"),
    "set: release": (Pin("1.0", "v1.0"), "v1.0", {"track": "release"}, "release"),
    "set: commit": (Pin("1.0", "v1.0"), "v1.0", {"track": "commit"}, "commit"),
    "set: pypi": (Pin("1.0", "v1.0"), "v1.0", {"track": "pypi"}, "pypi"),
    "set: branch": (
        Pin("1.0", "main"),
        "v1.0",
        {"track": "branch", "branch": "dev"},
        "branch:dev, moving",
    ),
}


@pytest.mark.parametrize(("pin", "tags", "policy", "expected"), TRACKED.values(), ids=TRACKED)
def test_what_a_pin_follows(pin: Pin, tags: str, policy: dict[str, Any], expected: str) -> None:
    offered = offer(tags)
    form = tag_form(pin, Policy(**policy), offered, NAMES)
    tracking = choose_tracking(pin, Policy(**policy), offered, Versions(offered.candidates, form))
    assert f"{tracking}{', moving' if tracking.moving else ''}" == expected
    assert tracking.reason


HOSTED = "https://github.com/o/r"
EXPECTED = {
    "index": (Pin("1.0"), "pypi", "pypi:a"),
    "registry": (Pin("1.0"), "registry", Project("npm", "https://n.example", "a")),
    "mercurial": (Pin("1.0", "v1.0"), "tag", Project("hg", "", "https://h.example/a")),
    "page": (Pin("1.0"), "page", Project("page", "", "https://p.example/a", "(.+)")),
    "made from the version": (Pin("1.0", "v1.0", through_version=True), "tag", HOSTED),
    "tag": (Pin("1.0", "v1.0"), "tag", HOSTED),
    "commit": (Pin("1.0", OTHER), "commit", HOSTED),
    "moving": (Pin("1.0", "main"), "tag, moving", HOSTED),
}


@pytest.mark.parametrize(("pin", "expected", "project"), EXPECTED.values(), ids=EXPECTED)
def test_what_a_pin_will_follow_before_anybody_was_asked(
    pin: Pin, expected: str, project: Project | str
) -> None:
    project = Project.parse(project) if isinstance(project, str) else project
    tracking = expected_tracking(pin, Policy(), project)
    assert f"{tracking}{', moving' if tracking.moving else ''}" == expected


OWN_TAG = {
    "there": (Pin("1.0", "v1.0"), "v1.0", ""),
    "gone": (Pin("1.0", "v1.0"), "v1.1", " (tag-gone)"),
    "gone, of several packages": (Pin("1.0", "v1.0"), "v1.1 b-1.0", " (tag-gone)"),
    "a branch is no tag": (Pin("1.0", "main"), "v1.0", ""),
    "commit of its tag": (Pin("1.0", commit("v1.0")), "v1.0", ""),
    "commit, and its label's tag names another": (Pin("1.0", OTHER), "v1.0", " (tag-moved)"),
    "commit with a commit's label": (Pin("1.0-unstable-2025-01-01", OTHER), "v1.0", ""),
    "commit whose label has no tag": (Pin("1.1", OTHER), "v1.0", ""),
    "commit of another tag": (Pin("1.0", commit("v1.1")), "v1.0 v1.1", ""),
}


@pytest.mark.parametrize(("pin", "tags", "expected"), OWN_TAG.values(), ids=OWN_TAG)
def test_a_tag_that_moved_or_went_is_a_loud_warning(pin: Pin, tags: str, expected: str) -> None:
    form = tag_form(pin, Policy(), offer(tags), NAMES)
    assert codes(tag_warnings(pin, offer(tags), Versions(offer(tags).candidates, form))) == expected


def test_a_moved_tag_is_named_with_both_commits() -> None:
    form = general_form(NAMES)
    (warning,) = tag_warnings(
        Pin("1.0", OTHER), offer("v1.0"), Versions(offer("v1.0").candidates, form)
    )
    assert warning.message == (
        f"tag v1.0 is {commit('v1.0')}, but the pin is {OTHER}: "
        "the tag moved or the version is wrong"
    )
