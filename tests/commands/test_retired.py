"""Pull requests with nothing left to propose are closed, where they are the updater's own."""

from __future__ import annotations

import base64
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commands.refusals import AFTER_THE_WORK, REFUSALS, at_steps
from tests.commands.repository import BOT, Home
from tests.loopback.git_data import make_commit, set_ref
from tests.loopback.hosting import PullRecord
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path


APPLE = "overlays/apple.nix#python3Packages.apple"
PEAR = "overlays/pear.nix#python3Packages.pear"
OTHER = flat_hash(b"another")
FRUIT = "packages: {'*': {pull_request: {group: fruit}}}\n"
ENDING = (
    "The updater therefore closes it. This does not decline any version.\n\n"
    "<!-- updater:retired -->\n"
)


def take(home: Home, *names: str, branch: str = "") -> None:
    """Somebody brings to the base what a branch of the updater has, and a remark."""
    paths = [f"overlays/{name}.nix" for name in names]
    found = [
        home.show(branch or f"updater/{name}", path)
        for name, path in zip(names, paths, strict=True)
    ]
    home.push(
        "main", {path: f"# by hand\n{text}\n" for path, text in zip(paths, found, strict=True)}
    )


def said(*lines: str, ending: str = ENDING) -> list[tuple[str, str]]:
    """The one comment."""
    listed = "\n".join(lines)
    return [(BOT, f"Nothing is left for this pull request to propose:\n\n{listed}\n\n{ending}")]


def assert_closed(home: Home, *lines: str) -> None:
    """Pull request 1 is closed with one comment, its branch is gone, and no rerun touches it."""
    pull, about = home.pull(1), re.compile(r"/(pulls|issues)/1\b|/updater/(apple|fruit)$")
    assert (pull.state, pull.comments) == ("closed", said(*lines))
    assert home.branch(pull.branch) is None
    before, written = home.state()["pulls"][1], list(filter(about.search, home.writes()))
    assert home.bump().code == 0
    assert home.state()["pulls"][1] == before
    assert list(filter(about.search, home.writes())) == written


def test_what_somebody_brought_to_the_base_is_closed_and_told(home: Home) -> None:
    """The report names the pull request; what it told stays readable."""
    home.bump()
    body = home.pull(1).body
    take(home, "apple")

    result = home.bump()

    packages = home.packages(result)
    assert (result.code, packages["apple"]["status"]) == (0, "current")
    assert packages["apple"]["pull_request"] == {
        "url": f"{home.github.url}/me/overlays/pull/1",
        "number": 1,
        "state": "closed",
    }
    assert packages["pear"]["pull_request"]["state"] == "open"
    assert result.err == (
        "updater: pull request 1 has nothing left to propose, and was closed "
        f"({APPLE}: main has 2.0 already)\n"
    )
    assert home.pull(1).body.partition("<!-- updater: ")[0] == body.partition("<!-- updater: ")[0]
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")
    assert home.pull(2).state == "open"


def test_a_run_about_another_package_closes_it_too(home: Home) -> None:
    home.bump()
    take(home, "apple")
    assert home.bump("pear").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_another_pull_request_that_was_merged_has_it(home: Home) -> None:
    home.bump("apple")
    text = home.show("updater/apple", "overlays/apple.nix")
    number = home.open_as("anna", "my-branch", {"overlays/apple.nix": f"{text}\n"})
    home.merge(number)
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_it_declines_no_version(home: Home) -> None:
    """Back at the old version, the package is proposed again, in a pull request of its own."""
    home.bump("apple")
    old = home.show("main", "overlays/apple.nix")
    take(home, "apple")
    home.bump("apple")
    home.push("main", {"overlays/apple.nix": f"{old}\n"})

    package = home.packages(home.bump("apple"))["apple"]

    assert (package["status"], package["pull_request"]["number"]) == ("updated", 2)


