"""`updater bump --output DIR`, then `updater publish DIR`: results are not trusted."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.repository import Home
from tests.loopback.faults import Drop
from tests.loopback.messages import text
from tests.project import FAKE, github_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

CHECKS = [
    {"name": "evaluation", "status": "passed", "detail": ""},
    {"name": "build", "status": "passed", "detail": "python3Packages.apple"},
    {"name": "imports", "status": "passed", "detail": "apple"},
    {"name": "version", "status": "passed", "detail": "2.0"},
]
PASSED = {
    "status": "passed",
    "attribute": "python3Packages.apple",
    "seconds": 1.5,
    "phase": "",
    "tail": "",
    "diagnosis": None,
    "sandboxed": True,
    "beside": [],
    "checks": CHECKS,
}


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository with a package that is behind."""
    made = Home.made(project, github, index, monkeypatch)
    made.add("apple")
    made.release("apple", "2.0")
    return made


@pytest.fixture
def results(home: Home, tmp_path: Path) -> Path:
    """What the build job leaves, without a token."""
    folder = tmp_path / "results"
    assert home.project.run("bump", "--dry-run", "--output", str(folder)).code == 0
    return folder


def edited(folder: Path, **changes: Any) -> None:
    """Change the one result."""
    (file,) = folder.iterdir()
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_results_name_what_was_found_and_no_path_comes_from_upstream(results: Path) -> None:
    (file,) = results.iterdir()
    assert file.name.startswith("python3Packages.apple-")
    said = json.loads(file.read_text())
    assert said["hash"].startswith("sha256-")
    assert said | {"hash": ""} == {
        "schema": 1,
        "package": "overlays/apple.nix#python3Packages.apple",
        "version": "2.0",
        "ref": None,
        "commit": None,
        "asked": None,
        "command": "bump",
        "hash": "",
        "built": {},
        "build": {
            "status": "skipped",
            "attribute": "",
            "seconds": 0.0,
            "phase": "--dry-run",
            "tail": "",
            "diagnosis": None,
            "sandboxed": None,
            "beside": [],
            "checks": [],
        },
        "adaptations": [],
    }


def test_publish_opens_the_pull_request_that_bump_would(home: Home, results: Path) -> None:
    edited(results, build=PASSED)
    result = home.project.run("publish", str(results), "--json")
    assert (result.code, result.json["packages"][0]["pull_request"]["number"]) == (0, 1)
    assert home.version("updater/apple", "apple") == "2.0"
    assert "| build | pass (`python3Packages.apple`), reported by the build job |" in (
        home.pull(1).body
    )
    assert home.project.run("publish", str(results)).code == 0
    assert list(home.hosted.pulls) == [1]


LIES = {
    "version": ({"version": "1.5"}, "version: 1.5 was reported, 2.0 is found"),
    "ref": ({"ref": "v2.0"}, "ref: v2.0 was reported, none is found"),
    "commit": ({"commit": "0" * 40}, f"commit: {'0' * 40} was reported, none is found"),
    "hash": ({"hash": FAKE}, f"hash: {FAKE} was reported, sha256-"),
}


@pytest.mark.parametrize(("lie", "message"), LIES.values(), ids=LIES)
def test_any_difference_is_refused(
    home: Home, results: Path, lie: dict[str, str], message: str
) -> None:
    edited(results, **lie)
    result = home.project.run("publish", str(results), "--json")
    (package,) = result.json["packages"]
    assert (result.code, package["error"]["stage"]) == (1, "publish")
    assert package["error"]["message"].startswith(
        f"the results differ from what is found now: {message}"
    )
    assert (home.hosted.pulls, home.writes()) == ({}, [])


