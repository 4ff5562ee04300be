"""What ``--to`` names."""

from __future__ import annotations

import pytest

from tests.choose.spelling import candidates, commit, spelled
from updater import choose
from updater.model import Offer, Pin, Policy, Project

NAMES = choose.TagNames(("a",), "a")
TAGS = "v1.0 v1.1 v2.0rc1 x-3.0 2.0 nightly"
ID = "ab" * 20

NAMED = {
    "version": ("1.1", "take v1.1"),
    "tag": ("v1.1", "take v1.1"),
    "older, because asked": ("1.0", "take v1.0"),
    "pre-release, because asked": ("2.0rc1", "take v2.0rc1"),
    "another spelling": ("1.1.0", "take v1.1"),
    "tag of another form, in full": ("2.0", "take 2.0"),
    "tag without a version, in full": ("nightly", "take nightly"),
    "version of another form is no version": ("3.0", None),
    "commit": (ID, f"take {ID}"),
    "shortened commit": (ID[:8], None),
    "branch": ("main", f"take {commit('main')}"),
    "nothing": ("9.9", None),
}


@pytest.mark.parametrize(("to", "expected"), NAMED.values(), ids=NAMED)
def test_what_a_text_names_in_a_repository(to: str, expected: str | None) -> None:
    heads = {"main": commit("main")}
    offer = Offer(Project.parse("https://h/o/a"), candidates(TAGS, tags=True), heads, "main")
    form = choose.tag_form(Pin("1.0", "v1.0"), Policy(), offer, NAMES)
    found = choose.choose_named(to, offer, form, choose.general_form(NAMES))
    shown = spelled(found) if found is not None else None
    if found is not None and not found.candidate.ref:
        shown = f"take {found.candidate.commit}"
    assert shown == expected


RELEASES = {
    "version": ("1.1", "take 1.1"),
    "another spelling": ("1.1.0", "take 1.1"),
    "yanked, because asked, with a warning": ("1.2", "take 1.2 (yanked)"),
    "no commit": (ID, None),
    "nothing": ("9.9", None),
}


@pytest.mark.parametrize(("to", "expected"), RELEASES.values(), ids=RELEASES)
def test_what_a_text_names_on_an_index(to: str, expected: str | None) -> None:
    offer = Offer(Project.parse("pypi:a"), candidates("1.0 1.1 1.2#broken", tags=False))
    found = choose.choose_named(to, offer, None, None)
    assert (spelled(found) if found is not None else None) == expected
