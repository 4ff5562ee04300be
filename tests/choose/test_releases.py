"""Which release is taken: one case a rule, read as ``pinned``, ``offered`` -> choice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.choose.spelling import NOW, candidates, codes, commit, spelled
from updater.choose.releases import Obstacle, choose_release, newest_offered, other_channel
from updater.choose.tag_forms import TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.model import Candidate, Distribution, Offer, Pin, Policy, Project

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Case:
    """A pin and what is offered.

    Attributes:
        pinned: the label; behind ``=``, the rev.
        offered: see `candidates`; tags where there is a rev, releases of an index else.
    """

    pinned: str
    offered: str
    expected: str
    policy: dict[str, Any] = field(default_factory=dict)


CASES = {
    # --- newer, older, the same ---
    "newest is taken": Case("1.0", "1.0 1.1 1.2", "take 1.2"),
    "order of the answer does not matter": Case("1.0", "1.2 1.0 1.10 1.9", "take 1.10"),
    "ten is more than nine": Case("0.9.0", "0.9.0 0.10.0", "take 0.10.0"),
    "pinned is newest": Case("1.2", "1.0 1.1 1.2", "stay 1.2"),
    "only older ones": Case("2.0", "1.0 1.1", "stay"),
    "pinned is gone, newer ones are there": Case("1.0", "1.1", "take 1.1"),
    "equal in another spelling": Case("1.0", "1.0.0", "stay 1.0.0"),
    "zero padding does not make it newer": Case("1.0.0", "1.0 1.00", "stay 1.00"),
    "nothing offered": Case(
        "1.0", "", "wait: upstream has no version of the same form as this pin"
    ),
    "leading v in a label": Case("v1.0", "1.0 1.1", "take 1.1"),
    "major jump": Case("0.1", "0.1 0.2 1.0 2.0", "take 2.0"),
    "a label that is a commit's, behind": Case("1.0-unstable-2025-01-01", "1.0 1.1", "take 1.1"),
    "a label that is a commit's, level": Case("1.0-unstable-2025-01-01", "1.0", "stay 1.0"),
    "a commit's label without a base": Case("unstable-2025-01-01", "0.1", "take 0.1"),
    "a label without a number": Case(
        "main", "1.0", "wait: the version 'main' has no number, so nothing can be newer or older"
    ),
    # --- PEP 440's odd forms ---
    "alpha is no news": Case("1.0", "1.0 2.0.0a1", "stay 1.0"),
    "alpha without a dot": Case("1.0", "1.0 2.0a1", "stay 1.0"),
    "beta is no news": Case("1.0", "1.0 2.0b2", "stay 1.0"),
    "release candidate is no news": Case("1.0", "1.0 2.0rc1", "stay 1.0"),
    "rc with a dash": Case("1.0", "1.0 2.0-rc.1", "stay 1.0"),
    "spelled-out preview": Case("1.0", "1.0 2.0-preview1", "stay 1.0"),
    "dev release is no news": Case("1.0", "1.0 1.1.dev0", "stay 1.0"),
    "dev of a pre-release": Case("1.0", "1.0 1.1rc1.dev3", "stay 1.0"),
    "dev release before the pinned one": Case("1.0", "1.0.dev0 1.0", "stay 1.0"),
    "post release is newer": Case("1.0", "1.0 1.0.post1", "take 1.0.post1"),
    "implicit post release": Case("1.0", "1.0 1.0-1", "take 1.0-1"),
    "post release is older than the next": Case("1.0.post1", "1.0.post1 1.0.1", "take 1.0.1"),
    "post of a pre-release is a pre-release": Case("1.0", "1.0 2.0a1.post1", "stay 1.0"),
    "epoch beats everything": Case("2024.1", "2024.1 1!1.0", "take 1!1.0"),
    "no way back from an epoch": Case("1!1.0", "2024.1 1!1.0", "stay 1!1.0"),
    "local variant is no successor": Case("1.0", "1.0 1.0+cu118", "stay 1.0"),
    "local variant follows its like": Case("1.0+cu118", "1.1+cu118 1.2+cpu 1.3", "take 1.1+cu118"),
    "calendar version": Case("2024.1.15", "2024.1.15 2024.02.01", "take 2024.02.01"),
    "calendar after a count": Case("0.20", "0.20 2022.3.0", "take 2022.3.0"),
    "a date stamp is no successor": Case("1.2", "1.2 20240115", "stay 1.2"),
    "date stamps among themselves": Case("20240115", "20240115 20240301 1.3", "take 20240301"),
    "a date stamp with a serial": Case("20240115", "20240115 20240115.1", "take 20240115.1"),
    "five digits are a version": Case("255", "255 10000", "take 10000"),
    # --- other spellings: among themselves only ---
    "dashed dates": Case("2024-01-15", "2024-01-15 2024-02-01", "take 2024-02-01"),
    "dashed dates, pinned is newest": Case("2024-02-01", "2024-01-15 2024-02-01", "stay"),
    "a dashed date is no successor": Case("1.0", "1.0 2024-02-01", "stay 1.0"),
    "a version is no successor of a dashed date": Case("2024-01-15", "2024-01-15 9.0", "stay"),
    "numbers decide, not letters": Case(
        "1.9-final-x", "1.9-final-x 1.10-final-x", "take 1.10-final-x"
    ),
    "another shape is another thing": Case("1.0-stable-a", "1.0-stable-a 1.1-beta-a", "stay"),
    "no PEP 440 and allow": Case(
        "2024-01-15",
        "2024-01-15 2024-02-01",
        "wait 2024-02-01: 2024-02-01 is not a PEP 440 version, so `allow: >=0` cannot match it",
        {"allow": SpecifierSet(">=0")},
    ),
    # --- prereleases ---
    "asked for": Case("1.0", "1.0 2.0rc1", "take 2.0rc1", {"prereleases": True}),
    "asked for, dev too": Case("1.0", "1.0 2.0.dev1", "take 2.0.dev1", {"prereleases": True}),
    "asked for, the final one is newer": Case(
        "1.0", "1.0 2.0rc1 2.0", "take 2.0", {"prereleases": True}
    ),
    "pinned to a candidate, the final one came": Case("2.0rc1", "2.0rc1 2.0", "take 2.0"),
    "pinned to a candidate, another came": Case(
        "2.0rc1",
        "2.0rc1 2.0rc2",
        "wait 2.0rc2: 2.0rc2 is a pre-release; `prereleases: true` allows it",
    ),
    "pinned to a candidate, one of the next came": Case(
        "2.0rc1",
        "1.0 2.0rc1 3.0a1",
        "wait 3.0a1: 3.0a1 is a pre-release; `prereleases: true` allows it",
    ),
    "marked by upstream": Case(
        "1.0",
        "1.0 1.1~",
        "wait 1.1: upstream marks 1.1 as a pre-release; `prereleases: true` allows it",
    ),
    "marked by upstream, and asked for": Case("1.0", "1.0 1.1~", "take 1.1", {"prereleases": True}),
    # --- yanked ---
    "yanked is no news": Case("1.0", "1.0 1.1#broken", "stay 1.0"),
    "the one before a yanked one": Case("1.0", "1.0 1.1 1.2#broken", "take 1.1"),
    "a yanked one that is not allowed either": Case(
        "1.0",
        "1.0 1.1 2.0#broken",
        "wait 1.1: 1.1 is outside `allow: <1.1`",
        {"allow": SpecifierSet("<1.1")},
    ),
    "a yanked one that is ignored": Case("1.0", "1.0 2.0#broken", "stay 1.0", {"ignore": ("2.0",)}),
    "pinned is yanked, nothing newer": Case("1.1", "1.0 1.1#broken", "stay 1.1 (yanked)"),
    "pinned is yanked, a newer one is there": Case("1.1", "1.1#broken 1.2", "take 1.2 (yanked)"),
    "pinned is yanked, the newer one is ignored": Case(
        "1.1", "1.1#broken 1.2", "wait 1.2: 1.2 is in `ignore` (yanked)", {"ignore": ("1.2",)}
    ),
    # --- ignore ---
    "ignored version": Case("1.0", "1.0 1.1", "wait 1.1: 1.1 is in `ignore`", {"ignore": ("1.1",)}),
    "ignored, an older one is left": Case(
        "1.0", "1.0 1.1 1.2", "take 1.1 (newer-held)", {"ignore": ("1.2",)}
    ),
    "ignored prefix": Case(
        "1.0", "1.0 2.0.1", "wait 2.0.1: 2.0.1 is in `ignore`", {"ignore": ("2.0.*",)}
    ),
    "ignored prefix itself": Case(
        "1.0", "1.0 2.0", "wait 2.0: 2.0 is in `ignore`", {"ignore": ("2.0.*",)}
    ),
    "ignored prefix ends at a dot": Case("1.0", "1.0 2.01", "take 2.01", {"ignore": ("2.0.*",)}),
    "ignored in another spelling": Case(
        "1.0", "1.0 1.1.0", "wait 1.1.0: 1.1.0 is in `ignore`", {"ignore": ("1.1",)}
    ),
    "ignored by its text": Case(
        "2024-01-15",
        "2024-01-15 2024-02-01",
        "wait 2024-02-01: 2024-02-01 is in `ignore`",
        {"ignore": ("2024-02-01",)},
    ),
    "ignored 1.1.10 is not 1.1.1": Case("1.0", "1.0 1.1.1", "take 1.1.1", {"ignore": ("1.1.10",)}),
    # --- allow ---
    "outside allow": Case(
        "1.0",
        "1.0 2.0",
        "wait 2.0: 2.0 is outside `allow: <2`",
        {"allow": SpecifierSet("<2")},
    ),
    "newest inside allow": Case(
        "1.0", "1.0 1.9 2.0", "take 1.9 (newer-held)", {"allow": SpecifierSet("<2")}
    ),
    "allow does not let pre-releases in": Case(
        "1.0", "1.0 2.0rc1", "stay 1.0", {"allow": SpecifierSet(">=1")}
    ),
    "allow and pre-releases": Case(
        "1.0",
        "1.0 2.0rc1",
        "take 2.0rc1",
        {"allow": SpecifierSet(">=1"), "prereleases": True},
    ),
    "pinned outside allow stays": Case("3.0", "1.9 3.0", "stay 3.0", {"allow": SpecifierSet("<2")}),
    "allow with a hole": Case(
        "1.0", "1.0 1.5 1.6", "take 1.6", {"allow": SpecifierSet("!=1.5,<2")}
    ),
    "allow and a post release": Case(
        "1.0", "1.0 1.0.post1", "take 1.0.post1", {"allow": SpecifierSet("~=1.0")}
    ),
    # --- minimum_release_age ---
    "too young": Case(
        "1.0",
        "1.0^90d 1.1^3d",
        "wait 1.1: 1.1 is younger than `minimum_release_age` until 2026-06-05",
        {"minimum_release_age": WEEK},
    ),
    "old enough": Case("1.0", "1.0^90d 1.1^8d", "take 1.1", {"minimum_release_age": WEEK}),
    "old enough today": Case("1.0", "1.0 1.1^7d", "take 1.1", {"minimum_release_age": WEEK}),
    "the one before a young one": Case(
        "1.0",
        "1.0^90d 1.1^30d 1.2^1d",
        "take 1.1 (newer-held)",
        {"minimum_release_age": WEEK},
    ),
    "no date": Case(
        "1.0",
        "1.0 1.1",
        "wait 1.1: 1.1 has no known date, and `minimum_release_age` needs one",
        {"minimum_release_age": WEEK},
    ),
    "no date is needed": Case("1.0", "1.0 1.1", "take 1.1"),
    "a young pre-release is no news": Case(
        "1.0", "1.0 2.0rc1^1d", "stay 1.0", {"minimum_release_age": WEEK}
    ),
    # --- tags ---
    "tag": Case("1.0=v1.0", "v1.0 v1.1", "take v1.1"),
    "tag that is the newest": Case("1.1=v1.1", "v1.0 v1.1", "stay v1.1"),
    "tag in another form is another thing": Case("1.0=v1.0", "v1.0 1.1", "stay v1.0"),
    "prefix of another package": Case("1.0=a-v1.0", "a-v1.0 b-v2.0", "stay a-v1.0"),
    "false label, corrected downwards": Case("1.1=v1.0", "v1.0", "take v1.0 (false-label)"),
    "false label, and news": Case("1.1=v1.0", "v1.0 v1.2", "take v1.2"),
    "false label, what it claims to be is news": Case("1.1=v1.0", "v1.0 v1.1", "take v1.1"),
    "false label, the other way": Case("0.9=v1.0", "v1.0", "take v1.0 (false-label)"),
    "label in another spelling is not false": Case("1.0.0=v1.0", "v1.0", "stay v1.0"),
    "commit that a tag names": Case(f"1.0={commit('v1.0')}", "v1.0 v1.1", "take v1.1"),
    "commit of the newest tag": Case(f"1.1={commit('v1.1')}", "v1.0 v1.1", "stay v1.1"),
    "commit of an older tag than the label": Case(
        f"1.1={commit('v1.0')}", "v1.0", "take v1.0 (false-label)"
    ),
    "tag that moved on in form": Case("0.1.2=0.1.2", "0.1.2 v0.2.0", "stay 0.1.2"),
    "no tag in the form": Case(
        "1.0=x-1.0",
        "y-1.0",
        "wait: upstream has no version of the same form as this pin",
        {"tag_pattern": re.compile(r"x-(?P<version>.+)")},
    ),
}


def choice_of(case: Case) -> str:
    label, _, rev = case.pinned.partition("=")
    pin = Pin(label, rev)
    policy = Policy(**case.policy)
    offered = candidates(case.offered, tags=bool(rev))
    form = None
    if rev:
        offer = Offer(Project.parse("https://h/o/r"), offered)
        form = tag_form(pin, policy, offer, TagNames(("a",), "r"))
    return spelled(choose_release(pin, Versions(offered, form), policy, NOW))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_release_that_is_taken(case: Case) -> None:
    assert choice_of(case) == case.expected


def wheel(requires: str | None) -> Distribution:
    return Distribution("a-1.1-py3-none-any.whl", "u", None, None, requires)


PYTHON = {
    "runs there": (">=3.9", "3.12", "take 1.1"),
    "says nothing": (None, "3.12", "take 1.1"),
    "is not looked at": (">=3.13", None, "take 1.1"),
    "needs a newer one": (
        ">=3.13",
        "3.12",
        "wait 1.1: 1.1 needs Python >=3.13, but `python: 3.12` is set",
    ),
    "needs an older one": (
        "<3.12",
        "3.12",
        "wait 1.1: 1.1 needs Python <3.12, but `python: 3.12` is set",
    ),
    "leaves one out": (
        ">=3.8,!=3.12.*",
        "3.12",
        "wait 1.1: 1.1 needs Python >=3.8,!=3.12.*, but `python: 3.12` is set",
    ),
    "needs a later one of the same": (">=3.12.4", "3.12", "take 1.1"),
    "leaves out one of the same": (">=3.8,!=3.12.0", "3.12", "take 1.1"),
    "needs a later one than is named": (
        ">=3.12.4",
        "3.12.3",
        "wait 1.1: 1.1 needs Python >=3.12.4, but `python: 3.12.3` is set",
    ),
    "says nonsense, as old files do": (">=3.6.*x", "3.12", "take 1.1"),
}


@pytest.mark.parametrize(("requires", "python", "expected"), PYTHON.values(), ids=PYTHON)
@pytest.mark.parametrize("twin", [False, True], ids=["its own files", "files of the same version"])
def test_a_release_for_another_python_is_held(
    requires: str | None, python: str | None, expected: str, *, twin: bool
) -> None:
    newest = Candidate("1.1", distributions=(wheel(requires),))
    if twin:
        newest = Candidate("1.1", requires_python=(requires,))
    policy = Policy(python=Version(python) if python else None)
    offered = Versions([Candidate("1.0"), newest], None)
    assert spelled(choose_release(Pin("1.0"), offered, policy, NOW)) == expected


def test_one_file_that_runs_is_enough() -> None:
    offered = [Candidate("1.1", distributions=(wheel(">=3.13"), wheel(">=3.9")))]
    policy = Policy(python=Version("3.12"))
    assert spelled(choose_release(Pin("1.0"), Versions(offered, None), policy, NOW)) == "take 1.1"


def test_what_cannot_be_fetched_is_left_for_what_can() -> None:
    offered = candidates("1.0 1.1 1.2", tags=False)

    def unfetchable(candidate: Candidate) -> Obstacle | None:
        return Obstacle("1.2 has no sdist") if candidate.version == "1.2" else None

    choice = choose_release(Pin("1.0"), Versions(offered, None), Policy(), NOW, unfetchable)
    assert spelled(choice) == "take 1.1 (newer-held)"
    assert [one.message for one in choice.warnings] == ["1.2 has no sdist"]


CHANNELS = {
    "index is ahead": (
        "v0.7.8 v0.7.9",
        "0.7.9 0.8.3",
        {},
        "0.8.3, newer than the newest tag 0.7.9",
    ),
    "level": ("v0.7.9", "0.7.9", {}, ""),
    "tags are ahead": ("v0.7.9 v0.8.0", "0.7.9", {}, ""),
    "ahead by a pre-release": ("v1.0", "1.0 2.0rc1", {}, ""),
    "ahead by a yanked one": ("v1.0", "1.0 2.0#broken", {}, ""),
    "ahead by an ignored one": ("v1.0", "1.0 2.0", {"ignore": ("2.0",)}, ""),
    "another project of that name": ("v1.0", "7.0 8.0", {}, ""),
    "no tags": ("", "1.0", {}, ""),
    "only pre-release tags": ("v1.0rc1", "1.0rc1 1.0", {}, ""),
    "index has a newer pre-release tag's final": (
        "v0.9 v1.0rc1",
        "0.9 1.0",
        {},
        "1.0, newer than the newest tag 0.9",
    ),
}


@pytest.mark.parametrize(("tags", "index", "policy", "said"), CHANNELS.values(), ids=CHANNELS)
def test_a_newer_release_on_the_index_is_mentioned(
    tags: str, index: str, policy: dict[str, Any], said: str
) -> None:
    form = general_form(TagNames(("a",), "a"))
    warnings = other_channel(
        Versions(candidates(tags, tags=True), form).releases,
        Versions(candidates(index, tags=False), None).releases,
        Policy(**policy),
        NOW,
    )
    assert codes(warnings) == (" (other-channel)" if said else "")
    assert [one.message for one in warnings] == ([f"the package index has {said}"] if said else [])


NEWEST = {
    "the last one": ("1.0 1.2 1.1", "1.2"),
    "the last final one": ("1.0 1.1 2.0rc1 2.1.dev1", "1.1"),
    "the last one that is not yanked": ("1.0 1.1#broken", "1.0"),
    "the last one that its host does not mark": ("1.0 1.1~", "1.0"),
    "a pre-release where there is nothing else": ("1.0a1 1.0b2", "1.0b2"),
    "a plain one, not a local variant": ("1.0 1.0+cu118", "1.0"),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("offered", "newest"), NEWEST.values(), ids=NEWEST)
def test_the_newest_that_there_is_counts_whatever_may_be_taken(
    offered: str, newest: str | None
) -> None:
    found = newest_offered(Versions(candidates(offered, tags=False), None))
    assert (found.version if found is not None else None) == newest