def test_the_same_hash_in_another_form_is_the_same(home: Home) -> None:
    home.bump("apple")
    text = home.show("updater/apple", "overlays/apple.nix")
    sri = text.split('hash = "')[1].split('"')[0]
    digits = base64.b64decode(sri.removeprefix("sha256-")).hex()
    by_hand = text.replace(f'hash = "{sri}"', f'sha256 = "{digits}"')
    assert by_hand != text
    home.push("main", {"overlays/apple.nix": f"{by_hand}\n"})
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_another_hash_of_the_same_version_is_not_the_same(home: Home) -> None:
    """One of the two is wrong, and it need not be the updater's."""
    home.bump("apple")
    old = home.show("main", "overlays/apple.nix")
    home.push(
        "main",
        {"overlays/apple.nix": old.replace('"1.0"', '"2.0"').replace(FAKE, OTHER) + "\n"},
    )
    home.bump("apple")
    assert (home.pull(1).state, home.pull(1).comments) == ("open", [])


def test_another_hash_beside_the_same_source_is_left_to_propose(home: Home, tmp_path: Path) -> None:
    """Somebody raised the version and forgot what is made from the source."""
    planned = home.packages(home.project.run("bump", "apple", "--dry-run", "--json"))["apple"]
    text = pypi_overlay("apple", "1.0", sri=FAKE)
    home.push("main", {"overlays/apple.nix": text.replace("\n\n", f'\ncargoHash = "{FAKE}";\n')})
    result = {"package": APPLE, "version": "2.0", "ref": None, "commit": None, "asked": None}
    result |= {"command": "bump", "hash": planned["hash"]["value"], "build": None}
    (tmp_path / "apple.json").write_text(json.dumps(result | {"built": {"cargoHash": OTHER}}))
    done = home.project.run("publish", str(tmp_path))
    assert done.code == 0, done.out
    proposed = home.show("updater/apple", "overlays/apple.nix")

    home.push("main", {"overlays/apple.nix": proposed.replace(OTHER, FAKE)})
    assert home.bump("apple").code == 0
    assert (home.pull(1).state, home.pull(1).comments) == ("open", [])

    home.push("main", {"overlays/apple.nix": f"{proposed}\n"})
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_a_newer_version_on_the_base_leaves_nothing_to_propose(home: Home) -> None:
    home.bump("apple")
    old = home.show("main", "overlays/apple.nix")
    newer = old.replace('"1.0"', '"3.0"').replace(FAKE, home.release("apple", "3.0"))
    home.push("main", {"overlays/apple.nix": f"{newer}\n"})
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 3.0, which is newer than 2.0")


def test_an_older_version_that_somebody_asked_for_stays_open(home: Home) -> None:
    """The base had the newer one before, and nobody touched it since."""
    home.add("fig", version="3.0", sri=None)
    home.release("fig", "2.5")
    assert home.bump("fig", "--to", "2.5").code == 0
    state = home.state()
    assert home.bump("fig").code == 0
    assert home.state() == state
    assert home.pull(1).state == "open"


@pytest.mark.parametrize("left", [None, "self: super: { }\n"], ids=["file", "attribute"])
def test_a_package_that_was_removed_has_nothing_left_to_propose(
    home: Home, left: str | None
) -> None:
    home.bump()
    home.push("main", {"overlays/apple.nix": left})
    assert home.bump().code == 0
    assert_closed(home, f"- `{APPLE}`: main no longer has the package")


def test_a_package_whose_file_cannot_be_parsed_is_not_held_to_be_removed(home: Home) -> None:
    home.bump()
    home.push("main", {"overlays/apple.nix": "self: super: { = }\n"})
    home.bump()
    assert (home.pull(1).state, home.pull(1).comments) == ("open", [])


def test_a_package_that_only_this_configuration_leaves_out_stays_proposed(home: Home) -> None:
    """The base has it still: somebody else's run may care for it."""
    home.bump()
    home.configure("overlays: [overlays/pear.nix]\n")
    assert home.bump().code == 0
    assert [one.state for one in home.hosted.pulls.values()] == ["open", "open"]


