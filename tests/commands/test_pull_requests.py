"""`updater bump --pr` against the loopback GitHub: the rules, one by one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.refusals import AFTER_THE_WORK, REFUSALS, at_steps
from tests.commands.repository import BOT, Home
from tests.loopback.faults import Drop, Lost
from tests.loopback.git_data import delete_ref, make_commit, set_ref
from tests.loopback.github import TOKEN
from tests.loopback.messages import json_answer, redirect
from tests.loopback.rest import forbidden, invalid, problem, secondary_limit
from tests.loopback.server import Server
from updater.effects.github.repository import GitHubRepository
from updater.publish.planning import ProposalPlanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loopback.faults import Fault, Injection
    from tests.loopback.messages import Response
    from updater.find.overlay_files import OverlayFiles
    from updater.model.proposal import Proposal


def test_each_package_gets_a_branch_and_a_pull_request(home: Home) -> None:
    """The commit has the change's file alone, names no author of its own, and is over the base."""
    base = home.branch("main")

    result = home.bump()

    assert (result.code, result.err) == (0, "")
    said = home.packages(result)["apple"]
    assert (said["status"], said["written"]) == ("updated", False)
    assert said["pull_request"] == {
        "url": f"{home.github.url}/me/overlays/pull/1",
        "number": 1,
        "state": "open",
    }
    assert [(one.branch, one.base, one.title) for one in home.hosted.pulls.values()] == [
        ("updater/apple", "main", "apple: 1.0 -> 2.0"),
        ("updater/pear", "main", "pear: 1.0 -> 2.0"),
    ]
    head = home.branch("updater/apple") or ""
    assert home.hosted.git("rev-parse", f"{head}^") == base
    assert home.changed(head) == ["overlays/apple.nix"]
    assert (home.version(head, "apple"), home.version(head, "pear")) == ("2.0", "1.0")
    assert home.hosted.git("show", "-s", "--format=%s|%an", head) == f"apple: 1.0 -> 2.0|{BOT}"
    (sent,) = home.github.server.requests("POST .*/git/commits")[:1]
    assert b"author" not in sent.body
    assert b"committer" not in sent.body


def test_a_second_run_changes_nothing(home: Home) -> None:
    """No request writes: no push, no edit, nothing that would notify."""
    home.configure("packages: {apple: {pull_request: {labels: [deps]}}}\n")
    home.bump()
    state, written = home.state(), home.writes()

    result = home.bump()

    assert result.code == 0, result.out
    assert (home.state(), home.writes()) == (state, written)
    assert home.pull(1).labels == ["deps"]


def test_a_run_on_a_later_day_changes_nothing(home: Home) -> None:
    """The body tells the age of the day of the proposal; a newer version has a day of its own."""
    first = datetime(2025, 1, 7, 23, 59, tzinfo=UTC)
    home.set_clock(first)
    home.bump("apple")
    state, written = home.state(), home.writes()
    assert " · released 2025-01-01 (6 days old when proposed) · " in home.pull(1).body

    home.set_clock(first + timedelta(days=2))
    assert home.bump("apple").code == 0

    assert (home.state(), home.writes()) == (state, written)
    home.release("apple", "3.0")
    assert home.bump("apple").code == 0
    assert " · released 2025-01-01 (8 days old when proposed) · " in home.pull(1).body


def test_the_day_is_kept_where_the_first_run_broke_off(home: Home) -> None:
    """The pull request was opened, and what furnishes it failed."""
    home.configure("packages: {apple: {pull_request: {labels: [deps]}}}\n")
    home.github.server.fail("PATCH .*/issues/1$", problem(502, "Server Error"), times=1)
    first = datetime(2025, 1, 7, tzinfo=UTC)
    home.set_clock(first)
    assert home.bump("apple").code == 1
    home.set_clock(first + timedelta(days=2))
    assert home.bump("apple").code == 0
    assert " · released 2025-01-01 (6 days old when proposed) · " in home.pull(1).body


def test_a_newer_version_updates_the_same_pull_request(home: Home) -> None:
    home.bump()
    home.release("apple", "3.0")

    assert home.bump().code == 0

    pull = home.pull(1)
    assert list(home.hosted.pulls) == [1, 2]
    assert (pull.title, pull.branch) == ("apple: 1.0 -> 3.0", "updater/apple")
    assert "`3.0`" in pull.body
    assert "`2.0`" not in pull.body
    assert home.version("updater/apple", "apple") == "3.0"
    assert home.hosted.git("rev-list", "--count", "main..updater/apple") == "1"


def test_the_edit_is_planned_on_the_base_and_not_on_the_local_file(home: Home) -> None:
    local = home.project.root / "overlays" / "apple.nix"
    local.write_text("# mine\n" + local.read_text())
    home.bump("apple")
    assert "# mine" not in home.show("updater/apple", "overlays/apple.nix")


