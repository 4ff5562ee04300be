"""What labels mean: PEP 440's, commits', dates, and the spellings of other distributions."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.version import Version

from updater.model.labels import (
    Spelling,
    dated,
    is_date,
    is_newer,
    is_unstable,
    lead,
    ordered,
    parse_release,
    parse_version,
    same_version,
)

VERSIONS: dict[str, tuple[str, str | None]] = {
    "plain": ("1.2.3", "1.2.3"),
    "with a v": ("v1.2", "1.2"),
    "a pre-release": ("1.0-rc1", "1.0rc1"),
    "a local variant": ("2.1+cu118", "2.1+cu118"),
    "an epoch": ("1!2.0", "1!2.0"),
    "a commit after a release": ("1.2-unstable-2024-02-20", "1.2"),
    "a commit after a pre-release": ("1.2rc1-unstable-2024-02-20", "1.2rc1"),
    "a commit of nothing": ("unstable-2024-02-20", "0"),
    "a commit after a date": ("2024-01-15-unstable-2024-02-20", None),
    "a date in numbers": ("20240220", "20240220"),
    "a date": ("2024-02-20", None),
    "a date as a calendar version": ("2024.2.20", "2024.2.20"),
    "a Debian revision": ("1.2.3-1", "1.2.3.post1"),
    "a Debian revision with an upload": ("1.2.3-1ubuntu2", None),
    "a Debian pre-release": ("1.2.3~rc1-1", None),
    "a Debian epoch": ("1:2.3-1", None),
    "a letter that PEP 440 has": ("1.1.1a", "1.1.1a0"),
    "a letter that it does not have": ("1.1.1w", None),
    "a commit that ends in digits": ("c069358d9cdaac99ee40ee0b70f5cae3db993cc6", None),
    "a short commit that ends in digits": ("c069358", None),
    "a word in front of a number": ("b1234", "1234"),
    "words": ("nightly", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("label", "version"), VERSIONS.values(), ids=VERSIONS)
def test_the_version_that_a_label_means(label: str, version: str | None) -> None:
    assert parse_version(label) == (Version(version) if version is not None else None)


def test_a_commits_label_names_no_release() -> None:
    assert parse_release("1.2") == Version("1.2")
    assert parse_release("1.2-unstable-2024-02-20") is None
    assert parse_release("2024-02-20") is None


def test_only_a_whole_date_makes_a_label_a_commits() -> None:
    """Nothing may stand after it, and a branch of that name is none."""
    assert is_unstable("1.2-unstable-2024-02-20")
    assert is_unstable("unstable-2024-02-20")
    labels = ("unstable", "1.2-unstable", "1.2-unstable-2024-02", "1.2-unstable-2024-02-20-1")
    assert not any(map(is_unstable, labels))


SAME: dict[str, tuple[str, str, bool]] = {
    "the same text": ("1.0", "1.0", True),
    "a zero more": ("1.0", "1.0.0", True),
    "another number": ("1.0", "1.1", False),
    "a pre-release with dashes": ("1.0-rc1", "1.0rc1", True),
    "a pre-release and its release": ("1.0-rc1", "1.0", False),
    "a date with dashes": ("2024-02-20", "2024.2.20", True),
    "another date": ("2024-02-20", "2024.2.21", False),
    "a date with a number more": ("2024-02-20", "2024.2.20.1", False),
    "a date without separators": ("2024-02-20", "20240220", False),
    "underscores": ("1_2_3", "1.2.3", True),
    "a revision is not a number more": ("1.2-3", "1.2.3", False),
    "a commit and its base": ("0.2.5-unstable-2026-01-31", "0.2.5", True),
    "a commit of nothing": ("unstable-2026-01-31", "0", True),
    "a commit after a date": ("2024-02-20-unstable-2026-01-31", "2024.2.20", True),
    "commits of one base": ("1.0-unstable-2026-01-31", "1.0-unstable-2026-02-28", True),
    "words": ("nightly", "nightly", True),
    "two words that mean no version": ("nightly", "weekly", False),
    "two dates, of which none is PEP 440's": ("2024-01-15", "2024-02-20", False),
    "a letter": ("1.1.1w", "1.1.1", False),
    "a Debian upload": ("1.2.3-1ubuntu2", "1.2.3", False),
}


@pytest.mark.parametrize(("label", "other", "same"), SAME.values(), ids=SAME)
def test_labels_of_one_version_in_two_spellings(label: str, other: str, *, same: bool) -> None:
    assert same_version(label, other) is same
    assert same_version(other, label) is same


NEWER: dict[str, tuple[str, str, bool]] = {
    "PEP 440": ("1.10", "1.9", True),
    "the same": ("1.0", "1.0.0", False),
    "dates": ("2024-02-20", "2024-01-15", True),
    "dates with another number of digits": ("2024-10-1", "2024-9-30", True),
    "a Debian upload": ("1.2.3-1ubuntu10", "1.2.3-1ubuntu9", True),
    "a letter": ("1.1.1w", "1.1.1v", False),
    "other shapes": ("2024-02-20", "1.1.1w", False),
    "a spelling and PEP 440": ("2024-02-20", "1.0", False),
    "no number": ("nightly", "1.0", False),
}


@pytest.mark.parametrize(("label", "other", "newer"), NEWER.values(), ids=NEWER)
def test_only_what_has_a_common_order_is_newer(label: str, other: str, *, newer: bool) -> None:
    assert is_newer(ordered(label), ordered(other)) is newer
    assert not is_newer(ordered(other), ordered(label))


@pytest.mark.parametrize(
    ("label", "expected", "version"),
    [
        ("v0.2.1", "v", "0.2.1"),
        ("py-0.20.7", "py-", "0.20.7"),
        ("r1234", "r", "1234"),
        ("mr26.2.1.1", "mr", "26.2.1.1"),
        ("@example/tool@1.0.7", "@example/tool@", "1.0.7"),
        ("log4j-2.0", "log4j-", "2.0"),
        ("1.0", "", "1.0"),
        ("1.0-unstable-2024-02-20", "", "1.0"),
        ("unstable-2024-02-20", "", "0"),
        ("nightly", "", None),
        ("", "", None),
        (None, "", None),
    ],
)
def test_a_version_is_found_inside_a_label(
    label: str | None, expected: str, version: str | None
) -> None:
    assert lead(label) == expected
    assert parse_version(label) == (version and Version(version))


def test_a_date_behind_a_word_is_a_spelling_of_its_own() -> None:
    assert lead("nightly-2024-01-15") == ""
    assert isinstance(ordered("nightly-2024-01-15"), Spelling)


@pytest.mark.parametrize(
    ("form", "built", "written"),
    [
        ("2021-04-13", False, "2025-01-04"),
        ("2021.4.13", False, "2025.1.4"),
        ("2021-4-13", False, "2025-1-4"),
        ("2021_04_13", False, "2025_01_04"),
        ("20210413", True, "20250104"),
        ("2021.04.13", True, "2025.01.04"),
        ("2021-04-13", True, "2025.1.4"),
        ("2021_4_13", True, "2025.1.4"),
    ],
)
def test_a_day_is_written_as_another_one(form: str, *, built: bool, written: str) -> None:
    """Where a build reads it, PEP 440 must know it."""
    assert is_date(form)
    assert dated(form, date(2025, 1, 4), built=built) == written


@pytest.mark.parametrize("label", ["2021-4", "2021.13.1", "2021.4.32", "21.4.13", "2021.4.13.1"])
def test_what_is_not_a_whole_day_is_no_date(label: str) -> None:
    assert not is_date(label)