@pytest.mark.parametrize("name", ["fig", "apple"], ids=["its own", "of the same name"])
def test_a_package_of_another_project_in_the_repository_stays_proposed(
    home: Home, name: str
) -> None:
    """Its files lie in another folder; here such a file is missing, or has the version."""
    home.bump("apple")
    take(home, "apple")
    home.bump("apple")
    home.project.git("init", "--quiet")
    other = home.project.root / "other"
    file = other / "overlays" / f"{name}.nix"
    file.parent.mkdir(parents=True)
    file.write_text(pypi_overlay(name, "1.0", sri=FAKE))
    shutil.copy(home.project.root / "config.yaml", other)
    for version in ("1.0", "2.0"):
        home.release(name, version)
    home.push("main", {f"other/overlays/{name}.nix": file.read_text()})
    assert home.bump("-C", str(other)).code == 0
    assert home.pull(2).branch == f"updater/{name}@other"
    state = home.state()

    assert home.bump("apple").code == 0

    assert home.state() == state
    assert (home.pull(2).state, home.pull(2).comments) == ("open", [])


def test_a_branch_stays_from_which_somebody_else_proposes_too(home: Home) -> None:
    """Such as to an older branch: GitHub closes what is open from a branch that is deleted."""
    home.bump("apple")
    set_ref(home.hosted, "refs/heads/stable", home.branch("main") or "")
    head = home.branch("updater/apple") or ""
    theirs = PullRecord(9, "anna", "theirs", "", "stable", "updater/apple", head, home.hosted)
    home.hosted.pulls[9] = theirs
    take(home, "apple")

    assert home.bump("apple").code == 0

    assert (home.pull(1).state, theirs.state) == ("closed", "open")
    assert home.branch("updater/apple") is not None


def test_a_group_is_closed_where_nothing_is_left_of_any_member(home: Home) -> None:
    home.configure(FRUIT)
    home.bump()
    take(home, "apple", branch="updater/fruit")
    home.bump()
    assert (home.pull(1).state, home.pull(1).title) == ("open", "pear: 1.0 -> 2.0")
    home.push("main", {"overlays/pear.nix": None})

    assert home.bump().code == 0

    assert_closed(home, f"- `{PEAR}`: main no longer has the package")


def test_both_members_of_a_group_are_told_of(home: Home) -> None:
    home.configure(FRUIT)
    home.bump()
    take(home, "apple", "pear", branch="updater/fruit")
    assert home.bump().code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already", f"- `{PEAR}`: main has 2.0 already")


def test_a_persons_commits_are_left_and_commented_on_once(home: Home) -> None:
    """Handed back, it is closed, and told that it is."""
    home.bump("apple")
    text = home.show("updater/apple", "overlays/apple.nix")
    theirs = home.push("updater/apple", {"mine": "x"})
    home.push("main", {"overlays/apple.nix": f"{text}\n"})
    ending = (
        f"The branch has commits that the updater did not make ({theirs[:12]}), so it leaves both "
        f"as they are: close this pull request, or keep it.\n\n<!-- updater:retired {theirs} -->\n"
    )

    results = [home.bump("apple") for _ in range(2)]

    assert [result.code for result in results] == [0, 0]
    note = (
        "updater: pull request 1 has nothing left to propose, and stays open, since its branch has "
        f"commits of others, such as {theirs[:12]} ({APPLE}: main has 2.0 already)\n"
    )
    assert [result.err for result in results] == [note, note]
    assert home.packages(results[1])["apple"]["pull_request"]["state"] == "open"
    pull = home.pull(1)
    line = f"- `{APPLE}`: main has 2.0 already"
    assert (pull.state, pull.comments) == ("open", said(line, ending=ending))
    assert home.branch("updater/apple") == theirs

    pull.body = pull.body.replace("- [ ] <!--", "- [x] <!--")
    assert home.bump("apple").code == 0
    assert (pull.state, pull.comments) == ("closed", said(line, ending=ending) + said(line))