def test_a_commit_on_the_base_that_changes_nothing_of_a_branch_moves_no_branch(home: Home) -> None:
    """Nobody is notified, and no check runs again; the body says for what it would be."""
    home.bump("apple")
    begun = home.branch("main") or ""
    state, written = home.state(), home.writes()
    home.push("main", {"README": "more\n", "overlays/pear.nix": "# by hand\n{ }\n"})

    assert home.bump("apple").code == 0

    assert (home.state() | {"main": ""}, home.writes()) == (state | {"main": ""}, written)
    page = f"{home.github.url}/me/overlays/commit/{begun}"
    assert (
        f"The branch begins at [`{begun[:12]}`]({page}) of `main`. It is left as it is until one "
        "of these files changes there: `flake.lock`, `overlays/apple.nix`.\n"
    ) in home.pull(1).body


@pytest.mark.parametrize(
    ("path", "text", "is_made_again", "graphql"),
    [
        ("overlays/pear.nix", "# used\n", True, True),
        ("overlays/fix.patch", "+ a line\n", True, True),
        ("flake.lock", "{}\n", True, True),
        ("overlays/other.patch", "+ a line\n", False, True),
        ("overlays/fix.patch", "+ a line\n", True, False),
        ("overlays/other.patch", "+ a line\n", False, False),
    ],
)
def test_a_branch_is_made_again_where_a_file_changes_that_its_own_uses(
    home: Home, path: str, text: str, is_made_again: object, graphql: object
) -> None:
    """The overlay of a package that it uses, a patch, or what pins all that it is built with."""
    home.github.graphql.missing = not graphql
    old = home.show("main", "overlays/apple.nix")
    uses = old.replace(
        "src = ", "x = self.python3Packages.pear;\n    patches = [ ./fix.patch ];\n    src = "
    )
    home.push("main", {"overlays/apple.nix": uses, "overlays/fix.patch": "+ a\n"})
    home.project.overlay("apple.nix", uses)
    assert home.bump("apple").code == 0
    head = home.branch("updater/apple")
    before = home.show("main", path) if path == "overlays/pear.nix" else ""
    base = home.push("main", {path: before + text})

    assert home.bump("apple").code == 0

    assert (home.branch("updater/apple") != head) is is_made_again
    assert (home.hosted.git("rev-parse", "updater/apple^") == base) is is_made_again


def conflict(home: Home) -> None:
    """GitHub says that it cannot merge."""
    home.pull(1).conflicts = True


def protect(home: Home) -> None:
    """Only what is up to date may be merged; GitHub says it of the pull request alone."""
    home.hosted.strict = True


def rule(home: Home) -> None:
    """A ruleset says the same, which counts where GitHub names something else first."""
    home.hosted.strict, home.hosted.rules = True, ("required_status_checks",)


def tick(home: Home) -> None:
    """Somebody asks for it in the description."""
    body = home.pull(1).body
    home.pull(1).body = body.replace(
        "- [ ] <!-- updater:rebuild -->", "- [x] <!-- updater:rebuild -->"
    )
    assert home.pull(1).body != body


@pytest.mark.parametrize("wanted", [conflict, protect, rule, tick])
def test_a_branch_is_made_again_where_github_or_a_person_wants_it(
    home: Home, wanted: Callable[[Home], None]
) -> None:
    home.bump("apple")
    base = home.push("main", {"README": "more\n"})
    wanted(home)

    assert home.bump("apple").code == 0

    assert home.hosted.git("rev-parse", "updater/apple^") == base
    assert f"`{base[:12]}`" in home.pull(1).body
    assert "- [ ] <!-- updater:rebuild -->" in home.pull(1).body


def test_a_branch_is_rebuilt_on_the_newest_base(home: Home) -> None:
    """Also where the base changed the very file: nothing of the base is lost."""
    home.bump("apple")
    text = home.show("main", "overlays/apple.nix")
    base = home.push("main", {"overlays/apple.nix": f"# new here\n{text}"})

    assert home.bump("apple").code == 0

    assert home.hosted.git("rev-parse", "updater/apple^") == base
    assert home.show("updater/apple", "overlays/apple.nix").startswith("# new here\n")
    assert home.version("updater/apple", "apple") == "2.0"


def test_a_merged_pull_request_is_done_and_its_branch_removed(home: Home) -> None:
    home.bump()
    home.merge(1)

    said = home.packages(home.bump())

    assert (said["apple"]["status"], said["pear"]["status"]) == ("current", "updated")
    assert list(home.hosted.pulls) == [1, 2]
    assert home.branch("updater/apple") is None
    assert home.branch("updater/pear") is not None


