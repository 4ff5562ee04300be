"""Files as they are: which of them an entry means, and where a path leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.effects import files

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("a/b.nix", "a/x.nix", "a/b/c.nix", "a/b/other.txt", "a-b.nix", "z.nix")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "top" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "outside.nix").write_text("outside")
    return tmp_path / "top"


ENTRIES = {
    "a file": ("z.nix", ["z.nix"]),
    "a file of another kind": ("a/b/other.txt", ["a/b/other.txt"]),
    "a file, the long way": ("./a/../z.nix", ["z.nix"]),
    "a folder": ("a", ["a/b/c.nix", "a/b.nix", "a/x.nix"]),
    "a folder with a slash": ("a/b/", ["a/b/c.nix"]),
    "all": (".", ["a/b/c.nix", "a/b.nix", "a/x.nix", "a-b.nix", "z.nix"]),
    "a pattern": ("a*/b.*", ["a/b.nix"]),
    "a pattern of any depth": ("**/c.nix", ["a/b/c.nix"]),
    "a pattern that matches a folder": ("a/b*", ["a/b.nix"]),
    "nothing": ("b", []),
    "an absolute pattern": ("/*", []),
}


@pytest.mark.parametrize(("entry", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_means_files(folder: Path, entry: str, expected: list[str]) -> None:
    assert files.listed(folder, entry, ".nix") == expected


def test_of_a_link_and_its_target_the_target_comes(folder: Path) -> None:
    (folder / "first.nix").symlink_to("z.nix")
    (folder / "second.nix").symlink_to("first.nix")
    (folder / "alone.nix").symlink_to("a/x.nix")
    named = ["first.nix", "alone.nix", "second.nix", "z.nix", "z.nix"]
    assert files.distinct(folder, named) == ["alone.nix", "z.nix"]


def test_of_links_without_their_target_the_first_comes(folder: Path) -> None:
    (folder / "first.nix").symlink_to("z.nix")
    (folder / "second.nix").symlink_to("z.nix")
    assert files.distinct(folder, ["second.nix", "first.nix"]) == ["second.nix"]


def test_no_link_leads_out_of_a_folder(folder: Path) -> None:
    (folder / "out.nix").symlink_to("../outside.nix")
    (folder / "in.nix").symlink_to("a/x.nix")
    (folder / "link").symlink_to("..")
    names = ("z.nix", "in.nix", "out.nix", "link/outside.nix", "../outside.nix", "a", "none")
    assert [name for name in names if files.is_inside(folder, name)] == ["z.nix", "in.nix"]


def test_a_file_that_is_not_there_is_none(folder: Path) -> None:
    found = [files.find(folder / name, name) for name in ("z.nix", "a", "none", "z.nix/none")]
    assert found == [b"z.nix", None, None, None]
