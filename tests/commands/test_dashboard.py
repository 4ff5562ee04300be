"""The dashboard: one issue, updated in place, whose boxes the next run reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import Home
from tests.loopback.faults import Lost
from tests.loopback.hosting import IssueRecord
from tests.loopback.messages import text
from tests.loopback.rest import forbidden
from updater import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """One package each that gets a pull request, must wait for it, is held, fails, is current."""
    made = Home.made(project, github, index, monkeypatch)
    made.add("apple", "fig", "lost", "pear")
    made.add("current", sri=None)
    for name in ("apple", "fig", "pear"):
        made.release(name, "2.0")
    index.server.fail("GET /simple/lost/", text("gone", 404))
    made.configure("max_open: 1\ndashboard: true\npackages: {fig: {hold: 'asks @anna'}}\n")
    return made


def body(home: Home) -> str:
    (issue,) = home.hosted.issues.values()
    return issue.body


def test_it_shows_what_is_pending_open_held_and_failed_and_why(home: Home) -> None:
    home.bump()
    web, index = home.github.url, home.index.server.url
    docs = "https://github.com/nix-overlay-updater/nix-overlay-updater/blob/main/docs"
    assert (
        body(home)
        == f"""\
What the updater found. Tick a box, and the next run tries the package again, even if its version \
was declined, somebody else proposes it or `max_open` is reached.

## Pending

- [ ] `pear` `1.0` → `2.0`: waits \
<!-- updater:row pending overlays/pear.nix#python3Packages.pear -->

## 1 of 1 pull requests are open

- [ ] `apple` `1.0` → `2.0`: [pull request 1]({web}/me/overlays/pull/1) \
<!-- updater:row open overlays/apple.nix#python3Packages.apple -->

## Held

- [ ] `fig`: asks @\u200banna <!-- updater:row held overlays/fig.nix#python3Packages.fig -->

## Failed

- [ ] `lost`: look-up: {index}/simple/lost/ answers 404 Not Found \
<!-- updater:row failed overlays/lost.nix#python3Packages.lost -->

<details><summary>All 5 packages, and what they follow</summary>

| package | version | follows |
| --- | --- | --- |
| `apple` | `1.0` | pypi: its source is fetched from the package index \
<!-- updater:package overlays/apple.nix#python3Packages.apple --> |
| `current` | `1.0` | pypi: its source is fetched from the package index \
<!-- updater:package overlays/current.nix#python3Packages.current --> |
| `fig` | `1.0` | held: asks @\u200banna \
<!-- updater:package overlays/fig.nix#python3Packages.fig --> |
| `lost` | `1.0` | pypi: its source is fetched from the package index \
<!-- updater:package overlays/lost.nix#python3Packages.lost --> |
| `pear` | `1.0` | pypi: its source is fetched from the package index \
<!-- updater:package overlays/pear.nix#python3Packages.pear --> |

</details>

Made by updater {__version__} · [configuration]({web}/me/overlays/blob/main/config.yaml) · \
[docs]({docs}/pull-requests.md)