def test_merged_branches_are_removed_where_nothing_is_left_to_propose(home: Home) -> None:
    home.bump("apple")
    home.merge(1)
    assert home.packages(home.bump("apple"))["apple"]["status"] == "current"
    assert home.branch("updater/apple") is None


def test_after_a_merge_the_next_version_gets_a_new_pull_request(home: Home) -> None:
    home.bump("apple")
    home.merge(1)
    home.release("apple", "3.0")

    assert home.bump("apple").code == 0

    assert [(one.state, one.title) for one in home.hosted.pulls.values()] == [
        ("closed", "apple: 1.0 -> 2.0"),
        ("open", "apple: 2.0 -> 3.0"),
    ]


def test_closed_without_merging_means_not_this_version(home: Home) -> None:
    """Held, and told why, until there is a newer one."""
    home.bump("apple")
    home.pull(1).state = "closed"
    state = home.state()

    result = home.bump("apple")

    said = home.packages(result)["apple"]
    assert (result.code, said["status"], said["reason"]) == (
        0,
        "held",
        (
            "pull request 1 with this version was closed without merging; the next version is "
            "proposed again"
        ),
    )
    assert home.state() == state
    home.release("apple", "3.0")
    assert home.bump("apple").code == 0
    assert [one.title for one in home.hosted.pulls.values()] == [
        "apple: 1.0 -> 2.0",
        "apple: 1.0 -> 3.0",
    ]


def test_a_closed_pull_request_of_somebody_else_says_nothing(home: Home) -> None:
    """An outsider copies title, branch name and marker; closing it blocks nothing."""
    home.bump("apple")
    body = home.pull(1).body
    home.hosted.pulls.clear()
    delete_ref(home.hosted, "refs/heads/updater/apple")
    number = home.open_as("mallory", "updater/apple", {"x": "y"}, owner="mallory")
    home.pull(number).body, home.pull(number).state = body, "closed"

    assert home.packages(home.bump("apple"))["apple"]["status"] == "updated"


def test_a_persons_commits_stop_the_bot(home: Home) -> None:
    """It comments once, touches nothing, also when there is a newer version."""
    home.bump("apple")
    theirs = home.push("updater/apple", {"overlays/apple.nix": "# fixed by hand\n"})
    title = home.pull(1).title
    home.release("apple", "3.0")

    results = [home.packages(home.bump("apple"))["apple"] for _ in range(2)]

    assert [one["reason"] for one in results] == [
        f"updater/apple has commits of others, such as {theirs[:12]}"
    ] * 2
    assert home.branch("updater/apple") == theirs
    assert home.pull(1).title == title
    ((author, text),) = home.pull(1).comments
    assert author == BOT
    assert "tick the box in the description" in text


def test_an_amended_commit_of_the_bot_is_a_persons(home: Home) -> None:
    """Its trailer is there and does not fit what it writes."""
    home.bump("apple")
    message = home.hosted.git("show", "-s", "--format=%B", "updater/apple")
    made = home.hosted.commit(
        {"overlays/apple.nix": "# mine\n"},
        branch=None,
        parents=[home.branch("main") or ""],
        message=message,
    )
    home.hosted.settle()
    set_ref(home.hosted, "refs/heads/updater/apple", made)

    assert home.packages(home.bump("apple"))["apple"]["status"] == "held"
    assert home.branch("updater/apple") == made


def test_the_box_hands_the_branch_back(home: Home) -> None:
    home.bump("apple")
    state = home.state()
    home.push("updater/apple", {"overlays/apple.nix": "# fixed by hand\n"})
    home.pull(1).body = home.pull(1).body.replace("- [ ] <!--", "- [x] <!--")

    assert home.packages(home.bump("apple"))["apple"]["status"] == "updated"
    assert home.state() == state


def test_a_merge_of_the_base_is_no_persons_commit(home: Home) -> None:
    """What the button "Update branch" makes: the branch is the bot's still."""
    home.bump("apple")
    base = home.push("main", {"README": "newer\n"})
    head = home.branch("updater/apple") or ""
    tree = home.hosted.git("rev-parse", f"{base}^{{tree}}")
    set_ref(
        home.hosted,
        "refs/heads/updater/apple",
        make_commit(home.hosted, tree, (head, base), "Merge branch 'main' into updater/apple"),
    )

    assert home.packages(home.bump("apple"))["apple"]["status"] == "updated"
    assert home.hosted.git("rev-parse", "updater/apple^") == base
    assert home.version("updater/apple", "apple") == "2.0"