HOSTILE: dict[str, dict[str, Any]] = {
    "Nix in the version": {"version": "1.0${builtins.readFile /etc/passwd}"},
    "option as a ref": {"ref": "--upload-pack=x"},
    "line in the commit": {"commit": "a" * 39 + "\n"},
    "hash that is none": {"hash": "sha256-AAAA\n::set-output"},
    "line end after the version": {"version": "2.0\n"},
    "line end after the commit": {"commit": "a" * 40 + "\n"},
    "line end after the hash": {"hash": f"{FAKE}\n"},
    "line end after a built hash": {"built": {"x": f"{FAKE}\n"}},
    "too many built hashes": {"built": {str(one): FAKE for one in range(51)}},
    "number that is none": {"build": PASSED | {"seconds": float("nan")}},
    "truth as a number": {"build": PASSED | {"sandboxed": 1}},
    "check that is none": {
        "build": PASSED | {"checks": [{"name": "trust", "status": "passed", "detail": ""}]}
    },
    "too many checks": {"build": PASSED | {"checks": CHECKS * 2}},
    "unknown key in the build": {"build": PASSED | {"run": "rm -rf /"}},
    "unknown key": {"run": "rm -rf /"},
    "another type": {"version": ["2.0"]},
    "option as what was asked": {"asked": "--dry-run"},
    "Nix in what was asked": {"asked": "1.0${x}"},
    "log without end": {"build": PASSED | {"tail": "x" * 30_000}},
    "another schema": {"schema": 2},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE)
def test_a_result_that_bump_would_not_write_stops_all(
    home: Home, results: Path, changes: dict[str, Any]
) -> None:
    edited(results, **changes)
    result = home.project.run("publish", str(results), "--json")
    assert (result.code, result.json["error"]["hint"]) == (
        2,
        "nothing was published; do not trust the job that wrote it",
    )
    assert home.github.server.requests("/api/") == []


def test_a_package_that_the_base_does_not_have_is_no_path(home: Home, results: Path) -> None:
    edited(results, package="../../etc/passwd#x")
    result = home.project.run("publish", str(results))
    assert (result.code, home.writes()) == (3, [])


def test_a_result_for_a_package_that_its_job_was_not_given_is_refused(
    home: Home, results: Path
) -> None:
    """A job that ran one package's code says nothing of another's build."""
    home.add("pear")
    result = home.project.run("publish", str(results), "pear", "--json")
    assert (result.code, result.json["error"]["message"], home.writes()) == (
        2,
        (
            "a result is about overlays/apple.nix#python3Packages.apple, which is not one of the "
            "given packages"
        ),
        [],
    )


def test_the_version_that_was_asked_for_is_not_the_results_to_say(
    home: Home, tmp_path: Path
) -> None:
    """Found again only where publish itself is told of it."""
    home.release("apple", "1.5")
    folder = tmp_path / "asked"
    asked = ("apple", "--to", "1.5")
    assert home.project.run("bump", *asked, "--dry-run", "--output", str(folder)).code == 0
    unasked = home.project.run("publish", str(folder))
    assert (unasked.code, unasked.err) == (
        2,
        (
            "updater: overlays/apple.nix#python3Packages.apple: `bump` was given '1.5', "
            "but `publish` 'the newest version'\nhint: give `publish` the --to that you gave "
            "`bump`; if you gave none, do not trust the job that wrote the results\n"
        ),
    )
    assert home.writes() == []
    assert home.project.run("publish", str(folder), *asked).code == 0
    assert home.version("updater/apple", "apple") == "1.5"


def test_a_link_out_of_the_folder_is_not_followed(home: Home, results: Path) -> None:
    os.symlink("/etc/hostname", results / "z.json")  # noqa: PTH211 - as an artifact has it
    result = home.project.run("publish", str(results))
    assert (result.code, home.writes()) == (2, [])


def test_a_file_that_is_too_large_is_not_read(home: Home, results: Path) -> None:
    (results / "z.json").write_bytes(b" " * (256 * 1024 + 1))
    result = home.project.run("publish", str(results))
    assert (result.code, "larger than 262144 bytes" in result.err) == (2, True)


def test_a_fifo_does_not_hang(home: Home, results: Path) -> None:
    os.mkfifo(results / "z.json")
    assert home.project.run("publish", str(results)).code == 2


