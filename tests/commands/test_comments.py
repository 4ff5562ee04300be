"""What people say in comments on pull requests is done, answered once, and shown."""

from __future__ import annotations

import pytest

from tests.commands.repository import BOT, Home
from tests.loopback.faults import Lost
from updater.publish.text.commands import ENDED

APPLE = "overlays/apple.nix#python3Packages.apple"
PEAR = "overlays/pear.nix#python3Packages.pear"
EXPECTED = (
    "write `/updater hold REASON`, `/updater ignore VERSION` (`2.0`, or `2.*` for all that begin "
    "so) or `/updater rebuild`, each on a line of its own"
)
LIFT = (
    "To lift it, tick the package's box on the dashboard, or run `updater bump PKG --to VERSION "
    "--pr`.\n\n"
)


@pytest.fixture
def home(home: Home) -> Home:
    """Two packages with an open pull request each; anna may write."""
    home.configure("dashboard: true\n")
    home.hosted.collaborators["anna"] = "write"
    home.bump()
    return home


def board(home: Home) -> list[str]:
    """The lines about orders, without the hidden marks."""
    (issue,) = home.hosted.issues.values()
    said = issue.body.partition("## Said in comments\n\n")[2].partition("\n\n")[0]
    return [line.partition(" <!--")[0] for line in said.splitlines()]


def answer(home: Home, number: int = 1) -> str:
    """The last comment, which is the updater's."""
    author, text = home.pull(number).comments[-1]
    assert author == BOT
    return text


def test_hold_closes_the_pull_request_and_is_shown_until_config_says_it(home: Home) -> None:
    home.pull(1).comments.append(("anna", "Not now.\n\n/updater hold needs a GPU\n"))

    held = home.packages(home.bump())["apple"]

    assert answer(home) == (
        f"To @anna:\n\n- `/updater hold needs a GPU`: done. No version of `{APPLE}` is proposed "
        "any more.\n\nThe dashboard shows this until `config.yaml` says it:\n\n"
        f'- `packages: {{apple: {{hold: "needs a GPU"}}}}`\n\n{LIFT}<!-- updater:answered 1 -->\n'
    )
    assert (home.pull(1).state, len(home.pull(1).comments)) == ("closed", 2)
    assert home.branch("updater/apple") is None
    assert held["status"] == "held"
    assert held["reason"] == (
        "anna wrote `/updater hold needs a GPU` on pull request 1; config.yaml should say it"
    )
    assert held["pull_request"]["state"] == "closed"
    link = f"[pull request 1]({home.github.url}/me/overlays/pull/1)"
    wanted = 'packages: {apple: {hold: "needs a GPU"}}'
    said_so = f"- `apple`: anna wrote `/updater hold needs a GPU` on {link}."
    shown = [f"{said_so} To keep it, write `{wanted}` into config.yaml."]
    assert board(home) == shown
    written = home.writes()
    home.bump()
    assert (home.writes(), board(home)) == (written, shown)
    home.release("apple", "3.0")
    home.bump("pear")
    assert home.packages(home.bump())["apple"]["status"] == "held"
    home.configure('packages: {apple: {hold: "needs a GPU"}}\n')
    home.bump()
    assert (board(home), list(home.hosted.pulls)) == ([], [1, 2])


def test_ignore_holds_until_a_version_that_does_not_fit(home: Home) -> None:
    """Also after the pull request was closed for it, and another one opened."""
    home.pull(1).comments.append(("anna", "/updater ignore 2.* 3.0"))
    home.bump()
    assert home.pull(1).state == "closed"
    home.release("apple", "3.0")
    assert home.packages(home.bump())["apple"]["status"] == "held"
    home.release("apple", "4.0")
    assert home.packages(home.bump())["apple"]["pull_request"]["number"] == 4
    assert home.pull(4).title == "apple: 1.0 -> 4.0"
    home.index.withdraw("apple", "4.0", None)
    assert home.packages(home.bump())["apple"]["status"] == "held"
    assert [line.partition("ignore ")[2].partition("`")[0] for line in board(home)] == [
        "2.*",
        "3.0",
    ]


@pytest.mark.parametrize("way", ["box", "--to"])
def test_who_asks_for_the_package_lifts_what_was_said(home: Home, way: str) -> None:
    home.pull(1).comments.append(("anna", "/updater hold"))
    home.bump()
    if way == "box":
        (issue,) = home.hosted.issues.values()
        issue.body = issue.body.replace("- [ ] `apple`", "- [x] `apple`")
        home.bump()
    else:
        home.bump("apple", "--to", "2.0")
    assert (home.pull(4).title, board(home)) == ("apple: 1.0 -> 2.0", [])
    home.bump()
    assert home.pull(4).state == "open"


def test_rebuild_makes_the_branch_again_and_drops_commits_of_others(home: Home) -> None:
    home.push("updater/apple", {"mine": "x"})
    home.pull(1).comments.append(("anna", "/updater rebuild"))
    assert home.packages(home.bump("pear"))["pear"]["status"] == "updated"
    assert answer(home) == (
        "To @anna:\n\n- `/updater rebuild`: the branch is made again on `main`; commits of others "
        "on it are dropped\n\n<!-- updater:answered 1 -->\n"
    )
    assert home.packages(home.bump("apple"))["apple"]["status"] == "updated"
    assert home.changed("updater/apple") == ["overlays/apple.nix"]
    assert home.hosted.git("rev-list", "--count", "main..updater/apple").strip() == "1"
    written = home.writes()
    home.bump()
    assert home.writes() == written