def test_max_open_bounds_new_pull_requests(home: Home) -> None:
    """The next is opened when one was merged; open ones are updated all the same."""
    home.configure("max_open: 1\n")

    first = home.packages(home.bump())

    assert (first["apple"]["status"], first["pear"]["status"]) == ("updated", "held")
    assert first["pear"]["reason"] == "1 pull request is open, and max_open is 1"
    home.release("apple", "3.0")
    assert home.packages(home.bump())["apple"]["pull_request"]["number"] == 1
    assert home.pull(1).title == "apple: 1.0 -> 3.0"
    home.merge(1)
    assert home.packages(home.bump())["pear"]["pull_request"]["number"] == 2


def test_a_group_shares_one_pull_request(home: Home) -> None:
    home.configure("packages: {'*': {pull_request: {group: fruit, labels: [deps]}}}\n")

    assert home.bump().code == 0

    (pull,) = home.hosted.pulls.values()
    assert (pull.title, pull.branch, pull.labels) == (
        "fruit: update 2 packages",
        "updater/fruit",
        ["deps"],
    )
    assert home.changed("updater/fruit") == ["overlays/apple.nix", "overlays/pear.nix"]
    message = home.hosted.git("show", "-s", "--format=%B", "updater/fruit")
    assert message.startswith(
        "fruit: update 2 packages\n\napple: 1.0 -> 2.0\npear: 1.0 -> 2.0\n\nUpdater-Fingerprint: "
    )


