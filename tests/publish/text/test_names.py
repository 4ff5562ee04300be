"""Branches and titles."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.publish.examples import example
from updater.model.research import Research
from updater.publish.text.names import BranchNaming, message, title

BRANCHES = {
    "ema-pytorch": "updater/ema-pytorch",
    "a b~c^d:e": "updater/a-b-c-d-e",
    "x..y.lock": "updater/x.y",
    "../..": "updater/package",
    "${evil}`id`": "updater/evil-id",
}


@pytest.mark.parametrize(("name", "expected"), BRANCHES.items())
def test_a_branch_has_a_name_that_git_takes(name: str, expected: str) -> None:
    assert BranchNaming().branch(name) == expected


def test_titles_are_those_of_nixpkgs() -> None:
    assert title("", [example()]) == "ema-pytorch: 0.7.7 -> 0.8.3"
    two = [example(), example(name="einx", old="0.1", new="0.2")]
    assert title("torch", two) == "torch: update 2 packages"
    plain = [replace(update, url="") for update in two]
    assert message("torch", plain) == (
        "torch: update 2 packages\n\nema-pytorch: 0.7.7 -> 0.8.3\neinx: 0.1 -> 0.2"
    )


def test_a_groups_commit_says_of_each_package_where_to_look() -> None:
    page = "https://codeberg.org/o/einx/compare/v0.1...v0.2"
    einx = example(name="einx", old="0.1", new="0.2", url="", research=Research(compare=page))
    assert message("torch", [example(), einx]) == (
        "torch: update 2 packages\n\n"
        "ema-pytorch: 0.7.7 -> 0.8.3\n\n"
        "Release: https://github.com/lucidrains/ema-pytorch/releases/tag/v0.8.3\n\n"
        f"einx: 0.1 -> 0.2\n\nChanges: {page}"
    )


def test_a_version_in_a_title_mentions_nobody() -> None:
    assert title("", [example(new="1@anna")]) == "ema-pytorch: 0.7.7 -> 1@\u200banna"


NAMINGS = {
    "": "updater/apple",
    "nix": "updater/apple@nix",
    "a/b": "updater/apple@a@b",
    "a-b": "updater/apple@a-b",
    "a b": "updater/apple@a-b-c8687a08",
}


@pytest.mark.parametrize(("directory", "expected"), NAMINGS.items())
def test_each_project_of_a_repository_has_branches_of_its_own(
    directory: str, expected: str
) -> None:
    """No folder's name makes those of another folder, nor does a package's."""
    naming = BranchNaming(directory=directory)
    assert naming.branch("apple") == expected
    owners = [other for other in NAMINGS if BranchNaming(directory=other).may_own(expected)]
    assert owners == ([directory] if directory else list(NAMINGS))


def test_a_branch_from_before_is_known_by_its_end() -> None:
    naming = BranchNaming("deps/", "nix")
    there = ("updater/apple", "updater/apple@nix", "deps/apple", "x/apple@nix")
    assert all(naming.was_branch(branch, "apple") for branch in there)
    others = ("deps/apple@nix", "updater/apple@flake", "updater/pear")
    assert not any(naming.was_branch(branch, "apple") for branch in others)
