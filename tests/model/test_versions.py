"""Versions and specifiers as others write them: read as ever, or none at all, whatever they are."""

from __future__ import annotations

import time

import pytest
from packaging.version import Version

from updater.choose.interpreters import runs_on
from updater.model.labels import ordered, parse_version, same_version
from updater.model.proposal import kind_of
from updater.model.versions import read_specifier, read_version

HUGE = {
    "digits": "1" * 5_000,
    "a release of digits": f"1.{'2' * 4_400}",
    "an epoch": f"{'1' * 4_400}!1.0",
    "a local version": f"1.0+{'3' * 4_400}",
    "numbers": ".".join(["1"] * 60_000),
    "an unstable label": f"{'1' * 5_000}-unstable-2024-01-02",
    "another spelling": f"2024-{'1' * 5_000}",
    "blanks": f"1.0{' ' * 200_000}x",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_what_is_longer_than_any_version_is_none(text: str) -> None:
    started = time.process_time()
    assert read_version(text) is None
    assert parse_version(text) is None
    assert ordered(text) is None
    assert kind_of(text, "1.0", stays=False) == "other"
    assert not same_version(text, "1.0")
    assert same_version(text, text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text", ["1.0", "v1", " 1.0 ", "1!2.0", "2.0.0.dev3+g1", "1.0." + "9" * 99]
)
def test_versions_are_those_of_pep_440(text: str) -> None:
    assert read_version(text) == Version(text)


@pytest.mark.parametrize("text", ["", "x", "1.0-", "2024-01-02", "1_2_3_x", "\u0661.0.x"])
def test_other_text_is_no_version(text: str) -> None:
    assert read_version(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f">=3.{'9' * 5_000}",
        f">={'3' * 5_000}",
        ",".join([">=3"] * 60_000),
        "three",
        ">=3" + " " * 9**5,
    ],
    ids=["a number", "digits", "clauses", "no specifier", "blanks"],
)
def test_a_specifier_that_cannot_be_read_asks_for_nothing(text: str) -> None:
    assert read_specifier(text) is None
    assert runs_on(Version("3.12"), text)


def test_a_specifier_is_pep_440s() -> None:
    assert str(read_specifier(">=3.9, <4")) == "<4,>=3.9"
    assert not runs_on(Version("3.8"), ">=3.9, <4")