def test_a_bug_that_only_two_show_together_costs_one_of_them(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.configure("packages: {'*': {pull_request: {group: fruit}}}\n")
    sound = ProposalPlanner.plan

    def broken(
        planner: ProposalPlanner, name: str, branch: str, members: list[Any], overlays: OverlayFiles
    ) -> Proposal:
        if len(members) > 1:
            raise IndexError("secret")
        return sound(planner, name, branch, members, overlays)

    monkeypatch.setattr(ProposalPlanner, "plan", broken)
    result = home.bump()
    said = home.packages(result)
    assert (said["apple"]["pull_request"]["number"], said["pear"]["status"]) == (1, "failed")
    assert said["pear"]["error"]["message"].startswith("this is a bug in the updater: IndexError")
    assert "secret" not in result.out + result.err
    assert home.changed("updater/fruit") == ["overlays/apple.nix"]


def test_a_group_goes_on_without_what_was_declined(home: Home) -> None:
    """Also where each of its packages was declined in a pull request of its own."""
    home.configure("packages: {'*': {pull_request: {group: fruit}}}\n")
    home.bump()
    home.pull(1).state = "closed"
    home.release("pear", "3.0")

    said = home.packages(home.bump())

    assert (said["apple"]["status"], said["pear"]["status"]) == ("held", "updated")
    assert home.pull(2).title == "pear: 1.0 -> 3.0"
    home.pull(2).state = "closed"
    said = home.packages(home.bump())
    assert (said["apple"]["pull_request"]["number"], said["pear"]["pull_request"]["number"]) == (
        1,
        2,
    )
    assert (said["apple"]["status"], said["pear"]["status"]) == ("held", "held")


def test_pull_requests_of_a_renamed_group_are_closed(home: Home) -> None:
    """And say no to nothing: back under the old name, the same version is proposed again."""
    home.bump()
    config = home.project.root / "config.yaml"
    before = config.read_text()
    home.configure("packages: {'*': {pull_request: {group: fruit}}}\n")

    assert home.bump().code == 0

    assert [(one.branch, one.state) for one in home.hosted.pulls.values()] == [
        ("updater/apple", "closed"),
        ("updater/pear", "closed"),
        ("updater/fruit", "open"),
    ]
    assert (home.branch("updater/apple"), home.branch("updater/pear")) == (None, None)
    config.write_text(before)
    assert home.packages(home.bump())["apple"]["pull_request"]["number"] == 4


@pytest.mark.parametrize("fault", [problem(500, "Server Error"), Drop(), Lost()])
@pytest.mark.parametrize("step", ["PATCH .*/pulls/1$", "DELETE .*/git/refs/heads/updater/apple"])
def test_cleaning_up_that_broke_off_goes_on_in_the_next_run(
    home: Home, step: str, fault: Fault
) -> None:
    """Nothing stays open, and no branch stays behind."""
    home.bump()
    home.configure("packages: {'*': {pull_request: {group: fruit}}}\n")
    injected = home.github.server.fail(step, fault, times=1)

    assert home.bump().code == 1
    assert home.bump().code == 0

    assert injected.hits == 1
    assert [(one.branch, one.state) for one in home.hosted.pulls.values()] == [
        ("updater/apple", "closed"),
        ("updater/pear", "closed"),
        ("updater/fruit", "open"),
    ]
    assert (home.branch("updater/apple"), home.branch("updater/pear")) == (None, None)


def test_a_groups_title_can_follow_a_template(home: Home) -> None:
    home.configure(
        "packages: {'*': {pull_request: {group: fruit, group_title: 'chore(deps): {group}'}}}\n"
    )
    home.bump()
    assert home.pull(1).title == "chore(deps): fruit"


def test_a_package_named_like_a_group_keeps_its_own_pull_request(home: Home) -> None:
    home.configure("packages: {pear: {pull_request: {group: apple}}}\n")
    home.bump()
    assert sorted((one.branch, one.title) for one in home.hosted.pulls.values()) == [
        ("updater/apple", "pear: 1.0 -> 2.0"),
        ("updater/overlays-apple-apple", "apple: 1.0 -> 2.0"),
    ]


def newer(home: Home, name: str) -> dict[str, str]:
    """An overlay at the version that the bot would propose."""
    path = f"overlays/{name}.nix"
    return {path: home.show("main", path).replace('"1.0"', '"2.0"')}


def test_a_colleagues_pull_request_with_the_same_version_is_respected(home: Home) -> None:
    number = home.open_as("anna", "my-branch", newer(home, "apple"))

    said = home.packages(home.bump())

    assert (said["apple"]["status"], said["apple"]["reason"]) == (
        "held",
        f"pull request {number} of anna does the same",
    )
    assert said["pear"]["status"] == "updated"


def test_a_fork_of_somebody_with_write_access_is_respected_too(home: Home) -> None:
    home.hosted.collaborators["anna"] = "write"
    home.open_as("anna", "my-branch", newer(home, "apple"), owner="anna")
    assert home.packages(home.bump("apple"))["apple"]["status"] == "held"


def test_an_outsiders_pull_request_is_only_mentioned(home: Home) -> None:
    number = home.open_as("mallory", "my-branch", newer(home, "apple"), owner="mallory")

    said = home.packages(home.bump("apple"))["apple"]

    assert said["status"] == "updated"
    assert said["warnings"] == [
        {"code": "major-version", "message": "a new major version: 1.0 -> 2.0"},
        {"code": "rival", "message": f"pull request {number} of mallory does the same"},
    ]


@pytest.mark.parametrize(
    "answer",
    [
        problem(404, "Not Found"),
        problem(403, "The requested blob is too large to fetch via the API, it is 200 MB."),
    ],
    ids=["a submodule", "too large"],
)
def test_what_an_outsider_puts_in_a_files_place_stops_nothing(home: Home, answer: Fault) -> None:
    home.open_as("mallory", "my-branch", newer(home, "apple"), owner="mallory")
    fork = home.github.named("mallory/overlays")
    assert fork is not None
    blob = fork.git("rev-parse", "my-branch:overlays/apple.nix")
    fault = home.github.server.fail(f"GET .*/git/blobs/{blob}", answer)

    said = home.packages(home.bump("apple"))["apple"]

    assert (said["status"], said["pull_request"]["number"], fault.hits) == ("updated", 2, 1)


def test_whom_github_does_not_know_as_a_user_is_an_outsider(home: Home) -> None:
    """Such as an App, or an account that is gone."""
    number = home.open_as("robot", "my-branch", newer(home, "apple"), owner="robot")
    home.github.server.fail("GET .*/collaborators/robot/", problem(404, "robot is not a user"))
    said = home.packages(home.bump("apple"))["apple"]
    assert (said["status"], said["warnings"][-1]["message"]) == (
        "updated",
        f"pull request {number} of robot does the same",
    )


def test_labels_reviewers_assignees_milestone_and_draft(home: Home) -> None:
    home.hosted.collaborators["anna"] = "write"
    home.configure(
        "packages: {apple: {pull_request: {labels: [deps, nix], reviewers: [anna, me/core], "
        "assignees: [bert], milestone: 3, draft: true}}}\n"
    )

    home.bump("apple")

    pull = home.pull(1)
    assert (
        pull.labels,
        pull.reviewers,
        pull.teams,
        pull.assignees,
        pull.milestone,
        pull.draft,
    ) == (
        ["deps", "nix"],
        ["anna"],
        ["core"],
        ["bert"],
        3,
        True,
    )
    assert '"ready": true' in pull.body
    pull.labels.clear()
    home.bump("apple")
    assert pull.labels == []  # what people took away stays away


def test_outside_its_schedule_a_package_is_held_until_the_next_window(home: Home) -> None:
    now = datetime.now(UTC)
    later = (now + timedelta(days=2)).strftime("%a").lower()
    home.configure(f"packages: {{apple: {{pull_request: {{schedule: [{later}]}}}}}}\n")
    said = home.packages(home.bump())
    assert (said["apple"]["status"], said["apple"]["reason"]) == (
        "held",
        "`schedule:` does not allow it now",
    )
    assert datetime.fromisoformat(said["apple"]["until"]) > now
    assert said["pear"]["status"] == "updated"


def test_a_title_can_follow_a_template(home: Home) -> None:
    home.configure(
        "packages: {apple: {pull_request: {title: 'chore(deps): update {name} to {new}'}}}\n"
    )
    home.bump("apple")
    assert home.pull(1).title == "chore(deps): update apple to 2.0"
    assert home.hosted.git("show", "-s", "--format=%s", "updater/apple") == home.pull(1).title


STEPS = (
    "POST .*/git/trees",
    "POST .*/git/commits",
    "POST .*/git/refs",
    "POST .*/pulls$",
    "PATCH .*/issues/1$",
    "GRAPHQL defaultBranchRef",
    "GRAPHQL viewer",
    "GRAPHQL headRefName:",
    "GRAPHQL createPullRequest",
)
BY_REST = ("GET ", "POST .*/git/refs", "POST .*/pulls$", "PATCH .*/git/refs/")
"""What is sent to a host without GraphQL alone."""


def disturb(home: Home, step: str, refusal: str) -> Injection:
    """Let GitHub refuse one request; what only REST is asked for, it is asked without GraphQL."""
    match, _, body = step.partition("GRAPHQL ")
    home.github.graphql.missing = match.startswith(BY_REST)
    return home.github.server.fail(
        match or "POST .*/graphql", REFUSALS[refusal], times=1, body=body
    )


@pytest.mark.parametrize(("step", "refusal"), at_steps(STEPS, [*REFUSALS]))
def test_after_any_refusal_at_any_step_a_rerun_ends_as_if_nothing_had_happened(
    home: Home, step: str, refusal: str
) -> None:
    """Nothing twice, nothing lost; and a request that writes is sent once a run."""
    home.configure("packages: {apple: {pull_request: {labels: [deps], assignees: [bert]}}}\n")
    fault = disturb(home, step, refusal)

    disturbed = home.bump("apple")

    assert fault.hits == 1
    if (step.startswith("GRAPHQL") and refusal == "404") or (
        "issues" in step and refusal in ("404", "422")
    ):  # a host without it is asked by REST, or for each by itself
        assert disturbed.code == 0
        return
    assert disturbed.code == 1
    home.github.graphql.missing = False
    assert home.bump("apple").code == 0
    state, written = home.state(), home.writes()
    home.bump("apple")
    assert (home.state(), home.writes()) == (state, written)
    home.hosted.pulls.clear()
    delete_ref(home.hosted, "refs/heads/updater/apple")
    home.bump("apple")
    assert home.state() == state  # what an undisturbed run makes


LATER_STEPS = (
    "GET .*/compare/",
    "GET .*/commits/",
    "GET .*/pulls\\?",
    "GRAPHQL entries",
    "GRAPHQL o0: object",
    "GRAPHQL updateRefs",
    "POST .*/git/commits",
    "PATCH .*/git/refs/",
    "PATCH .*/pulls/1$",
    "POST .*/requested_reviewers",
    "PATCH .*/issues/1$",
)


@pytest.mark.parametrize(
    ("step", "refusal"),
    at_steps(LATER_STEPS, ["403 secondary limit", "422", "502", AFTER_THE_WORK]),
)
def test_after_a_refusal_of_a_newer_version_a_rerun_ends_as_if_nothing_had_happened(
    home: Home, step: str, refusal: str
) -> None:
    """The branch is moved and the same pull request edited; what was lost is made up for."""
    home.hosted.collaborators["anna"] = "write"
    home.configure("packages: {apple: {pull_request: {reviewers: [anna], milestone: 1}}}\n")
    first = "reviewers" in step or "issues" in step
    if not first:
        home.bump("apple")
        home.release("apple", "3.0")
    fault = disturb(home, step, refusal)

    is_done_otherwise = "issues" in step and refusal == "422"  # each by itself
    assert (home.bump("apple").code, fault.hits) == (0 if is_done_otherwise else 1, 1)
    home.github.graphql.missing = False
    assert home.bump("apple").code == 0

    state, written = home.state(), home.writes()
    assert home.bump("apple").code == 0
    assert (home.state(), home.writes()) == (state, written)
    (pull,) = home.hosted.pulls.values()
    assert (pull.title, pull.reviewers, pull.milestone) == (
        f"apple: 1.0 -> {'2.0' if first else '3.0'}",
        ["anna"],
        1,
    )
    assert home.version("updater/apple", "apple") == ("2.0" if first else "3.0")
    assert home.hosted.git("rev-list", "--count", "main..updater/apple") == "1"


def test_a_lost_answer_to_a_comment_does_not_make_a_second_one(home: Home) -> None:
    home.bump("apple")
    home.push("updater/apple", {"overlays/apple.nix": "# fixed by hand\n"})
    fault = home.github.server.fail("POST .*/comments", Lost(), times=1)
    codes = [home.bump("apple").code for _ in range(2)]
    assert (codes, fault.hits, len(home.pull(1).comments)) == ([1, 0], 1, 1)


def test_only_requests_that_read_are_repeated(home: Home) -> None:
    """A read that fails once costs nothing; a write that fails is left to the next run."""
    config = home.project.root / "config.yaml"
    config.write_text(config.read_text().replace("retries: 0", "retries: 2"))
    home.github.graphql.missing = True
    read = home.github.server.fail("GET .*/compare/", problem(502, "Server Error"), times=1)
    home.bump("apple")
    home.release("apple", "3.0")
    assert home.bump("apple").code == 0
    assert read.hits == 1
    write = home.github.server.fail("POST .*/git/commits", Lost(), times=1)
    home.release("apple", "4.0")
    before = len(home.github.server.requests("POST .*/git/commits"))
    assert home.bump("apple").code == 1
    assert (write.hits, len(home.github.server.requests("POST .*/git/commits"))) == (1, before + 1)


def test_a_failure_at_one_package_does_not_stop_the_next(home: Home) -> None:
    """And what was known of it before is told all the same."""
    fault = problem(500, "Server Error")
    home.github.server.fail("POST .*/graphql", fault, times=1, body="updateRefs")
    said = home.packages(home.bump())
    assert (said["apple"]["status"], said["pear"]["status"]) == ("failed", "updated")
    assert said["apple"]["error"]["stage"] == "publish"
    assert said["apple"]["warnings"] == [
        {"code": "major-version", "message": "a new major version: 1.0 -> 2.0"}
    ]


HINTS = {
    "missing right": (
        forbidden("contents=write"),
        "the token in GITHUB_TOKEN lacks a right: contents=write",
    ),
    "repository setting": (
        problem(403, "GitHub Actions is not permitted to create or approve pull requests."),
        (
            "turn on `Allow GitHub Actions to create and approve pull requests` in the "
            "repository's settings, Actions, General; it is off by default"
        ),
    ),
    "token": (
        problem(401, "Bad credentials"),
        "the token in GITHUB_TOKEN is not valid: renew it",
    ),
    "patience": (
        secondary_limit(3600),
        (
            "GitHub limits the rate of requests: run the command again in 60 minutes; it continues "
            "where it stopped"
        ),
    ),
}


REASONS = {
    "exists already": "A pull request already exists for me:updater/apple.",
    "no commits between": "No commits between main and updater/apple",
}


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_githubs_own_reason_is_told(home: Home, reason: str) -> None:
    home.github.graphql.missing = True
    home.github.server.fail("POST .*/pulls$", invalid("PullRequest", reason), times=1)
    error = home.packages(home.bump("apple"))["apple"]["error"]
    assert error["message"] == (
        f"me/overlays: cannot open a pull request: 422 Validation Failed; {reason}"
    )
    assert error["hint"] == (
        "somebody may have changed the repository meanwhile: run the command again"
    )
    assert home.bump("apple").code == 0
    assert list(home.hosted.pulls) == [1]


def refused(step: str, kind: str, message: str) -> Response:
    """A mutation of which one step was refused; the answer says nothing of the others."""
    error = {"type": kind, "path": [step], "message": message}
    return json_answer({"data": {step: None}, "errors": [error]})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            refused("updateRefs", "UNPROCESSABLE", "Reference update failed"),
            "cannot make the branch updater/apple: 422 Reference update failed",
        ),
        (
            json_answer({"errors": [{"message": "Something went wrong"}]}),
            "cannot write by GraphQL: 400 Something went wrong",
        ),
    ],
    ids=["the branch", "nobody knows"],
)
def test_graphqls_own_reason_is_told(home: Home, answer: Response, message: str) -> None:
    """Nothing is sent again by another way: it may have been done."""
    home.github.server.fail("POST .*/graphql", answer, times=1, body="createPullRequest")
    error = home.packages(home.bump("apple"))["apple"]["error"]
    assert error["message"] == f"me/overlays: {message}"
    assert home.hosted.pulls == {}
    assert home.bump("apple").code == 0