def test_a_branch_that_was_handed_back_is_closed(home: Home) -> None:
    home.bump("apple")
    take(home, "apple")
    home.push("updater/apple", {"mine": "x"})
    home.pull(1).body = home.pull(1).body.replace("- [ ] <!--", "- [x] <!--")
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_a_merge_of_the_base_is_no_persons_commit(home: Home) -> None:
    home.bump("apple")
    take(home, "apple")
    base, head = home.branch("main") or "", home.branch("updater/apple") or ""
    tree = home.hosted.git("rev-parse", f"{base}^{{tree}}")
    merged = make_commit(home.hosted, tree, (head, base), "Merge branch 'main' into updater/apple")
    set_ref(home.hosted, "refs/heads/updater/apple", merged)
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


@pytest.mark.parametrize("owner", ["me", "mallory"])
def test_what_somebody_else_opened_is_left_alone(home: Home, owner: str) -> None:
    """Also with the updater's marker and branch name."""
    home.bump("apple")
    body = home.pull(1).body
    take(home, "apple")
    home.bump("apple")
    number = home.open_as("mallory", "updater/apple", {"x": "y"}, owner=owner)
    home.pull(number).body = body
    state = home.state()
    assert home.bump("apple").code == 0
    assert home.state() == state


def test_without_a_suspicion_nothing_more_is_asked(home: Home) -> None:
    """An open pull request whose package waits costs a run about others no request."""
    home.bump()
    asked = len(home.github.server.requests("/me/overlays/"))
    home.bump("pear")
    assert len(home.github.server.requests("/me/overlays/")) == asked  # GraphQL told it all


WITHDRAWN = {
    "yanked": ("", "2.0 is yanked: broken wheel"),
    "gone": ("", "upstream has no 2.0 any more"),
    "ignore": ("packages: {fig: {ignore: ['2.*']}}\n", "2.0 is in \\`ignore\\`"),
    "allow": ("packages: {fig: {allow: '<2'}}\n", "2.0 is outside \\`allow: &lt;2\\`"),
    "hold": ("packages: {fig: {hold: it breaks us}}\n", "\\`hold:\\` says: it breaks us"),
}


@pytest.mark.parametrize("how", WITHDRAWN)
def test_a_version_that_may_not_be_taken_any_more_is_closed(home: Home, how: str) -> None:
    """By upstream or by the configuration; it declines no version, should it come back."""
    configured, why = WITHDRAWN[how]
    home.add("fig", sri=None)
    home.release("fig", "2.0")
    home.bump("fig")
    if not configured:
        home.index.withdraw("fig", "2.0", "broken wheel" if how == "yanked" else None)
    home.configure(configured)

    assert home.bump("fig").code == 0

    line = f"- `overlays/fig.nix#python3Packages.fig`: {why}"
    assert (home.pull(1).state, home.pull(1).comments) == ("closed", said(line))
    assert home.branch("updater/fig") is None


def test_a_version_that_may_be_taken_instead_moves_the_pull_request(home: Home) -> None:
    home.release("apple", "1.5")
    home.bump("apple")
    home.configure("packages: {apple: {ignore: ['2.*']}}\n")
    assert home.bump("apple").code == 0
    pull = home.pull(1)
    assert (pull.state, pull.title, pull.comments) == ("open", "apple: 1.0 -> 1.5", [])


TAKEOVERS = {
    "alone": ("", "updater/apple", "apple: 2.0 -> 3.0"),
    "in a group": (FRUIT, "updater/fruit", "fruit: update 2 packages"),
    "where no more may be open": ("max_open: 1\n", "updater/apple", "apple: 2.0 -> 3.0"),
}


@pytest.mark.parametrize(
    ("configured", "branch", "title"),
    [
        pytest.param(*case, id=name, marks=[] if name == "alone" else pytest.mark.thorough)
        for name, case in TAKEOVERS.items()
    ],
)
def test_a_newer_version_takes_over_from_one_that_was_taken_by_hand(
    home: Home, configured: str, branch: str, title: str
) -> None:
    home.configure(configured)
    home.bump(*() if configured else ("apple",))
    take(home, "apple", branch=branch)
    home.release("apple", "3.0")
    assert home.bump(*() if configured else ("apple",)).code == 0
    pull = home.pull(1)
    assert (pull.state, pull.title, pull.comments) == ("open", title, [])
    assert list(home.hosted.pulls) == [1]
    assert pull.body.startswith("**apple** `2.0` → `3.0` ")
    assert home.hosted.git("rev-parse", f"{branch}^") == home.hosted.git("rev-parse", "main")