def test_markup_in_the_reported_build_cannot_act(home: Home, results: Path) -> None:
    told = {"code": "x", "message": "@everyone <img src=x> closes #1 | `", "hint": ""}
    checks = [{"name": "build", "status": "failed", "detail": "`@me` | <b>"}]
    build = PASSED | {"status": "failed", "phase": "build", "diagnosis": told, "checks": checks}
    edited(results, build=build)
    home.project.run("publish", str(results))
    (line,) = [one for one in home.pull(1).body.splitlines() if one.startswith("| build |")]
    assert line == (
        "| build | **fail** (`` `@\u200bme` ❘ <b> ``): "
        "@\u200beveryone &lt;img src=x&gt; closes #\u200b1 \\| \\`, reported by the build job |"
    )
    assert home.pull(1).draft is True


def test_automerge_is_enabled_for_an_allowed_kind_that_was_built(home: Home, results: Path) -> None:
    """1.0 -> 2.0 is a major update, and patch alone would not allow it."""
    home.hosted.required_checks = ("test",)
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [major]}}}\n")
    home.project.run("publish", str(results))
    assert home.pull(1).automerge is True


@pytest.mark.parametrize(
    ("checks", "rules", "merged"),
    [
        ((), (), False),
        ((), ("deletion", "pull_request"), False),
        (("test",), (), True),
        ((), ("deletion", "required_status_checks"), True),
        ((), ("workflows",), True),
    ],
)
def test_another_jobs_word_for_a_build_merges_nothing_that_github_does_not_check(
    home: Home, results: Path, checks: tuple[str, ...], rules: tuple[str, ...], *, merged: bool
) -> None:
    """Whoever can change what that job leaves could have anything merged."""
    home.hosted.required_checks, home.hosted.rules = checks, rules
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [major]}}}\n")
    said = home.project.run("publish", str(results)).err
    assert home.pull(1).automerge is merged
    note = (
        "updater: pull request 1 is not merged by itself: another job reports its build, and main "
        "requires no check of GitHub's\n"
    )
    assert (note in said) is not merged
    before = len(home.github.server.requests("/api/"))
    assert note not in home.project.run("publish", str(results)).err
    assert len(home.github.server.requests("/api/")) - before == (5 if merged else 4)


@pytest.mark.parametrize(
    ("state", "merged", "note"),
    [
        ("SUCCESS", True, ""),
        ("PENDING", True, ""),
        ("FAILURE", False, "pull request 1 is not merged by itself any more: a check failed\n"),
        ("ERROR", False, "pull request 1 is not merged by itself any more: a check failed\n"),
        ("forbidden", True, "auto-merge heeds the required checks alone, unless the token has th"),
    ],
)
def test_a_check_that_fails_later_takes_automerge_back(
    home: Home, results: Path, state: str, note: str, *, merged: bool
) -> None:
    """Also one that is not required, for which GitHub itself would not wait."""
    home.hosted.required_checks = ("test",)
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [major]}}}\n")
    home.project.run("publish", str(results))
    home.hosted.checks = state
    for _ in range(2):
        said = home.project.run("publish", str(results))
        assert (home.pull(1).automerge, said.code) == (merged, 0)
        assert note in said.err if note else said.err == ""
        note = note if state == "forbidden" else ""
    asked = home.github.server.requests("POST .*/graphql")
    alone = [one for one in asked if b"$commit: GitObjectID" in one.body]
    assert len(alone) == (2 if state == "forbidden" else 0)  # asked with all the rest


@pytest.mark.parametrize(
    ("state", "merged"),
    [("SUCCESS", True), ("PENDING", False), ("EXPECTED", False), ("FAILURE", False)],
)
def test_automerge_is_not_turned_on_while_a_check_fails_or_runs(
    home: Home, results: Path, state: str, *, merged: bool
) -> None:
    """The run that opened the pull request broke off before; the next one finds its checks."""
    home.hosted.required_checks = ("test",)
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [major]}}}\n")
    home.github.server.fail("graphql", Drop(), times=1, body="enablePullRequestAutoMerge")
    assert home.project.run("publish", str(results)).code == 1
    home.hosted.checks = state
    home.project.run("publish", str(results))
    assert home.pull(1).automerge is merged
    home.hosted.checks = "SUCCESS"
    home.project.run("publish", str(results))
    assert home.pull(1).automerge is (state != "FAILURE")


