"""`check` begins no long search, and no search is made twice for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, github_overlay, unpacked_hash
from updater.cli import session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted

FETCHES = r"^POST .*/git-upload-pack$"
BRIEFLY = (
    "the rev moves, and the commit that the hash holds was not found in 0 s: run `updater "
    "identify`, which searches on"
)


@pytest.fixture
def pear(github: GitHub) -> Hosted:
    """Three commits, the second with a tag."""
    repository = github.repository("o", "pear")
    repository.commit({"setup.py": "setup(version='0.1.0')\n"})
    repository.commit({"setup.py": "setup(version='0.2.0')\n"})
    repository.tag("v0.2.0", repository.head())
    repository.commit({"late": "x"})
    return repository


def fetches(github: GitHub) -> int:
    """How often git fetched anything; to ask for refs has another content."""
    return sum(b"command=fetch" in request.body for request in github.server.requests(FETCHES))


def row(project: Project, *arguments: str) -> dict[str, object]:
    (package,) = project.run(*arguments, "--json").json["packages"]
    return {name: package[name] for name in ("status", "reason")}


def test_check_leaves_a_long_search_to_identify(
    project: Project,
    github: GitHub,
    pear: Hosted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also the next one does, which does not even try; what `identify` found it knows."""
    sri = unpacked_hash(pear, "v0.2.0", tmp_path)
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=sri))
    monkeypatch.setattr(session, "BRIEF_SECONDS", 0.0)
    assert row(project, "check") == {"status": "held", "reason": BRIEFLY}
    begun = fetches(github)
    assert row(project, "check") == {"status": "held", "reason": BRIEFLY}
    assert fetches(github) == begun
    assert project.run("identify").code == 0
    known = fetches(github)
    found = row(project, "check")
    assert found["status"] == "outdated"
    assert row(project, "check", "--identify") == found
    assert fetches(github) == known


@pytest.mark.parametrize("option", [("--identify",), ("--timeout", "100")])
def test_check_searches_as_long_as_it_is_told(
    project: Project,
    pear: Hosted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, ...],
) -> None:
    sri = unpacked_hash(pear, "v0.2.0", tmp_path)
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=sri))
    monkeypatch.setattr(session, "BRIEF_SECONDS", 0.0)
    assert row(project, "check", *option)["status"] == "outdated"


@pytest.mark.parametrize("command", ["check", "identify", "bump", "pin", "verify"])
@pytest.mark.usefixtures("pear")
def test_a_budget_of_trees_ends_every_command_that_searches(project: Project, command: str) -> None:
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=FAKE))
    said = project.run(command, "--max-candidates", "1", "-v")
    assert "the search ended at --max-candidates 1" in f"{said.out}{said.err}", said


def test_what_was_searched_for_in_vain_is_not_searched_until_the_refs_change(
    project: Project, github: GitHub, pear: Hosted, tmp_path: Path
) -> None:
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=FAKE))
    nothing = row(project, "check")
    assert str(nothing["reason"]).startswith("none of 3 commits matches the pinned hash")
    asked = fetches(github)
    assert row(project, "check") == nothing
    assert row(project, "bump", "--dry-run") == nothing
    assert fetches(github) == asked

    pear.commit({"later": "x"})
    pear.settle()
    again = row(project, "check")
    assert str(again["reason"]).startswith("none of 4 commits matches the pinned hash")
    (tmp_path / "home" / "cache" / "updater" / "facts-1.sqlite3").write_bytes(b"damaged" * 1000)
    assert row(project, "check") == again


def test_a_mirror_that_has_what_the_refs_name_is_not_fetched_again(
    project: Project, github: GitHub, pear: Hosted, tmp_path: Path
) -> None:
    """A second pin of the same repository, with another hash."""
    first, second = (unpacked_hash(pear, commit, tmp_path) for commit in ("v0.2.0", "v0.2.0~1"))
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=first))
    assert project.run("identify").code == 0
    asked = fetches(github)
    project.overlay("pear.nix", github_overlay("pear", "0.1.0", rev="main", sri=second))
    assert row(project, "identify")["status"] == "identified"
    assert fetches(github) == asked