def test_a_version_that_a_failed_look_up_does_not_show_stays_proposed(home: Home) -> None:
    """Only what upstream says counts, not that it says nothing."""
    home.bump("apple")
    home.index.server.fail("GET .*/apple/", REFUSALS["502"], times=99)
    home.bump("apple")
    assert (home.pull(1).state, home.pull(1).comments) == ("open", [])


STEPS = (
    "GET .*/git/blobs/BLOB",
    "POST .*/issues/1/comments",
    "PATCH .*/pulls/1$",
    "DELETE .*/git/refs/heads/updater/apple",
)
BREAKS = (
    "403 secondary limit",
    "422",
    "502",
    "connection lost before the work",
    AFTER_THE_WORK,
)


@pytest.mark.parametrize(("step", "refusal"), at_steps(STEPS, BREAKS))
def test_closing_that_broke_off_goes_on_in_the_next_run(
    home: Home, step: str, refusal: str
) -> None:
    """One comment, closed, no branch left behind, whatever was refused or lost."""
    home.bump("apple")
    take(home, "apple")
    blob = home.hosted.git("rev-parse", "updater/apple:overlays/apple.nix")
    # What GraphQL tells at once is asked for one by one where there is none.
    home.github.graphql.missing = step.startswith("GET ") and "BLOB" not in step
    fault = home.github.server.fail(step.replace("BLOB", blob), REFUSALS[refusal], times=1)

    disturbed = home.bump("apple")

    assert (disturbed.code, fault.hits) == (1, 1)
    assert home.packages(disturbed)["apple"]["status"] == "current"
    assert home.bump("apple").code == 0
    assert_closed(home, f"- `{APPLE}`: main has 2.0 already")


def test_what_cannot_be_closed_keeps_nothing_else_from_being_tidied(home: Home) -> None:
    home.bump()
    home.merge(2)
    take(home, "apple")
    home.github.server.fail("PATCH .*/pulls/1$", REFUSALS["422"], times=1)
    assert home.bump().code == 1
    assert home.branch("updater/pear") is None


@pytest.mark.parametrize(
    ("rev", "event"),
    [
        ("v${version}", "deleted"),
        ("a commit", "deleted"),
        ("v${version}", "moved, and too young"),
        ("a commit", "moved"),
    ],
)
def test_a_tag_that_was_deleted_or_moved_takes_its_pull_request_along(
    home: Home, tmp_path: Path, rev: str, event: str
) -> None:
    """A commit is what its tag says, too; what the tag names by now is proposed if it may be."""
    repository = home.github.repository("o", "fig")
    old, new, newest = (repository.commit({"a": text}) for text in "123")
    repository.tag("v1.0", old)
    repository.tag("v2.0", new)
    sri = unpacked_hash(repository, old, tmp_path)
    text = github_overlay("fig", "1.0", sri=sri, rev=old if rev == "a commit" else rev)
    home.project.overlay("fig.nix", text)
    home.push("main", {"overlays/fig.nix": text})
    home.bump("fig")
    assert home.pull(1).title == "fig: 1.0 -> 2.0"
    if event == "deleted":
        repository.delete("refs/tags/v2.0")
        why = f"no tag of upstream names {new[:12]} any more, which was 2.0"
    else:
        repository.tag("v2.0", newest)
        why = f"tag v2.0 names {newest[:12]} by now, and {new[:12]} no more"
    if event == "moved, and too young":
        home.configure("defaults: {build: {enabled: false}, minimum_release_age: 36500d}\n")

    assert home.bump("fig").code == 0

    pull = home.pull(1)
    if event == "moved":
        now = home.show("updater/fig", "overlays/fig.nix")
        assert (newest in now, unpacked_hash(repository, newest, tmp_path) in now) == (True, True)
        assert (pull.state, pull.comments) == ("open", [])
    else:
        line = f"- `overlays/fig.nix#python3Packages.fig`: {why}"
        assert (pull.state, pull.comments) == ("closed", said(line))