def test_automerge_is_not_enabled_for_another_kind(home: Home, results: Path) -> None:
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [patch, minor]}}}\n")
    home.project.run("publish", str(results))
    assert home.pull(1).automerge is False


@pytest.mark.parametrize(("kind", "merged"), [("pin", False), ("patch", False), ("other", True)])
def test_an_update_from_date_to_date_is_no_pin(
    home: Home, tmp_path: Path, kind: str, *, merged: bool
) -> None:
    """Version, hash and commit all change, though PEP 440 knows neither label."""
    tool = home.github.repository("o", "tool")
    for day in ("2024-01-15", "2024-02-20"):
        tool.tag(day, tool.commit({"day": day}))
    overlay = github_overlay("tool", "2024-01-15", rev="${version}", sri=FAKE)
    home.project.overlay("tool.nix", overlay)
    home.hosted.commit({"overlays/tool.nix": overlay})
    home.hosted.settle()
    home.configure(f"packages: {{tool: {{pull_request: {{automerge: [{kind}]}}}}}}\n")
    home.hosted.required_checks = ("test",)
    folder = tmp_path / "results"
    assert home.project.run("bump", "tool", "--dry-run", "--output", str(folder)).code == 0
    edited(folder, build=PASSED)

    assert home.project.run("publish", str(folder)).code == 0

    assert (home.pull(1).title, home.pull(1).automerge) == (
        "tool: 2024-01-15 -> 2024-02-20",
        merged,
    )
    assert " `2024-02-20` · other · " in home.pull(1).body


def test_automerge_is_taken_back_before_an_update_that_may_not(home: Home, results: Path) -> None:
    """The new version was not built: it is not pushed while GitHub would merge it."""
    home.hosted.required_checks = ("test",)
    edited(results, build=PASSED)
    home.configure("packages: {apple: {pull_request: {automerge: [major]}}}\n")
    home.project.run("publish", str(results))
    home.release("apple", "3.0")
    home.bump("apple")
    assert (home.pull(1).title, home.pull(1).automerge) == ("apple: 1.0 -> 3.0", False)
    requests = home.github.server.requests()
    bodies = [b"disablePullRequestAutoMerge" in one.body for one in requests]
    pushes = [b"updateRefs(" in one.body for one in requests]
    assert (bodies.count(True), pushes.count(True)) == (1, 2)  # it was made, and is moved
    assert bodies.index(True) < pushes.index(True, pushes.index(True) + 1)


def test_what_was_asked_for_is_found_again(home: Home, tmp_path: Path) -> None:
    """Also a version below the pinned one; the body says that it goes down, and who wanted it."""
    home.release("apple", "0.9")
    home.release("apple", "1.5")
    results = tmp_path / "asked"
    bump = ("bump", "apple", "--to", "0.9", "--dry-run", "--output", str(results))
    assert home.project.run(*bump).code == 0

    assert home.project.run("publish", str(results), "--to", "0.9").code == 0

    pull = home.pull(1)
    assert (pull.title, home.version("updater/apple", "apple")) == ("apple: 1.0 -> 0.9", "0.9")
    assert "⚠️ **The version goes down: 1.0 -&gt; 0.9.** ✅ hash" in pull.body
    assert "major version" not in pull.body
    assert "\nSomebody asked for `0.9` with `--to`.\n" in pull.body


def test_results_of_runs_that_were_asked_for_different_things_are_refused(
    home: Home, tmp_path: Path
) -> None:
    """Each of them needs a `publish` of its own, which says what was asked for."""
    home.add("pear")
    home.release("pear", "2.0")
    home.release("pear", "3.0")
    folder = str(tmp_path / "asked")
    for arguments in (("apple",), ("pear", "--to", "2.0")):
        assert home.project.run("bump", *arguments, "--dry-run", "--output", folder).code == 0
    assert home.project.run("publish", folder).code == 2
    assert home.writes() == []


