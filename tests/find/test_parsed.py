"""What was parsed once is known in the next run, and never instead of what a file says now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.find.counted import CountedRun
from tests.project import FAKE, github_overlay
from updater.effects import kept
from updater.find import parsed
from updater.find.ahead import begin_reading
from updater.find.packages import find_packages
from updater.find.parsed import ParsedOverlays

if TYPE_CHECKING:
    from pathlib import Path

    from updater.find.overlay_files import OverlayFiles

NAMED = ("a.nix", "b.nix", "calls.nix", "given.nix", "linked.nix")
GIVEN = """\
self: super: {
  tool = super.callPackage ./generic.nix { version = "1.0"; hash = "%s"; };
}
"""
GENERIC = """\
{ stdenv, fetchFromGitHub, version, hash }:
stdenv.mkDerivation {
  pname = "tool";
  inherit version;
  src = fetchFromGitHub { owner = "%s"; repo = "tool"; rev = "v${version}"; inherit hash; };
}
"""
CALLED = '{ fetchPypi }: { src = fetchPypi { pname = "c"; version = "1"; hash = ""; }; }'


class Run(CountedRun):
    """One that keeps what it reads."""

    def find(self) -> OverlayFiles:
        """Find packages."""
        self.begin()
        known = ParsedOverlays(self.root / "kept", self.root / "project", self.told.append)
        return begin_reading(self.root / "project", NAMED, known)()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A project in which files call and import each other."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("a", "b"):
        (root / f"{name}.nix").write_text(github_overlay(name, "1.0", sri=FAKE))
    (root / "calls.nix").write_text("final: prev: { c = final.callPackage ./c.nix { }; }")
    (root / "c.nix").write_text(CALLED)
    (root / "given.nix").write_text(GIVEN % FAKE)
    (root / "generic.nix").write_text(GENERIC % "one")
    (root / "secret").write_text(github_overlay("secret-name", "1.0", sri=FAKE))
    (root / "linked.nix").symlink_to("secret")
    return Run(tmp_path, monkeypatch)


def test_the_second_run_finds_the_same_and_parses_nothing(run: Run) -> None:
    expected = find_packages(run.root / "project", NAMED)
    assert run.find() == expected
    assert len(expected.packages) == 5
    # twice the one that a function makes packages of: before and after that is known
    assert sorted(run.parsed) == sorted([*NAMED[:4], "c.nix", "generic.nix", "given.nix"])
    assert run.find() == expected
    assert not run.parsed


def test_nothing_is_kept_of_what_a_link_leads_to(run: Run) -> None:
    run.find()
    (path,) = (run.root / "kept").iterdir()
    assert b"a.nix" in path.read_bytes()
    assert b"secret-name" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("file", "text", "parsed"),
    [
        ("a.nix", github_overlay("a", "2.0", sri=FAKE), ["a.nix"]),
        ("c.nix", CALLED.replace('"1"', '"2"'), ["c.nix"]),
        ("generic.nix", GENERIC % "two", ["generic.nix", "given.nix"]),
        ("b.nix", "final: prev: { b = ", ["b.nix"]),
    ],
    ids=["overlay", "called", "function", "broken"],
)
def test_a_file_that_changed_is_parsed_alone(
    run: Run, file: str, text: str, parsed: list[str]
) -> None:
    before = run.find()
    (run.root / "project" / file).write_text(text)
    expected = find_packages(run.root / "project", NAMED)
    assert run.find() == expected != before
    assert sorted(run.parsed) == parsed
    assert run.find() == expected
    assert not run.parsed


def test_another_text_of_the_same_name_and_size_is_not_taken_for_the_first(run: Run) -> None:
    run.find()
    path = run.root / "project" / "a.nix"
    text = path.read_text()
    path.write_text(text.replace("1.0", "1.1"))
    assert [package.label for package in run.find().packages if package.file == "a.nix"] == ["1.1"]


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-7], lambda data: data.replace(b"a.nix", b"b.nix"), lambda _data: b""],
    ids=["cut", "changed", "empty"],
)
def test_a_damaged_file_is_told_and_made_anew(run: Run, damage: object) -> None:
    expected = run.find()
    (path,) = (run.root / "kept").iterdir()
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert run.find() == expected
    assert run.told == [f"{path} is damaged and is made anew: all overlays are parsed"]
    assert len(run.parsed) == 7
    assert run.find() == expected
    assert (run.parsed, run.told) == ([], [])


def test_what_is_whole_and_no_package_is_parsed_again(run: Run) -> None:
    """Whoever can write to the folder can write any checksum, too."""
    expected = run.find()
    (path,) = (run.root / "kept").iterdir()
    data = path.read_bytes().partition(b"\n")[2].replace(b"attribute", b"another_1")
    kept.write(path, "updater-parsed-1", data)
    assert run.find() == expected
    assert run.parsed


def test_another_reader_reads_all_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer updater may see more in the same text."""
    expected = run.find()
    monkeypatch.setattr(parsed, "_readers", lambda: b"newer")
    assert run.find() == expected
    assert len(run.parsed) == 7
    assert run.told == []


def test_a_folder_that_takes_nothing_costs_time_only(run: Run) -> None:
    expected = run.find()
    for path in (run.root / "kept").iterdir():
        path.unlink()
    (run.root / "kept").rmdir()
    (run.root / "kept").write_text("no folder")
    assert run.find() == expected
    assert run.told == []


def test_what_most_of_is_gone_is_not_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.find()
    monkeypatch.setattr(f"{__name__}.NAMED", ("a.nix",))
    (run.root / "project" / "a.nix").write_text(github_overlay("a", "2.0", sri=FAKE))
    run.find()
    (path,) = (run.root / "kept").iterdir()
    assert b"a.nix" in path.read_bytes()
    assert b"given.nix" not in path.read_bytes()
