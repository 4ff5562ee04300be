"""Which updates share a pull request, under which name, and what of their builds counts there."""

from __future__ import annotations

import pytest

from updater.model import Build, Package, PullPolicy, Span
from updater.publish.groups import as_built, own_names

PASSED = Build("passed", "python3Packages.a", sandboxed=True)


def package(file: str, *path: str) -> Package:
    return Package(file, path, 1, Span(0, 1), path[-1], None, None)


def test_a_pin_goes_to_the_group_of_pins_where_there_is_one() -> None:
    both = PullPolicy(group="fruit", pin_group="pins")
    assert (both.group_of(pins=True), both.group_of(pins=False)) == ("pins", "fruit")
    assert PullPolicy(group="fruit").group_of(pins=True) == "fruit"
    assert PullPolicy().group_of(pins=True) == ""


def test_each_name_has_a_branch_of_its_own() -> None:
    """Also beside a group of that name, and where branches cannot hold what tells them apart."""
    packages = [
        package("o/a.nix", "p", "apple"),
        package("o/a.nix", "p", "fruit"),
        package("o/a.nix", "p", "pear"),
        package("o/b.nix", "p", "pear"),
        package("o/c.nix", "p", "x y"),
        package("o/c.nix", "q", "x-y"),
    ]
    assert list(own_names(packages, ["fruit"]).values()) == [
        "apple",
        "o/a-fruit",
        "o/a-pear",
        "o/b-pear",
        'o/c.nix#p."x y"',
        "o/c.nix#q.x-y",
    ]


def test_a_build_of_these_very_changes_counts() -> None:
    beside = Build("passed", "a", beside=("b", "c"))
    assert as_built(beside, "a", ["c", "a", "b"]) == beside
    assert as_built(PASSED, "a", ["a"]) == PASSED
    assert as_built(None, "a", ["a", "b"]) is None


@pytest.mark.parametrize(
    ("build", "members", "said"),
    [
        (PASSED, ["a", "b"], "the build passed without b"),
        (
            Build("failed", "a", beside=("b",)),
            ["a"],
            "the build failed together with b, which this pull request leaves out",
        ),
        (
            Build("passed", "a", beside=("b", "d")),
            ["a", "c"],
            "the build passed together with b, d, which this pull request leaves out and without c",
        ),
    ],
)
def test_a_build_of_other_changes_is_no_evidence_and_says_of_what_it_was(
    build: Build, members: list[str], said: str
) -> None:
    found = as_built(build, "a", members)
    assert found is not None
    assert found.status == "skipped"
    assert found.phase == f"these changes were not built together: {said}"