@pytest.mark.parametrize(
    "answer",
    [
        refused("updateRefs", "FORBIDDEN", "Resource not accessible by integration"),
        json_answer({"errors": [{"message": "no", "extensions": {"code": "undefinedField"}}]}),
    ],
    ids=["not for this token", "not known to this host"],
)
def test_what_graphql_does_not_do_is_done_by_rest(home: Home, answer: Response) -> None:
    home.github.server.fail("POST .*/graphql", answer, body="updateRefs")
    assert home.bump("apple").code == 0
    assert home.writes()[-2:] == ["POST /git/refs", "POST /pulls"]
    home.release("apple", "3.0")
    assert home.bump("apple").code == 0
    assert home.writes()[-2:] == ["PATCH /git/refs/heads/updater/apple", "PATCH /pulls/1"]


def test_what_somebody_pushed_meanwhile_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at all branches and the push of one, a person's commit may come."""
    home.bump("apple")
    home.release("apple", "3.0")
    commit = GitHubRepository.commit

    def slow(*arguments: Any) -> str:
        home.push("updater/apple", {"overlays/apple.nix": "# by hand\n"})
        return commit(*arguments)

    monkeypatch.setattr(GitHubRepository, "commit", slow)
    assert home.bump("apple").code == 1
    assert home.show("updater/apple", "overlays/apple.nix") == "# by hand"


