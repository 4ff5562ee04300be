"""The first night on a repository full of old pins: few pull requests, and what comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.loopback.rest import secondary_limit
from tests.project import github_overlay, unpacked_hash
from updater.effects.github import pace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

NAMES = ("apple", "banana", "cherry", "damson", "elder", "fig", "grape")


@pytest.fixture
def full(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Seven packages that are behind."""
    made = Home.made(project, github, index, monkeypatch)
    made.add(*NAMES)
    for name in NAMES:
        made.release(name, "2.0")
    return made


def opened(home: Home) -> list[str]:
    return [own.branch.partition("/")[2] for own in home.hosted.pulls.values()]


def test_the_first_run_opens_three_and_the_next_ones_five(full: Home) -> None:
    """What waits is told on the dashboard, with how it goes on."""
    full.configure("dashboard: true\n")
    said = full.packages(full.bump())
    assert opened(full) == ["apple", "banana", "cherry"]
    why = "3 pull requests are open, and the first run opens no more; later ones up to 5"
    assert {said[name]["reason"] for name in NAMES[3:]} == {why}
    (issue,) = full.hosted.issues.values()
    waiting = [line for line in issue.body.splitlines() if ": waits <!--" in line]
    assert [line.split("`")[1] for line in waiting] == list(NAMES[3:])
    assert "\n## 3 of 3 pull requests are open; later runs open up to 5\n" in issue.body

    said = full.packages(full.bump())
    assert opened(full) == list(NAMES[:5])
    assert said["grape"]["reason"] == "5 pull requests are open, and max_open is 5"
    full.merge(1)
    full.pull(2).state = "closed"
    full.bump()
    assert opened(full) == list(NAMES)


def test_a_run_of_actions_is_one_run_however_often_it_starts_the_updater(
    full: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", full.github.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "me/overlays")
    monkeypatch.setenv("GITHUB_RUN_ID", "17")
    full.bump("apple", "banana")
    full.bump("cherry", "damson")
    assert opened(full) == ["apple", "banana", "cherry"]
    monkeypatch.setenv("GITHUB_RUN_ID", "18")
    full.bump("damson")
    assert opened(full) == ["apple", "banana", "cherry", "damson"]


def test_what_github_takes_within_an_hour_ends_a_run(
    full: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it is pending. A run within the same hour counts what it sees of that one."""
    monkeypatch.setattr(pace, "PER_HOUR", 60)
    full.configure("max_open: 100\n")
    said = full.packages(full.bump())
    made = len(full.hosted.pulls)
    why = "GitHub takes 500 new things an hour, and as many were made; a later run goes on"
    assert {said[name]["reason"] for name in NAMES[made:]} == {why}
    assert len(full.writes()) <= 60
    assert 0 < made < len(NAMES)
    now = datetime.now(UTC)
    for pull in full.hosted.pulls.values():
        pull.created = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    full.pull(1).state = "closed"
    full.bump()
    assert len(full.hosted.pulls) == made
    for pull in full.hosted.pulls.values():
        pull.created = f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    full.bump()
    assert opened(full) == list(NAMES[: 2 * made])


@pytest.mark.parametrize("way", ["graphql", pytest.param("rest", marks=pytest.mark.thorough)])
def test_where_github_asks_to_wait_nothing_more_is_written(full: Home, way: str) -> None:
    """One package fails with GitHub's words; the others wait, and a later run goes on."""
    full.configure("max_open: 100\ndashboard: true\n")
    full.bump("apple")
    step, body = ("POST .*/git/trees", "") if way == "rest" else ("POST .*/graphql", "updateRefs")
    fault = full.github.server.fail(step, secondary_limit(1800), skip=2, body=body)
    full.release("apple", "3.0")
    written = len(full.writes())
    said = full.packages(full.bump())
    assert said["cherry"]["error"]["hint"] == (
        "GitHub limits the rate of requests: run the command again in 30 minutes; it continues "
        "where it stopped"
    )
    why = "GitHub asks to wait 30 minutes before more is written; a later run goes on"
    assert {said[name]["reason"] for name in NAMES[3:]} == {why}
    assert (fault.hits, opened(full)) == (1, ["apple", "banana"])
    assert full.writes()[written:][-1].startswith("POST /git/")  # nor the dashboard
    full.github.server.mend()
    full.bump()
    assert opened(full) == list(NAMES)


@pytest.fixture
def pins(
    project: Project,
    github: GitHub,
    index: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Home:
    """Three pins of a branch: the source of two is the branch's newest commit."""
    made = Home.made(project, github, index, monkeypatch)
    texts = {}
    for name in ("kiwi", "lemon", "mango"):
        upstream = github.repository("o", name)
        old = upstream.commit({"setup.py": "setup(version='1.0')\n"})
        if name == "mango":
            upstream.commit({"setup.py": "setup(version='1.0')\n", "more": ""})
        sri = unpacked_hash(upstream, old, tmp_path)
        texts[f"overlays/{name}.nix"] = github_overlay(name, "1.0", rev="main", sri=sri)
        project.overlay(f"{name}.nix", texts[f"overlays/{name}.nix"])
    made.hosted.commit({"README": "ours\n", **texts})
    made.hosted.settle()
    return made


def test_pins_that_only_become_true_come_as_one_group(pins: Home) -> None:
    """An update stands by itself; once they share a pull request, they stay in it."""
    assert pins.bump().code == 0
    shown = {own.branch: pins.changed(own.branch) for own in pins.hosted.pulls.values()}
    assert shown == {
        "updater/pins": ["overlays/kiwi.nix", "overlays/lemon.nix"],
        "updater/mango": ["overlays/mango.nix"],
    }
    written = pins.writes()
    assert pins.bump().code == 0
    assert pins.writes() == written


def test_a_pin_that_was_proposed_by_itself_stays_so(pins: Home) -> None:
    """Also where config.yaml wanted that."""
    config = pins.project.root / "config.yaml"
    before = config.read_text()
    pins.configure("packages: {'*': {pull_request: {pin_group: false}}}\n")
    pins.bump("kiwi", "lemon")
    config.write_text(before)
    assert pins.bump().code == 0
    assert opened(pins) == ["kiwi", "lemon", "mango"]


def test_a_plan_gives_pins_that_only_become_true_to_one_job(pins: Home) -> None:
    """So that one `publish` has them all."""
    jobs = [job["packages"] for job in pins.project.run("plan").json["include"]]
    names = [[identity.rpartition(".")[2] for identity in job] for job in jobs]
    assert sorted(names) == [["kiwi", "lemon"], ["mango"]]