def test_who_closes_a_pull_request_may_say_why_in_the_same_moment(home: Home) -> None:
    """Until the next run it is closed; what was said then holds for the versions that come."""
    home.pull(1).comments.append(("anna", "/updater ignore 2.*"))
    home.pull(1).state = "closed"
    home.bump("pear")  # a run about another package
    assert answer(home) == (
        f"To @anna:\n\n- `/updater ignore 2.*`: done. No version of `{APPLE}` that fits `2.*` is "
        "proposed any more.\n\nThe dashboard shows this until `config.yaml` says it:\n\n"
        f'- `packages: {{apple: {{ignore: ["2.*"]}}}}`\n\n{LIFT}<!-- updater:answered 1 -->\n'
    )
    assert [line.partition("wrote ")[2].partition(" on")[0] for line in board(home)] == [
        "`/updater ignore 2.*`"
    ]
    written = home.writes()
    home.bump()
    home.release("apple", "2.5")
    held = home.packages(home.bump())["apple"]
    assert held["reason"] == (
        "anna wrote `/updater ignore 2.*` on pull request 1; config.yaml should say it"
    )
    assert [one for one in home.writes()[len(written) :] if "/1" in one] == []
    home.release("apple", "3.0")
    home.bump()
    assert home.pull(4).title == "apple: 1.0 -> 3.0"


@pytest.mark.parametrize(
    "how",
    [
        "retired",
        pytest.param("declined", marks=pytest.mark.thorough),
        pytest.param("merged", marks=pytest.mark.thorough),
    ],
)
def test_what_is_said_after_a_pull_request_ended_ends_the_next_one(home: Home, how: str) -> None:
    """The newest pull request keeps it; a branch that is gone is not made again."""
    if how == "merged":
        home.merge(1)
    elif how == "declined":
        home.pull(1).state = "closed"
    else:
        home.push("main", {"overlays/apple.nix": home.show("updater/apple", "overlays/apple.nix")})
        home.bump()
    home.release("apple", "3.0")
    home.bump()
    assert (home.pull(1).state, home.pull(4).state) == ("closed", "open")
    home.pull(1).comments.append(("anna", "/updater hold too fast\n/updater rebuild"))
    held = home.packages(home.bump())["apple"]
    assert f"- `/updater rebuild`: {ENDED}\n" in answer(home)
    assert held["reason"].startswith("anna wrote `/updater hold too fast` on pull request 1;")
    assert (home.pull(4).state, home.pull(4).comments) == ("closed", [])
    home.release("apple", "4.0")
    assert home.packages(home.bump())["apple"]["status"] == "held"


def test_hostile_and_wrong_comments_do_nothing_or_are_told_what_to_write(home: Home) -> None:
    """Who may not write is not answered; an answered comment that is edited says nothing more."""
    pull = home.pull(1)
    home.hosted.collaborators["mallory"] = "read"
    pull.comments += [
        ("mallory", "/updater hold"),
        ("some-app[bot]", "/updater hold"),
        ("anna", "```\n/updater hold\n```\n> /updater hold\n\n`/updater hold`"),
        ("anna", "you could say /updater hold"),
        ("mallory", "<!-- updater:answered 6 -->"),
        ("anna", "/updater dance\n/updater ignore\n/updater rebuild"),
    ]
    home.bump()
    assert answer(home) == (
        f"To @anna:\n\n- `/updater dance`: not a command: {EXPECTED}\n"
        f"- `/updater ignore`: no version: {EXPECTED}\n"
        "- `/updater rebuild`: the branch is made again on `main`; commits of others on it are "
        "dropped\n\n<!-- updater:answered 6 -->\n"
    )
    assert (pull.state, len(pull.comments), board(home)) == ("open", 7, [])
    pull.comments[5] = ("anna", "/updater hold")
    written = home.writes()
    home.bump()
    assert (home.writes(), pull.state) == (written, "open")
    asked = {one.path.rpartition("/collaborators/")[2] for one in home.github.server.requests()}
    assert asked - {""} >= {"anna/permission", "mallory/permission"}


def test_the_user_whose_token_it_is_may_say_something_too(home: Home) -> None:
    home.pull(1).comments.append((BOT, "/updater hold"))
    home.bump()
    assert home.pull(1).state == "closed"
    assert len(home.pull(1).comments) == 2


def test_in_a_group_an_order_is_about_the_packages_that_it_fits(home: Home) -> None:
    home.configure("packages: {'*': {pull_request: {group: fruit}}}\n")
    home.release("pear", "3.0")
    home.bump()
    pull = home.pull(4)
    pull.comments.append(("anna", "/updater ignore 3.*\n/updater ignore 7.*"))
    said = home.packages(home.bump())
    assert (said["apple"]["status"], said["pear"]["status"]) == ("updated", "held")
    assert home.changed("updater/fruit") == ["overlays/apple.nix"]
    assert "`7.*` fits none of the versions proposed here." in answer(home, 4)
    assert pull.title == "apple: 1.0 -> 2.0"


@pytest.mark.parametrize("step", ["POST .*/issues/1/comments", "PATCH .*/pulls/1$"])
def test_what_broke_off_is_done_and_answered_by_the_next_run(home: Home, step: str) -> None:
    home.pull(1).comments.append(("anna", "/updater hold"))
    fault = home.github.server.fail(step, Lost(), times=1)
    home.bump()
    home.bump()
    assert (fault.hits, home.pull(1).state) == (1, "closed")
    assert [author for author, _ in home.pull(1).comments] == ["anna", BOT]


def test_comments_come_with_the_pull_requests(home: Home) -> None:
    """A run without news asks nothing for them, whoever said what."""
    before = len(home.github.server.requests())
    home.bump()
    quiet = len(home.github.server.requests()) - before
    for number in (1, 2):
        home.pull(number).comments.append(("mallory", "nice"))
    before = len(home.github.server.requests())
    home.bump()
    assert len(home.github.server.requests()) - before == quiet
