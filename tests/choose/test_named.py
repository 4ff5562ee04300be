"""What ``--to`` names."""

from __future__ import annotations

import pytest

from tests.choose.spelling import candidates, commit, spelled
from updater.choose.named import choose_named, require_named
from updater.choose.tag_forms import TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.errors import StageError
from updater.model import Offer, Pin, Policy, Project
from updater.model.tag_format import TagFormat

NAMES = TagNames(("a",), "a")
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
    form = tag_form(Pin("1.0", "v1.0"), Policy(), offer, NAMES)
    found = choose_named(to, offer, form, general_form(NAMES))
    shown = spelled(found) if found is not None else None
    if found is not None and not found.candidate.ref:
        shown = f"take {found.candidate.commit}"
    assert shown == expected


def test_the_tag_that_a_version_would_have_is_named() -> None:
    offer = Offer(Project.parse("https://h/o/a"), candidates("r-1-0 r-1-1", tags=True))
    policy = Policy(tag_format=TagFormat.parse("r-{dashed}"))
    form = tag_form(Pin("1.0", "r-1-0"), policy, offer, NAMES)
    with pytest.raises(StageError) as caught:
        require_named("1.2", offer, form, None)
    assert str(caught.value).startswith(
        "upstream has no version, tag, branch or full commit '1.2', and no tag 'r-1-2'"
    )
    assert spelled(require_named("1.1", offer, form, None)) == "take r-1-1"


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
    found = choose_named(to, offer, None, None)
    assert (spelled(found) if found is not None else None) == expected
