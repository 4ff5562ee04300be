"""Files as they are: which of them an entry means, and where a path leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.effects import files, joint_writes
from updater.effects.scratch import Scratch
from updater.errors import ReadError, WriteError

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


@pytest.mark.parametrize("more", [0, 20], ids=["few", "many"])
def test_of_a_link_and_its_target_the_target_comes(folder: Path, more: int) -> None:
    others = [f"more-{number}.nix" for number in range(more)]
    for other in others:
        (folder / other).touch()
    (folder / "first.nix").symlink_to("z.nix")
    (folder / "second.nix").symlink_to("first.nix")
    (folder / "alone.nix").symlink_to("a/x.nix")
    named = ["first.nix", "alone.nix", "second.nix", "z.nix", "z.nix"]
    assert files.distinct(folder, [*named, *others]) == ["alone.nix", "z.nix", *others]


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


OWN = {
    "a file": ("proj/a.nix", False),
    "a link in the project": ("proj/link.nix", True),
    "a link to another folder of the repository": ("proj/shared.nix", True),
    "a file that the configuration names elsewhere": ("{top}/beside/b.nix", False),
    "what the configuration names by a link of this machine": ("{top}/alias/b.nix", True),
}
OUTSIDE = {
    "another folder": "proj/out.nix",
    "what the system shows of this process": "proj/environ.nix",
    "what git keeps to itself": "proj/kept.nix",
    "below a folder that leads out": "proj/folder/b.nix",
    "beside the repository, out of the folder that is named": "{top}/beside/out.nix",
    "a link that leads nowhere": "proj/nowhere.nix",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a project in it, a folder beside it, and links between all of them."""
    top = tmp_path / "repository"
    for file in ("proj/a.nix", "shared.nix", ".git/config", "../beside/b.nix", "../secret.nix"):
        (top / file).parent.mkdir(parents=True, exist_ok=True)
        (top / file).write_text(file)
    (tmp_path / "alias").symlink_to("beside")
    links = {
        "proj/link.nix": "a.nix",
        "proj/shared.nix": "../shared.nix",
        "proj/out.nix": "../../secret.nix",
        "proj/environ.nix": "/proc/self/environ",
        "proj/kept.nix": "../.git/config",
        "proj/folder": "../../beside",
        "proj/nowhere.nix": "/nowhere",
        "../beside/out.nix": "../secret.nix",
    }
    for link, target in links.items():
        (top / link).symlink_to(target)
    return top


@pytest.mark.parametrize(("file", "linked"), OWN.values(), ids=OWN)
def test_what_is_the_projects_own_is_read(repository: Path, file: str, *, linked: bool) -> None:
    """A project may be a folder of its repository, and take what other folders of that have."""
    named = file.format(top=repository.parent).removeprefix("proj/")
    assert files.refuse_outside(repository / "proj", named) is linked


@pytest.mark.parametrize("file", OUTSIDE.values(), ids=OUTSIDE)
def test_a_link_to_anything_else_is_refused(repository: Path, file: str) -> None:
    named = file.format(top=repository.parent).removeprefix("proj/")
    with pytest.raises(ReadError, match="is a link that leads out of the project"):
        files.refuse_outside(repository / "proj", named)


def test_no_folder_is_walked_that_a_link_has_elsewhere(repository: Path) -> None:
    """It may be the root of the machine."""
    (repository / "proj" / "root").symlink_to("/")
    with pytest.raises(ReadError, match="root: is a link that leads out of the project"):
        files.listed(repository / "proj", "root", ".nix")
    assert files.is_any_below(repository / "proj" / "root", ".nix")
    assert files.listed(repository / "proj", "../../alias", ".nix") == [
        "../../alias/b.nix",
        "../../alias/out.nix",
    ]


def test_without_a_repository_the_project_is_its_folder(repository: Path) -> None:
    (repository / ".git" / "config").unlink()
    (repository / ".git").rmdir()
    assert files.refuse_outside(repository / "proj", "link.nix")
    with pytest.raises(ReadError):
        files.refuse_outside(repository / "proj", "shared.nix")


def test_a_project_may_be_reached_through_a_link(repository: Path) -> None:
    (repository.parent / "short").symlink_to("repository/proj")
    assert not files.refuse_outside(repository.parent / "short", "a.nix")


def test_a_closed_copy_has_no_link_that_leads_out(repository: Path) -> None:
    with Scratch.opened(repository / "proj", closed=True) as scratch:
        copy = scratch.copy({})
        assert sorted(path.name for path in copy.iterdir()) == ["a.nix", "link.nix"]
    with Scratch.opened(repository / "proj") as scratch:
        assert (scratch.copy({}) / "out.nix").is_symlink()


def test_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    """One that cannot be written puts back those before it: changed, made and removed ones."""
    (tmp_path / "list").write_bytes(b"old")
    (tmp_path / "gone").write_bytes(b"there")
    (tmp_path / "file").write_bytes(b"no folder")
    changes: list[tuple[str, bytes | None, bytes | None]] = [
        ("list", b"old", b"new"),
        ("made/new", None, b"made"),
        ("gone", b"there", None),
    ]
    with pytest.raises(WriteError):
        joint_writes.write_all(tmp_path, [*changes, ("file/below", None, b"")])
    assert (tmp_path / "list").read_bytes() == b"old"
    assert (tmp_path / "gone").read_bytes() == b"there"
    assert not (tmp_path / "made" / "new").exists()
    with pytest.raises(WriteError, match="list has changed since it was read"):
        joint_writes.write_all(tmp_path, [("list", b"other", b"new")])
    joint_writes.write_all(tmp_path, changes)
    assert (tmp_path / "list").read_bytes() == b"new"
    assert (tmp_path / "made" / "new").read_bytes() == b"made"
    assert not (tmp_path / "gone").exists()
