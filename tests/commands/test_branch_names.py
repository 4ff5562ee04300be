"""What the updater's branches are called, and what happens where a name is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.loopback.git_data import set_ref
from tests.project import FAKE, Project, pypi_overlay

if TYPE_CHECKING:
    from tests.commands.repository import Home


def via_git(home: Home) -> None:
    config = home.project.root / "config.yaml"
    config.write_text(config.read_text().replace("{pause: 0s}", "{pause: 0s, via: git}"))


@pytest.mark.parametrize(
    ("configured", "obstacle", "way"),
    [
        ("", "updater", "api"),
        ("", "updater/apple/mine", "api"),
        ("branch_prefix: bots/pins/\n", "bots", "git"),
    ],
)
def test_a_branch_that_stands_in_the_way_is_named(
    home: Home, configured: str, obstacle: str, way: str
) -> None:
    """Git cannot have a branch `updater` beside `updater/apple`; another name helps."""
    home.configure(configured)
    if way == "git":
        via_git(home)
    set_ref(home.hosted, f"refs/heads/{obstacle}", home.branch("main") or "")

    error = home.packages(home.bump("apple"))["apple"]["error"]

    branch = "bots/pins/apple" if configured else "updater/apple"
    why = f"the branch {branch} cannot be made while there is a branch {obstacle}"
    hint = (
        f"git cannot have both: rename or delete the branch {obstacle}, or give the updater's "
        "branches another name with `branch_prefix:` in config.yaml"
    )
    assert (error["message"], error["hint"]) == (why, hint)
    assert home.hosted.pulls == {}
    config = home.project.root / "config.yaml"
    config.write_text(f"{config.read_text().replace(configured, '')}branch_prefix: deps-\n")
    assert home.bump("apple").code == 0
    assert [pull.branch for pull in home.hosted.pulls.values()] == ["deps-apple"]


@pytest.mark.parametrize("way", ["api", "git"])
def test_a_tag_stands_in_the_way_of_no_branch(home: Home, way: str) -> None:
    """Git has tags and branches in folders of their own."""
    if way == "git":
        via_git(home)
    set_ref(home.hosted, "refs/tags/updater", home.branch("main") or "")
    set_ref(home.hosted, "refs/tags/deps/pear", home.branch("main") or "")
    assert home.bump("apple").code == 0
    home.configure("branch_prefix: deps/\n")
    assert home.bump("pear").code == 0
    assert [own.branch for own in home.hosted.pulls.values()] == ["updater/apple", "deps/pear"]


def test_pull_requests_live_on_where_the_prefix_changes(home: Home) -> None:
    """What is open stays on its branch, found by its marker; what comes then has the new name."""
    home.bump()
    home.configure("branch_prefix: deps/\n")
    home.merge(2)
    home.release("apple", "3.0")
    home.release("pear", "3.0")

    assert home.bump().code == 0

    shown = {number: (own.branch, own.title) for number, own in home.hosted.pulls.items()}
    assert shown == {
        1: ("updater/apple", "apple: 1.0 -> 3.0"),
        2: ("updater/pear", "pear: 1.0 -> 2.0"),
        3: ("deps/pear", "pear: 2.0 -> 3.0"),
    }
    assert home.branch("updater/pear") is None
    written = home.writes()
    assert home.bump().code == 0
    assert home.writes() == written


def test_branches_under_a_former_prefix_are_removed_where_they_were_merged(home: Home) -> None:
    """Nobody pushed to them since; a branch that was declined stays its person's."""
    config = home.project.root / "config.yaml"
    plain = config.read_text()
    config.write_text(f"{plain}branch_prefix: deps/\n")
    home.bump()
    home.merge(1)
    home.pull(2).state = "closed"
    config.write_text(f"{plain}branch_prefix: bot-\n")
    assert home.bump().code == 0
    assert (home.branch("deps/apple"), home.branch("deps/pear") is None) == (None, False)
    written = home.writes()
    assert home.bump().code == 0
    assert home.writes() == written


def test_what_was_declined_stays_so_where_a_configured_prefix_changes(home: Home) -> None:
    """Also where it changes back, and with what was said; another package loses nothing by it."""
    config = home.project.root / "config.yaml"
    plain = config.read_text()
    prefixes = ("deps/", "bot-", "updater/", "deps/")
    for prefix in prefixes:
        config.write_text(f"{plain}branch_prefix: {prefix}\n")
        assert home.bump().code == 0
        if prefix == "deps/":
            home.hosted.collaborators["anna"] = "write"
            home.pull(1).state = "closed"
            home.pull(2).state = "closed"
            if not home.pull(2).comments:
                home.pull(2).comments.append(("anna", "/updater ignore 3.*"))
        home.hosted.forget()
    assert list(home.hosted.pulls) == [1, 2]
    for name in ("apple", "pear"):
        home.release(name, "3.0")
    home.bump()
    config.write_text(f"{plain}branch_prefix: bot-\n")
    home.bump()
    assert [own.title for own in home.hosted.pulls.values()][2:] == ["apple: 1.0 -> 3.0"]


