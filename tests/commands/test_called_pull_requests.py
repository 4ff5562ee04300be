"""Pull requests of packages that an overlay calls: `callPackage ./package.nix { }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.project import FAKE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

PACKAGE = f"""\
{{ buildPythonPackage, fetchPypi }}:
buildPythonPackage rec {{
  pname = "PNAME";
  version = "1.0";
  src = fetchPypi {{ inherit pname version; hash = "{FAKE}"; }};
}}
"""
OVERLAY = """\
final: prev: {
  tool = final.callPackage ../packages/tool { };
  our-kit = final.callPackage ./kit.nix { };
  lost = final.callPackage ../packages/lost.nix { };
}
"""
FILES = {
    "overlays/all.nix": OVERLAY,
    "overlays/kit.nix": PACKAGE.replace("PNAME", "kit"),
    "packages/tool/default.nix": PACKAGE.replace("PNAME", "tool"),
}
OPENED = [("updater/our-kit", "our-kit: 1.0 -> 2.0"), ("updater/tool", "tool: 1.0 -> 2.0")]


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository of two packages that are behind, one in the overlays' folder and one beside."""
    made = Home.made(project, github, index, monkeypatch)
    for file, text in FILES.items():
        path = project.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("tool", "kit"):
        for version in ("1.0", "2.0"):
            made.release(name, version)
    made.hosted.commit(FILES)
    made.hosted.settle()
    return made


def opened(home: Home) -> list[tuple[str, str]]:
    """Branch and title of each pull request, by name."""
    return sorted((one.branch, one.title) for one in home.hosted.pulls.values())


def test_called_packages_are_proposed_by_their_callers_names(home: Home) -> None:
    """A file that the base does not have is told as it is without pull requests."""
    result = home.bump()
    assert result.code == 0
    said = {name: one["status"] for name, one in home.packages(result).items()}
    assert said == {"our-kit": "updated", "tool": "updated", "lost": "skipped"}
    assert opened(home) == OPENED
    assert home.changed("updater/tool") == ["packages/tool/default.nix"]
    state = home.state()
    assert home.bump("tool", "our-kit").code == 0
    assert home.state() == state


GIVEN = """\
final: prev: {
  tool = final.callPackage ./make.nix { pname = "tool"; version = "1.0"; hash = "FAKE"; };
  second = final.callPackage ./make.nix { pname = "kit"; version = "1.0"; hash = "FAKE"; };
}
""".replace("FAKE", FAKE)
MAKE = """\
{ buildPythonPackage, fetchPypi, pname, version, hash }:
buildPythonPackage { inherit pname version; src = fetchPypi { inherit pname version hash; }; }
"""


def test_packages_that_a_function_makes_are_proposed_where_they_are_pinned(home: Home) -> None:
    """Each edits its own call, and a second run leaves the open pull requests."""
    given = {"overlays/all.nix": GIVEN, "overlays/make.nix": MAKE, "overlays/kit.nix": "{ }\n"}
    for file, text in given.items():
        (home.project.root / file).write_text(text)
    home.push("main", given)
    assert home.bump().code == 0
    assert opened(home) == [
        ("updater/second", "second: 1.0 -> 2.0"),
        ("updater/tool", "tool: 1.0 -> 2.0"),
    ]
    assert home.changed("updater/tool") == ["overlays/all.nix"]
    state = home.state()
    assert home.bump().code == 0
    assert home.state() == state
    merged = home.show("updater/tool", "overlays/all.nix")
    home.push("main", {"overlays/all.nix": merged})
    (home.project.root / "overlays/all.nix").write_text(merged)
    statuses = {name: row["status"] for name, row in home.packages(home.bump()).items()}
    assert statuses["tool"] == "current"


def test_what_the_configuration_says_of_a_callers_name_holds(home: Home) -> None:
    home.configure("packages: {our-kit: {hold: not now}}\n")
    said = home.packages(home.bump())["our-kit"]
    assert (said["status"], said["reason"]) == ("held", "not now")
    assert opened(home) == OPENED[1:]


def test_results_of_called_packages_are_published(home: Home, tmp_path: Path) -> None:
    results = str(tmp_path / "results")
    assert home.project.run("bump", "--output", results).code == 0
    assert home.project.run("publish", results, "tool", "our-kit").code == 0
    assert opened(home) == OPENED


def test_a_called_package_on_the_base_is_read_there(home: Home) -> None:
    """Somebody took it over by hand; the local files still have the old version."""
    home.bump("tool")
    file = "packages/tool/default.nix"
    home.push("main", {file: f"# by hand\n{home.show('updater/tool', file)}\n"})
    assert home.packages(home.bump("tool"))["tool"]["status"] == "current"
    assert home.pull(1).state == "closed"
