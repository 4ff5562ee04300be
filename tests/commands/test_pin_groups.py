"""The first run on a repository full of old pins: all re-pinning can share one pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.project import github_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from tests.loopback.index import Index
    from tests.project import Project

MOVING = ("fig", "kiwi", "lime")


@pytest.fixture
def upstreams(github: GitHub) -> dict[str, Hosted]:
    """A repository with one commit for each pin that names a branch."""
    made = {name: github.repository("o", name) for name in MOVING}
    for one in made.values():
        one.commit({"setup.py": "setup(version='1.0')\n"})
    return made


@pytest.fixture
def home(
    project: Project,
    github: GitHub,
    index: Index,
    upstreams: dict[str, Hosted],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Home:
    """Three pins that name a branch, and two packages from the index that are behind."""
    made = Home.made(project, github, index, monkeypatch)
    texts = {}
    for name, upstream in upstreams.items():
        sri = unpacked_hash(upstream, upstream.head(), tmp_path)
        texts[f"overlays/{name}.nix"] = github_overlay(name, "1.0", rev="main", sri=sri)
        project.overlay(f"{name}.nix", texts[f"overlays/{name}.nix"])
    made.hosted.commit(texts)
    made.add("apple", "pear")
    for name in ("apple", "pear"):
        made.release(name, "2.0")
    made.configure("defaults: {pull_request: {pin_group: true-pins}}\nmax_open: 2\n")
    return made


def test_all_repinning_shares_one_pull_request_within_max_open(home: Home) -> None:
    result = home.bump()

    said = home.packages(result)
    assert [(one.branch, one.title) for one in home.hosted.pulls.values()] == [
        ("updater/apple", "apple: 1.0 -> 2.0"),
        ("updater/true-pins", "true-pins: update 3 packages"),
    ]
    assert home.changed("updater/true-pins") == [f"overlays/{name}.nix" for name in MOVING]
    for name in MOVING:
        assert 'rev = "main"' not in home.show("updater/true-pins", f"overlays/{name}.nix")
    assert said["pear"]["reason"] == "2 pull requests are open, and max_open is 2"
    written = home.writes()
    home.bump()
    assert home.writes() == written


def test_a_package_that_is_pinned_has_its_own_pull_requests_from_then_on(
    home: Home, upstreams: dict[str, Hosted]
) -> None:
    home.bump()
    home.merge(2)
    upstream = upstreams["fig"]
    upstream.tag("v2.0", upstream.commit({"setup.py": "setup(version='2.0')\n"}))
    home.configure("packages: {fig: {track: tag}}\n")

    said = home.packages(home.bump("fig"))["fig"]

    assert said["status"] == "updated", said
    assert home.pull(said["pull_request"]["number"]).branch == "updater/fig"


def test_a_plan_gives_all_repinning_to_one_runner(home: Home) -> None:
    """So that it is built together."""
    result = home.project.run("plan")
    jobs = [job["packages"] for job in result.json["include"]]
    pins = [f"overlays/{name}.nix#python3Packages.{name}" for name in MOVING]
    assert pins in jobs
    assert len(jobs) == 3