def test_the_life_of_a_pull_request_under_another_prefix(home: Home) -> None:
    """Declined, merged and closed as under the usual one; a person's text loses nothing."""
    home.configure("branch_prefix: deps/\n")
    home.bump()
    home.pull(1).state = "closed"
    assert home.packages(home.bump())["apple"]["status"] == "held"
    home.pull(2).body = "mine"
    home.release("pear", "3.0")
    assert home.bump("pear").code == 0
    assert (home.pull(2).title, list(home.hosted.pulls)) == ("pear: 1.0 -> 3.0", [1, 2])
    home.merge(2)
    home.bump()
    assert home.branch("deps/pear") is None


def test_a_copy_of_the_marker_makes_no_other_branch_the_updaters(home: Home) -> None:
    home.configure("branch_prefix: deps/\n")
    home.bump("apple")
    body = home.pull(1).body
    number = home.open_as("loopback", "feature", {"x": "y"})
    home.pull(number).body = body
    home.push("main", {"overlays/apple.nix": home.show("deps/apple", "overlays/apple.nix")})
    home.bump("apple")
    assert (home.pull(1).state, home.pull(number).state) == ("closed", "open")


def projects(home: Home) -> tuple[Home, Home]:
    """Two projects in the repository, each with an overlay of the same name and file."""
    home.project.git("init", "--quiet")
    config = (home.project.root / "config.yaml").read_text()
    text = pypi_overlay("fig", "1.0", sri=FAKE)
    home.release("fig", "1.0")
    home.release("fig", "2.0")
    made = []
    for folder in ("one", "two"):
        root = home.project.root / folder
        root.mkdir()
        project = Project(root, home.project._captured)
        project.configure(config)
        project.overlay("fig.nix", text)
        home.push("main", {f"{folder}/overlays/fig.nix": text})
        made.append(replace(home, project=project))
    return made[0], made[1]


def test_two_projects_of_a_repository_have_branches_of_their_own(home: Home) -> None:
    """Neither takes the other's pull request over, closes it, or links to it."""
    one, two = projects(home)
    for project in (one, two, one, two):
        assert project.bump().code == 0

    shown = {
        number: (own.branch, own.state, home.changed(own.branch))
        for number, own in home.hosted.pulls.items()
    }
    assert shown == {
        1: ("updater/fig@one", "open", ["one/overlays/fig.nix"]),
        2: ("updater/fig@two", "open", ["two/overlays/fig.nix"]),
    }
    home.merge(1)
    assert one.packages(one.bump())["fig"]["status"] == "current"
    assert two.packages(two.bump())["fig"]["pull_request"]["number"] == 2
    assert (home.branch("updater/fig@one"), home.pull(2).state) == (None, "open")


def test_a_group_of_one_project_closes_nothing_of_another(home: Home) -> None:
    one, two = projects(home)
    two.bump()
    one.bump()
    one.configure("packages: {fig: {pull_request: {group: fruit}}}\n")
    assert one.bump().code == 0
    shown = {own.branch: own.state for own in home.hosted.pulls.values()}
    assert shown == {
        "updater/fig@two": "open",
        "updater/fig@one": "closed",
        "updater/fruit@one": "open",
    }


@pytest.mark.parametrize("declined", [False, True])
def test_a_pull_request_from_before_projects_had_names_is_kept(
    home: Home, declined: object
) -> None:
    """It belongs to the project whose files it changes, which does not open it twice."""
    one, two = projects(home)
    one.bump()
    pull = home.pull(1)
    set_ref(home.hosted, "refs/heads/updater/fig", home.branch("updater/fig@one") or "")
    set_ref(home.hosted, "refs/heads/updater/fig@one", "0" * 40)
    pull.branch = "updater/fig"
    pull.body = pull.body.replace("updater/fig@one", "updater/fig")
    if declined:
        pull.state = "closed"
        assert one.packages(one.bump())["fig"]["status"] == "held"
        return
    assert [two.bump().code, one.bump().code] == [0, 0]
    home.release("fig", "3.0")
    assert [two.bump().code, one.bump().code] == [0, 0]
    assert {own.branch: own.title for own in home.hosted.pulls.values()} == {
        "updater/fig": "fig: 1.0 -> 3.0",
        "updater/fig@two": "fig: 1.0 -> 3.0",
    }
    assert home.changed("updater/fig") == ["one/overlays/fig.nix"]