<!-- updater:dashboard -->
"""
    )


def test_a_second_run_does_not_touch_it(home: Home) -> None:
    home.bump()
    written = home.writes()
    home.bump()
    assert home.writes() == written


def test_a_run_about_one_package_keeps_the_lines_of_the_others(home: Home) -> None:
    home.bump()
    before = body(home)
    home.bump("pear")
    assert body(home) == before
    home.merge(1)
    home.bump("apple")
    gone = [line for line in before.splitlines() if line not in body(home).splitlines()]
    assert [line.partition(" <!--")[0].partition(":")[0] for line in gone] == [
        "## 1 of 1 pull requests are open",
        "- [ ] `apple` `1.0` → `2.0`",
        "| `apple` | `1.0` | pypi",
    ]


def test_a_ticked_box_forces_a_package_once(home: Home) -> None:
    """Over max_open; then the box is empty again."""
    home.bump()
    (issue,) = home.hosted.issues.values()
    issue.body = issue.body.replace("- [ ] `pear`", "- [x] `pear`")
    assert home.packages(home.bump())["pear"]["status"] == "updated"
    assert "- [x]" not in issue.body


def test_a_ticked_box_proposes_a_declined_version_again(home: Home) -> None:
    home.bump()
    home.pull(1).state = "closed"
    home.bump("apple")
    (issue,) = home.hosted.issues.values()
    assert "was closed without merging" in issue.body
    issue.body = issue.body.replace("- [ ] `apple`", "- [x] `apple`")
    assert home.packages(home.bump("apple"))["apple"]["status"] == "updated"


def test_an_issue_of_somebody_else_is_no_dashboard(home: Home) -> None:
    home.bump()
    (issue,) = home.hosted.issues.values()
    issue.author = "mallory"
    home.bump()
    assert [one.author for one in home.hosted.issues.values()] == ["mallory", "loopback"]


@pytest.mark.parametrize(
    ("request_", "what"),
    [("POST .*/issues$", "open an issue"), (r"GET .*/issues\?", "read the issues")],
)
def test_without_the_right_to_issues_pull_requests_are_made_all_the_same(
    home: Home, request_: str, what: str
) -> None:
    """Nor may it read those of a private repository; the message names the workflow's lines."""
    home.hosted.hides_issues = True
    home.github.server.fail(request_, forbidden("issues=write"))
    result = home.bump()
    assert (result.code, home.packages(result)["apple"]["status"]) == (1, "updated")
    assert result.err == (
        f"updater: me/overlays: cannot {what}: 403 Resource not accessible by personal "
        "access token; the token in GITHUB_TOKEN lacks a right: issues=write; in update.yml take "
        "the # from the line `# issues: write`, and from `# permission-issues: write` where the "
        "token is a GitHub App's\n"
    )
    assert home.hosted.issues == {}


def test_a_box_of_a_package_that_a_run_is_not_about_stays_ticked(home: Home) -> None:
    home.bump()
    (issue,) = home.hosted.issues.values()
    issue.body = issue.body.replace("- [ ] `pear`", "- [x] `pear`")
    ticked = issue.body
    home.bump("fig")
    assert issue.body == ticked


def test_a_lost_answer_makes_no_second_dashboard(home: Home) -> None:
    home.github.server.fail("POST .*/issues$", Lost(), times=1)
    assert home.bump().code == 1
    home.bump()
    assert len(home.hosted.issues) == 1


def test_a_pull_request_that_the_run_closes_is_open_no_more(home: Home, tmp_path: Path) -> None:
    """Somebody took its version over by hand, and there is a newer one that waits for its job."""
    home.bump()
    proposed = home.show("updater/apple", "overlays/apple.nix")
    home.push("main", {"overlays/apple.nix": f"{proposed}\n"})
    home.release("apple", "3.0")

    home.project.run("publish", str(tmp_path), "apple")

    assert home.pull(1).state == "closed"
    (line,) = (one for one in body(home).splitlines() if "updater:row" in one and "apple" in one)
    assert line == (
        "- [ ] `apple` `2.0` → `3.0`: not proposed yet "
        "<!-- updater:row pending overlays/apple.nix#python3Packages.apple -->"
    )


def test_dashboards_of_runs_at_the_same_time_become_one(home: Home) -> None:
    """What is ticked in either counts, and what only one of them tells stays."""
    home.bump()
    (issue,) = home.hosted.issues.values()
    number = home.hosted.next_number
    other = issue.body.replace("- [ ] `pear`", "- [x] `pear`")
    other = other.replace("- [ ] `lost`", "- [x] `lost`")
    home.hosted.issues[number] = IssueRecord(number, issue.author, issue.title, other)
    issue.body = "\n".join(line for line in issue.body.split("\n") if "`fig`" not in line)

    packages = home.packages(home.bump("pear"))

    assert packages["pear"]["status"] == "updated"
    assert [one.state for one in home.hosted.issues.values()] == ["open", "closed"]
    assert home.hosted.issues[number].body == (
        "Two runs at the same time each opened a dashboard. #2 goes on.\n"
    )
    boxes = [line[:12] for line in issue.body.split("\n") if line.startswith("- [")]
    assert boxes == ["- [ ] `apple", "- [ ] `pear`", "- [ ] `fig`:", "- [x] `lost`"]
    written = home.writes()
    home.bump("fig")
    assert home.writes() == written