def test_another_answer_to_what_was_asked_is_refused(home: Home, tmp_path: Path) -> None:
    """The result says that 2.0 was asked for, and tells of 1.5."""
    home.release("apple", "1.5")
    results = tmp_path / "asked"
    home.project.run("bump", "apple", "--to", "1.5", "--dry-run", "--output", str(results))
    edited(results, asked="2.0")
    result = home.project.run("publish", str(results), "--to", "2.0", "--json")
    (package,) = result.json["packages"]
    assert result.code == 1
    assert "version: 1.5 was reported, 2.0 is found" in package["error"]["message"]
    assert home.hosted.pulls == {}


def test_the_dashboard_shows_what_is_found_of_all_and_what_the_build_job_says_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    """Its word counts where the package is behind: it publishes and fails nothing, and cannot act.

    Of fig, which is held, of pear, which cannot be looked up, and of lime, which is new, the job
    could say anything.
    """
    home.add("fig", "kiwi", "nut", "pear", "plum")
    home.add("lime", sri=home.release("lime", "1.0"))
    for name in ("kiwi", "nut", "plum"):
        home.release(name, "2.0")
    home.configure("dashboard: true\npackages: {fig: {hold: 'asks @anna'}}\n")
    home.index.server.fail("GET /simple/pear/", text("gone", 404))
    folder = tmp_path / "results"
    home.project.run("bump", "apple", "--dry-run", "--output", str(folder))
    told = [("fig", "failed"), ("kiwi", "failed"), ("lime", "failed"), ("nut", "held")]
    for name, unmade in (*told, ("pear", "held")):
        said = {"schema": 1, "unmade": unmade, "reason": f"<b> of @{name}", "until": None}
        identity = f"overlays/{name}.nix#python3Packages.{name}"
        (folder / f"{name}.json").write_text(json.dumps(said | {"package": identity}))

    result = home.project.run("publish", str(folder), "--json")

    assert (result.code, [one["name"] for one in result.json["packages"]]) == (0, ["apple"])
    (issue,) = home.hosted.issues.values()
    lines = [line.partition(" <!--")[0] for line in issue.body.splitlines() if "- [ ]" in line]
    assert lines == [
        "- [ ] `plum` `1.0` → `2.0`: not proposed yet",
        f"- [ ] `apple` `1.0` → `2.0`: [pull request 1]({home.github.url}/me/overlays/pull/1)",
        "- [ ] `fig`: asks @\u200banna",
        "- [ ] `nut` `1.0` → `2.0`: reported by the build job: &lt;b&gt; of @\u200bnut",
        ("- [ ] `kiwi` `1.0` → `2.0`: bump: reported by the build job: &lt;b&gt; of @\u200bkiwi"),
        f"- [ ] `pear`: look-up: {home.index.url}pear/ answers 404 Not Found",
    ]


def test_what_is_behind_and_not_proposed_keeps_what_an_earlier_run_said_of_that_version(
    home: Home, tmp_path: Path
) -> None:
    """Not that its pull request is open, which was looked at; and a newer version is another."""
    home.add("fig", "kiwi", "pear")
    for name in ("fig", "kiwi", "pear"):
        home.release(name, "2.0")
    home.configure("dashboard: true\nmax_open: 1\n")
    home.bump()
    (issue,) = home.hosted.issues.values()
    issue.body = issue.body.replace("- [ ] `kiwi`", "- [x] `kiwi`")
    home.pull(1).state = "closed"
    home.release("pear", "3.0")
    (folder := tmp_path / "none").mkdir()
    assert home.project.run("publish", str(folder)).code == 0
    lines = [line.partition(" <!--")[0] for line in issue.body.splitlines() if "- [" in line]
    assert lines == [
        "- [ ] `apple` `1.0` → `2.0`: not proposed yet",
        "- [ ] `fig` `1.0` → `2.0`: waits",
        "- [x] `kiwi` `1.0` → `2.0`: waits",
        "- [ ] `pear` `1.0` → `3.0`: not proposed yet",
    ]