def test_a_pull_request_takes_three_requests_that_write(home: Home) -> None:
    home.bump("apple")
    asked = home.github.server.requests("^(?:POST|PATCH|PUT|DELETE) ")
    writes = [one for one in asked if "/repos/" in one.path or b"mutation" in one.body]
    assert [one.path.rpartition("/")[2] for one in writes] == ["trees", "commits", "graphql"]


def test_labels_and_people_take_two_requests_more(home: Home) -> None:
    """One for reviewers, one for all else and the text; where GitHub refuses one, each alone."""
    home.hosted.collaborators["anna"] = "write"
    wants = "labels: [deps], assignees: [bert, {}], milestone: 3, reviewers: [anna]"
    apple, pear = (
        f"{{pull_request: {{{wants.format(name)}}}}}" for name in ("cleo", "nobody-knows")
    )
    home.configure(f"packages: {{apple: {apple}, pear: {pear}}}\n")
    home.bump("apple")
    assert home.writes()[2:] == ["POST /pulls/1/requested_reviewers", "PATCH /issues/1"]
    home.bump("pear")
    pulls = [home.pull(number) for number in (1, 2)]
    assert [(own.labels, own.milestone, own.reviewers) for own in pulls] == [
        (["deps"], 3, ["anna"])
    ] * 2
    assert [own.assignees for own in pulls] == [["bert", "cleo"], ["bert"]]
    written = home.writes()
    home.bump()
    assert home.writes() == written


