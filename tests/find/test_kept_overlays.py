"""A few overlays that did not change are not parsed again; what changed is always read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.find.counted import CountedRun
from tests.project import FAKE, github_overlay
from updater.effects import kept
from updater.find import kept_overlays, parsed
from updater.find.ahead import begin_looking, begin_reading
from updater.find.kept_overlays import KeptOverlays
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

    from updater.find.overlay_files import OverlayFiles

NAMED = ("a.nix", "b.nix")


class Run(CountedRun):
    """One that keeps what it reads."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(root, monkeypatch, "updater.find.packages.read_packages")

    @property
    def earlier(self) -> KeptOverlays:
        """What is kept, as a new run has it."""
        return KeptOverlays(self.root / "kept", self.root / "project", self.told.append)

    def find(self, *named: str) -> OverlayFiles:
        """Read files as a run does that keeps what it reads."""
        self.begin()
        return begin_reading(self.root / "project", named or NAMED, earlier=self.earlier)()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A project of two overlays that name no other file."""
    (tmp_path / "project").mkdir()
    for name in "ab":
        write(tmp_path, name, github_overlay(name, "1.0", sri=FAKE))
    return Run(tmp_path, monkeypatch)


def write(root: Path, name: str, text: str) -> None:
    (root / "project" / f"{name}.nix").write_text(text)


def test_what_did_not_change_is_not_parsed_again(run: Run) -> None:
    first = run.find()
    assert run.parsed
    assert run.find() == first
    assert (run.parsed, run.told) == ([], [])
    assert first == find_packages(run.root / "project", NAMED)


@pytest.mark.parametrize("named", [("a.nix",), ("b.nix", "a.nix")], ids=" ".join)
def test_other_files_are_read(run: Run, named: tuple[str, ...]) -> None:
    run.find()
    assert run.find(*named) == find_packages(run.root / "project", named)
    assert run.parsed


def test_a_file_that_changed_is_read(run: Run) -> None:
    run.find()
    write(run.root, "b", github_overlay("b", "2.0", sri=FAKE))
    changed = run.find()
    assert run.parsed
    assert [package.label for package in changed.packages] == ["1.0", "2.0"]
    (run.root / "project" / "b.nix").unlink()
    assert [bool(package.problem) for package in run.find().packages] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "self: super: { c = super.callPackage ./c.nix { }; }",
        "self: super: { c = super.callPackage ./missing.nix { }; }",
        "self: super: import ./c.nix",
        "self: super: { version = (builtins.fromJSON (builtins.readFile ./pins.json)).c; }",
    ],
)
def test_files_that_name_others_are_read_each_time(run: Run, text: str) -> None:
    """What the others say, and whether they are there, matters as well."""
    write(run.root, "b", text)
    write(run.root, "c", "{ }")
    (run.root / "project" / "pins.json").write_text("{}")
    for _ in range(2):
        run.find()
        assert run.parsed


def test_a_file_to_which_a_link_leads_is_read_each_time(run: Run) -> None:
    """It may be another's, and so it is not kept; nor is what was kept taken for it."""
    run.find()
    (run.root / "project" / "b.nix").rename(run.root / "project" / "c.nix")
    (run.root / "project" / "b.nix").symlink_to("c.nix")
    for _ in range(2):
        run.find()
        assert run.parsed


def test_a_file_with_a_secret_is_read_each_time(run: Run) -> None:
    """The cache may be shared with who may not read it."""
    text = github_overlay("b", "1.0", sri=FAKE)
    write(run.root, "b", f"# https://me:hush@example.org/b\n{text}")
    for _ in range(2):
        run.find()
        assert run.parsed
    assert not (run.root / "kept").exists()


def test_another_reader_reads(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.find()
    monkeypatch.setattr(parsed, "FETCH_FUNCTIONS", frozenset({"fetchurl"}))
    run.find()
    assert run.parsed


def test_what_is_damaged_is_told_and_made_anew(run: Run) -> None:
    run.find()
    (path,) = (run.root / "kept").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    run.find()
    assert run.told == [f"{path} is damaged and is made anew: all overlays are parsed"]
    run.find()
    assert (run.parsed, run.told) == ([], [])


def test_what_is_not_what_the_program_packs_is_parsed(run: Run) -> None:
    run.find()
    (path,) = (run.root / "kept").iterdir()
    kept.write(path, "updater-overlays-1", b"\xc0")
    run.find()
    assert len(run.told) == 1
    assert run.parsed


def test_files_that_nobody_named_must_be_known_to_hold_packages(run: Run) -> None:
    """Files that were read because the user named them need not hold any."""
    run.find()
    assert begin_looking(run.root / "project", NAMED, run.earlier)() is None
    read = run.earlier.recalled(NAMED)
    assert read is not None
    run.earlier.keep(NAMED, kept_overlays.ReadOverlays(read.overlays, hold=True, alone=True))
    assert begin_looking(run.root / "project", NAMED, run.earlier)() == read.overlays