@pytest.mark.parametrize(
    ("dashboard", "asked"),
    [("false", {"apple": 2}), ("true", {"apple": 2, "fig": 1, "pear": 1})],
)
def test_only_a_dashboard_asks_for_more_than_the_results_tell_of(
    home: Home, results: Path, dashboard: str, asked: dict[str, int]
) -> None:
    """An update is asked for once more for what its pull request's body says."""
    home.add("fig", "pear")
    home.configure(f"dashboard: {dashboard}\n")
    before = len(home.index.server.requests("/simple/"))
    assert home.project.run("publish", str(results), "--no-cache").code == 0
    simple = home.index.server.requests("/simple/")[before:]
    assert Counter(one.path.split("/")[2] for one in simple) == asked
    (query,) = [
        json.loads(one.body)["variables"]
        for one in home.github.server.requests("POST .*/graphql")
        if b"viewer" in one.body
    ]
    assert query["board"] is (dashboard == "true")


def test_the_dashboard_asks_for_all_repositories_in_one_request(home: Home, tmp_path: Path) -> None:
    names = ("fig", "kiwi", "pear")
    overlays = {f"overlays/{name}.nix": github_overlay(name, "1.0", sri=FAKE) for name in names}
    for name in names:
        upstream = home.github.repository("o", name)
        for version in ("1.0", "2.0"):
            upstream.tag(f"v{version}", upstream.commit({"a": version}))
        home.project.overlay(f"{name}.nix", overlays[f"overlays/{name}.nix"])
    home.hosted.commit(overlays)
    home.hosted.settle()
    home.configure("dashboard: true\n")
    (folder := tmp_path / "none").mkdir()
    assert home.project.run("publish", str(folder)).code == 0
    asked = [one.body for one in home.github.server.requests("POST .*/graphql")]
    assert [body.count(b": repository(") for body in asked if b"r0:" in body] == [3]
    (issue,) = home.hosted.issues.values()
    assert issue.body.count(": not proposed yet") == 4


def test_without_updates_the_dashboard_is_brought_up_to_date_all_the_same(
    home: Home, tmp_path: Path
) -> None:
    home.configure("dashboard: true\npackages: {apple: {hold: true}}\n")
    folder = tmp_path / "results"
    home.project.run("bump", "--output", str(folder))
    assert home.project.run("publish", str(folder)).code == 0
    (issue,) = home.hosted.issues.values()
    assert "held in config.yaml" in issue.body


def test_a_package_that_was_not_asked_for_is_not_told_of_either(home: Home, tmp_path: Path) -> None:
    home.add("fig")
    home.configure("dashboard: true\npackages: {apple: {hold: true}}\n")
    folder = tmp_path / "results"
    home.project.run("bump", "apple", "--output", str(folder))
    result = home.project.run("publish", str(folder), "fig")
    assert (result.code, home.writes()) == (2, [])


def test_without_a_dashboard_only_updates_are_left(home: Home, tmp_path: Path) -> None:
    home.configure("packages: {apple: {hold: true}}\n")
    folder = tmp_path / "results"
    home.project.run("bump", "--output", str(folder))
    assert not folder.exists()


BROKEN = {
    "not UTF-8": b'{"package": "\xff"}',
    "half of a character": b'{"package": "\\ud800"}',
    "no JSON": b"{",
    "not only JSON": b"{} {}",
    "no object": b"[]",
    "lists without end": b"[" * 200_000,
    "lists without end in a key": b'{"version": ' + b"[" * 200_000,
    "nothing": b"",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_broken_is_no_result(home: Home, results: Path, data: bytes) -> None:
    (results / "z.json").write_bytes(data)
    result = home.project.run("publish", str(results))
    assert (result.code, home.writes()) == (2, [])
    assert result.err.startswith("updater: 'z.json' is not a result of `bump --output`: ")


def test_a_message_about_a_broken_file_ends(home: Home, results: Path) -> None:
    """The file may say anything, at any length."""
    edited(results, command="x" * 100_000)
    result = home.project.run("publish", str(results))
    assert (result.code, len(result.err) < 2000) == (2, True)


def test_a_result_that_publish_would_refuse_is_not_written(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    result = home.project.run("bump", "apple", "--dry-run", "--to", "2.0 ", "--output", str(folder))
    assert (result.code, result.err) == (
        1,
        (
            "updater: overlays/apple.nix#python3Packages.apple: asked '2.0 ' is not a result that "
            "`publish` accepts\nhint: use `bump --pr`, which leaves no results\n"
        ),
    )
    assert not folder.exists()
