"""What holds for any tags, any pin and any policy."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.choose.spelling import NOW, commit
from updater.choose.releases import choose_release
from updater.choose.tag_forms import TagForm, TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.model import Candidate, Offer, Pin, Policy, Project, Stay, Take, Wait
from updater.model.labels import Spelling, ordered

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY = settings(max_examples=max(200, settings().max_examples), deadline=None)
SOME = settings(deadline=None)
NAMES = TagNames(("a",), "a")
NUMBERS = st.integers(0, 12)
FINAL = st.builds("{}.{}".format, NUMBERS, NUMBERS)
ODD = st.builds(
    "{}{}.{}{}{}".format,
    st.sampled_from(["", "", "", "1!"]),
    NUMBERS,
    NUMBERS,
    st.sampled_from(["", "", "", ".0", "a1", "b2", "rc1", ".dev3", ".post1", "-1"]),
    st.sampled_from(["", "", "", "+cu118"]),
)
VERSIONS = st.one_of(FINAL, ODD)
OTHERS = st.one_of(
    st.from_regex(r"20[12][0-9]-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.from_regex(r"20[12][0-9][01][0-9][0-3][0-9]", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}\.[0-9]-[a-z]{1,3}", fullmatch=True),
    st.text(max_size=8),
)
TEXTS = st.one_of(VERSIONS, VERSIONS, OTHERS)
PREFIXES = st.sampled_from(["", "v", "release-", "a-", "b-v"])


@st.composite
def candidates(draw: st.DrawFn) -> Sequence[Candidate]:
    """Tags of one form, and a few of others, with and without dates."""
    prefix = draw(PREFIXES)
    own = draw(st.lists(st.builds("{}{}".format, st.just(prefix), VERSIONS), max_size=10))
    others = draw(st.lists(st.builds("{}{}".format, PREFIXES, TEXTS), max_size=4))
    refs = dict.fromkeys((*own, *others))
    return [
        Candidate(
            ref,
            ref,
            commit(ref),
            published=draw(
                st.one_of(
                    st.none(), st.integers(0, 60).map(lambda days: NOW - timedelta(days=days))
                )
            ),
            yanked=draw(st.sampled_from([*[None] * 7, "broken"])),
            prerelease=draw(st.sampled_from([*[False] * 7, True])),
        )
        for ref in refs
    ]


def policy(**said: Any) -> Policy:
    """A policy; hypothesis would look its annotations up, which only type checkers can."""
    return Policy(**said)


POLICIES = st.builds(
    policy,
    prereleases=st.booleans(),
    allow=st.sampled_from([None, None, SpecifierSet("<6"), SpecifierSet(">=2,!=4.*")]),
    ignore=st.sampled_from([(), (), ("3.1",), ("4.*", "5.0")]),
    minimum_release_age=st.sampled_from([timedelta(0), timedelta(0), timedelta(days=14)]),
    tag_pattern=st.sampled_from([None, None, None, re.compile("v(?P<version>.+)")]),
)


@st.composite
def pins(draw: st.DrawFn, offered: Sequence[Candidate]) -> Pin:
    """A tag, a tag's commit, or something upstream does not have; labelled rightly or not."""
    known = [one.ref for one in offered] + [one.commit for one in offered]
    rev = draw(st.sampled_from(known)) if known else draw(st.builds("v{}".format, VERSIONS))
    label = draw(
        st.one_of(
            st.just(rev.lstrip("abelrsv-")),
            TEXTS,
            st.builds("{}-unstable-2025-01-01".format, VERSIONS),
        )
    )
    return Pin(label, rev, through_version=label in rev and draw(st.booleans()))


@st.composite
def situations(
    draw: st.DrawFn,
) -> tuple[Pin, Sequence[Candidate], Policy, TagForm]:
    offered = draw(candidates())
    pin = draw(pins(offered))
    policy = draw(POLICIES)
    offer = Offer(Project.parse("https://h/o/a"), tuple(offered))
    return pin, offered, policy, tag_form(pin, policy, offer, NAMES)


def held(pin: Pin, offered: Sequence[Candidate], form: TagForm) -> Version | Spelling | None:
    """The version that the pin truly holds, else what its label says."""
    for one in offered:
        if pin.rev in (one.ref, one.commit) and ordered(form.version(one.ref)) is not None:
            return ordered(form.version(one.ref))
    return ordered(pin.version)