@pytest.mark.parametrize(("refusal", "hint"), HINTS.values(), ids=HINTS)
def test_a_refusal_says_what_to_do(home: Home, refusal: Fault, hint: str) -> None:
    home.github.graphql.missing = True
    home.github.server.fail("POST .*/pulls$", refusal)
    error = home.packages(home.bump("apple"))["apple"]["error"]
    assert error["hint"] == hint
    assert re.match("me/overlays: cannot open a pull request: 40[13] ", error["message"])


def test_the_token_goes_to_the_api_host_only(home: Home) -> None:
    """And is in no output."""
    result = home.bump("-v")
    assert TOKEN not in result.out + result.err
    assert {one.authorization for one in home.index.server.requests()} == {None}
    assert {one.authorization for one in home.github.codeload.requests()} == set()
    api = home.github.server.requests("/api/")
    assert {one.authorization for one in api} <= {f"token {TOKEN}", f"Bearer {TOKEN}"}


def test_without_a_token_nothing_is_tried(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    result = home.bump()
    assert (result.code, result.json["error"]) == (
        2,
        {
            "stage": "arguments",
            "message": "pull requests in me/overlays need a token for github.com",
            "hint": "set GITHUB_TOKEN or GH_TOKEN to a token with the rights contents=write and "
            "pull_requests=write, nothing more",
        },
    )
    assert home.github.server.requests() == []


def test_automerge_is_for_built_updates_of_allowed_kinds(home: Home) -> None:
    """Nothing was built here, so that GitHub merges nothing by itself."""
    home.configure("packages: {apple: {pull_request: {automerge: true}}}\n")
    home.bump("apple")
    assert home.pull(1).automerge is False


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_token_follows_no_redirect_to_another_host(home: Home, name: str) -> None:
    """Another port of the same host is another server, too."""
    with Server(name=name) as elsewhere:
        home.github.graphql.missing = True
        elsewhere.route("GET", "/.*", lambda _: json_answer([]))
        home.github.server.fail("GET .*/pulls\\?", redirect(f"{elsewhere.url}/pulls", 301))
        result = home.bump("apple")
        assert (result.code, elsewhere.requests(), home.writes()) == (1, [], [])
