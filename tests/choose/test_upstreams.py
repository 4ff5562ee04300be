"""Choosing over the tags of real repositories."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.choose.spelling import NOW, codes, spelled
from tests.choose.upstreams import offers
from updater.choose.other_forms import in_other_form, newer_in_other_forms
from updater.choose.releases import choose_release, newest_release
from updater.choose.tag_forms import TagNames, general_form
from updater.choose.tag_shapes import tag_form
from updater.choose.tags import Versions
from updater.choose.tracking import choose_tracking, tag_warnings
from updater.choose.versions import plain
from updater.model import Pin, Policy
from updater.model.labels import parse_version

if TYPE_CHECKING:
    from updater.model import Offer


@dataclass(frozen=True)
class Case:
    """A package's pin; its tracking, its choice, and the warnings about its tags.

    Attributes:
        rev: ``$`` stands for the version, and says that the rev is made from it.
    """

    version: str
    rev: str
    expected: str


CASES = {
    "ema-pytorch 0.7.7": Case("0.7.7", "$", "tag: take 0.7.9"),
    "ema-pytorch 0.7.9": Case("0.7.9", "$", "tag: stay 0.7.9"),
    "f5-tts 1.1.7": Case("1.1.7", "$", "tag: take 1.1.20"),
    "cached-path 1.6.3": Case("1.6.3", "v$", "tag: take v1.8.10"),
    "cached-path 1.8.9": Case("1.8.9", "v$", "tag: take v1.8.10"),
    "vocos 0.0.4": Case("0.0.4", "v$", "tag: take v0.1.0"),
    "einx 0.3.0": Case("0.3.0", "v$", "tag: take v0.4.3"),
    "pi-zero-pytorch 0.2.5": Case("0.2.5", "$", "tag: take 0.5.9"),
    "rotary-embedding-torch 0.6.5": Case("0.6.5", "$", "tag: take 0.8.9"),
    "accelerated-scan 0.1.2": Case("0.1.2", "$", "tag: stay 0.1.2 (other-form)"),
    "accelerated-scan 0.2.0": Case("0.2.0", "v$", "tag: take v0.3.1"),
    "bidirectional-cross-attention 0.0.5": Case("0.0.5", "$", "tag: take 0.1.0"),
    "bitsandbytes 0.46.0": Case("0.46.0", "$", "tag: take 0.50.1"),
    "bitsandbytes 0.43.3": Case("0.43.3", "$", "tag: take 0.50.1"),
    "einops 0.8.1": Case("0.8.1", "v$", "tag: take v0.8.2"),
    "einops 0.6.1": Case("0.6.1", "v$", "tag: take v0.8.2"),
    "transformers-stream-generator 0.0.4": Case("0.0.4", "$", "tag: take 0.0.5"),
}


def pin_of(case: Case) -> Pin:
    rev = case.rev.replace("$", case.version)
    return Pin(case.version, rev, through_version="$" in case.rev)


def choice_of(name: str, pin: Pin, offer: Offer) -> str:
    names = TagNames((name,), offer.project.name)
    form = tag_form(pin, Policy(), offer, names)
    tracking = choose_tracking(pin, Policy(), offer, Versions(offer.candidates, form))
    choice = choose_release(pin, Versions(offer.candidates, form), Policy(), NOW)
    tags = Versions(offer.candidates, form).releases
    versions = Versions(offer.candidates, form)
    newer = newer_in_other_forms(versions, tags[0].version, names)
    warnings = (
        *tag_warnings(pin, offer, Versions(offer.candidates, form)),
        *map(in_other_form, islice(newer, 1)),
    )
    return f"{tracking}: {spelled(choice)}{codes(warnings)}"


@pytest.mark.parametrize(("title", "case"), CASES.items(), ids=CASES)
def test_a_tag_pin_of_a_real_package(title: str, case: Case) -> None:
    name, _, _ = title.partition(" ")
    assert choice_of(name, pin_of(case), offers()[name]) == case.expected


@pytest.mark.parametrize("name", sorted(offers()))
def test_a_commit_pin_follows_the_tags_that_name_it(name: str) -> None:
    """From each tag's commit one comes to the newest tag of the same form."""
    offer = offers()[name]
    names = TagNames((name,), offer.project.name)
    releases = Versions(offer.candidates, general_form(names)).releases
    assert releases
    for release in releases:
        pin = Pin(release.candidate.version, release.candidate.commit)
        form = tag_form(pin, Policy(), offer, names)
        final = [
            one
            for one in Versions(offer.candidates, form).releases
            if not parse_version(one.candidate.version).is_prerelease  # type: ignore[union-attr]
        ]
        newest = final[0].candidate.ref
        expected = "stay" if newest == release.candidate.ref else "take"
        choice = choose_release(pin, Versions(offer.candidates, form), Policy(), NOW)
        assert spelled(choice) == f"{expected} {newest}"


@pytest.mark.parametrize("name", sorted(offers()))
def test_a_moving_rev_may_become_the_newest_final_tag(name: str) -> None:
    newest = {
        "accelerated-scan": "v0.3.1",
        "bidirectional-cross-attention": "0.1.0",
        "bitsandbytes": "0.50.1",
        "cached-path": "v1.8.10",
        "einops": "v0.8.2",
        "einx": "v0.4.3",
        "ema-pytorch": "0.7.9",
        "f5-tts": "1.1.20",
        "pi-zero-pytorch": "0.5.9",
        "rotary-embedding-torch": "0.8.9",
        "transformers-stream-generator": "0.0.5",
        "vocos": "v0.1.0",
    }
    offer = offers()[name]
    pin = Pin("0.0.1", offer.default_branch)
    form = tag_form(pin, Policy(), offer, TagNames((name,), name))
    offered = plain(Versions(offer.candidates, form).releases)
    choice = newest_release(offered, Policy(), NOW)
    assert spelled(choice) == f"take {newest[name]}"