@MANY
@given(situations())
def test_never_a_downgrade(
    situation: tuple[Pin, Sequence[Candidate], Policy, TagForm],
) -> None:
    """What is taken is newer than what is held; only the label may be corrected downwards."""
    pin, offered, policy, form = situation
    choice = choose_release(pin, Versions(offered, form), policy, NOW)
    if not isinstance(choice, Take):
        return
    current, taken = held(pin, offered, form), ordered(choice.candidate.version)
    same_source = pin.rev in {choice.candidate.ref, choice.candidate.commit}
    if same_source:
        assert "false-label" in [one.code for one in choice.warnings]
    elif isinstance(current, Spelling):
        assert isinstance(taken, Spelling)
        assert taken > current
    else:
        assert isinstance(taken, Version)
        assert current is not None
        assert taken > current


@MANY
@given(situations())
def test_nothing_unasked_is_taken(
    situation: tuple[Pin, Sequence[Candidate], Policy, TagForm],
) -> None:
    """No pre-, dev or yanked release, nothing ignored, not allowed or too young."""
    pin, offered, policy, form = situation
    choice = choose_release(pin, Versions(offered, form), policy, NOW)
    if not isinstance(choice, Take) or pin.rev in (choice.candidate.ref, choice.candidate.commit):
        return
    taken, version = choice.candidate, ordered(choice.candidate.version)
    assert taken.yanked is None
    assert policy.prereleases or not taken.prerelease
    assert policy.prereleases or not (isinstance(version, Version) and version.is_prerelease)
    assert taken.version not in policy.ignore
    assert policy.allow is None or policy.allow.contains(str(version), prereleases=True)
    if policy.minimum_release_age:
        assert taken.published is not None
        assert taken.published + policy.minimum_release_age <= NOW


@MANY
@given(situations())
def test_a_wait_names_what_waits_and_why(
    situation: tuple[Pin, Sequence[Candidate], Policy, TagForm],
) -> None:
    pin, offered, policy, form = situation
    choice = choose_release(pin, Versions(offered, form), policy, NOW)
    if isinstance(choice, Wait):
        assert choice.reason
        assert choice.until is None or choice.until > NOW
        assert choice.candidate is None or choice.candidate.version in choice.reason


@given(situations(), st.randoms())
def test_the_order_of_the_answer_does_not_matter(
    situation: tuple[Pin, Sequence[Candidate], Policy, TagForm],
    random: object,
) -> None:
    pin, offered, policy, form = situation
    shuffled = list(offered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    choice = choose_release(pin, Versions(offered, form), policy, NOW)
    assert choose_release(pin, Versions(shuffled, form), policy, NOW) == choice


@MANY
@given(situations())
def test_a_second_run_takes_nothing(
    situation: tuple[Pin, Sequence[Candidate], Policy, TagForm],
) -> None:
    """What was taken is pinned then, by its tag and under its true label."""
    pin, offered, policy, form = situation
    first = choose_release(pin, Versions(offered, form), policy, NOW)
    if isinstance(first, Take):
        moved = Pin(first.candidate.version, first.candidate.ref)
        second = choose_release(moved, Versions(offered, form), policy, NOW)
        assert isinstance(second, (Stay, Wait))


@pytest.mark.parametrize("kind", [Version, Spelling])
@SOME
@given(texts=st.lists(TEXTS, min_size=2, max_size=6))
def test_the_order_of_versions_is_total(kind: type, texts: list[str]) -> None:
    """Among PEP 440 versions, and among spellings: of any two one is first, and it stays so."""
    some: list[Any] = [one for one in map(ordered, texts) if isinstance(one, kind)]
    for one in some:
        for other in some:
            assert (one < other) + (one > other) + (one == other) == 1
    in_order = sorted(some)
    assert all(earlier <= later for earlier, later in pairwise(in_order))
    assert sorted(reversed(in_order)) == in_order  # noqa: C414 - that is the point


@SOME
@given(candidates())
def test_the_list_of_releases_has_one_order(offered: Sequence[Candidate]) -> None:
    form = general_form(NAMES)
    found = Versions(offered, form).releases
    assert found == Versions(reversed(offered), form).releases
    versions = [one.version for one in found]
    assert versions == sorted(versions, reverse=True)
