"""update.yml, run step by step: plan, each entry of its matrix, publish; and what is left then."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.project import FAKE, pypi_overlay
from tests.workflows.sample import (
    APP,
    READER,
    ROOT,
    WRITER,
    Sample,
    forty,
    plain,
    release,
    true_overlay,
)

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.real_nix import Nix
    from tests.workflows.runner import Job, Runner

pytestmark = pytest.mark.nix

UPDATE = (ROOT / ".github" / "workflows" / "update.yml").read_text()
NIGHT = Path(__file__).parent / "night.md"
NAMES = ("apple", "banana", "cherry", "guava", "kiwi", "lemon")


def shown(job: Job) -> str:
    """What a person sees of a job: its end, annotations and summary."""
    marks = "".join(f"{one}\n" for one in job.commands)
    return f"# {job.name}: {job.result}\n\n{plain(marks)}\n{plain(job.summary)}\n"


def change(name: str, line: int) -> str:
    """The diff of a bump from 1.0 to 2.0 of an overlay whose hash stands on a line."""
    file = f"overlays/{name}.nix"
    return (
        f"diff --git {file} {file}\nindex BLOBS 100644\n--- {file}\n+++ {file}\n"
        f'@@ -5 +5 @@ self: super: {{\n-      version = "1.0";\n'
        f'+      version = "2.0";\n@@ -{line} +{line} @@ self: super: {{\n'
        '-        hash = "HASH";\n+        hash = "HASH";'
    )


@pytest.mark.thorough  # it takes a minute; the others look at each part of a night
def test_a_night_over_forty_overlays(
    github: GitHub, index: Index, nix: Nix, tmp_path: Path
) -> None:
    """The end state is compared whole: branches, pull requests, summaries, annotations.

    Apricot is built with apple, so that they share a job; damson and elder share a pull request.
    What cannot be read, looked up or built makes its own job red and stops no other.
    """
    sample = Sample.made(github, index, nix, tmp_path, forty(github, index))
    sample.hosted.commit({"config.yaml": f"{sample.config()}max_open: 20\n"})
    sample.hosted.settle()
    runner = sample.runner(UPDATE, "run")

    runner.job("plan")
    asked = len(github.server.requests())
    assert sample.tokens() == {READER}
    bumps = runner.job("bump")
    assert sample.tokens(asked) == set()
    assert sample.state() == {"branches": {"main": ""}, "pulls": {}}
    runner.job("publish")

    assert runner.results == {"plan": "failure", "bump": "failure", "publish": "success"}
    assert "".join(map(shown, runner.jobs)) == NIGHT.read_text()
    bot = "github-actions[bot]"
    singles = {"apple": 12, "apricot": 13, "banana": 12, "cherry": 12, "fig": 14, "grape": 14}
    assert sample.state() == {
        "branches": {
            "main": "",
            **{f"updater/{name}": change(name, line) for name, line in singles.items()},
            "updater/pair": f"{change('damson', 12)}\n{change('elder', 12)}",
        },
        "pulls": {
            1: (bot, "apple: 1.0 -> 2.0", "updater/apple", "open", []),
            2: (bot, "apricot: 1.0 -> 2.0", "updater/apricot", "open", []),
            3: (bot, "pair: update 2 packages", "updater/pair", "open", ["deps"]),
            4: (bot, "banana: 1.0 -> 2.0", "updater/banana", "open", []),
            5: (bot, "cherry: 1.0 -> 2.0", "updater/cherry", "open", []),
            6: (bot, "fig: 1.0 -> 2.0", "updater/fig", "open", []),
            7: (bot, "grape: 1.0 -> 2.0", "updater/grape", "open", []),
        },
    }
    reported = "| build | pass (`python3Packages.apple`), reported by the build job |"
    assert reported in sample.hosted.pulls[1].body
    assert sample.writers() == {WRITER}
    # What could not be built has its log where the summary says that it is.
    (log,) = runner.artifacts["logs-4"].glob("*fails-import*")
    assert f"/actions/runs/17#artifacts (logs-4: {log.name})" in bumps[4].log
    assert f"{bumps[4].home}/.local/state" not in bumps[4].log + bumps[4].summary
    for job in bumps:
        assert "access-tokens" not in (job.folder / "nix" / "nix.conf").read_text()
    assert list(runner.caches) == ["updater-17"]
    left = "".join(job.log + job.summary for job in runner.jobs)
    assert READER not in left
    assert WRITER not in left


def test_the_rights_for_the_dashboard_are_a_line_each_that_needs_only_its_mark_taken_off() -> None:
    """The message of a run without them names both: see the dashboard's own tests."""
    text = UPDATE.replace("# issues: write", "issues: write")
    publish = yaml.safe_load(text.replace("# permission-issues", "permission-issues"))["jobs"][
        "publish"
    ]
    assert publish["permissions"] == {
        "contents": "write",
        "pull-requests": "write",
        "issues": "write",
    }
    (app,) = [step["with"] for step in publish["steps"] if step.get("id") == "app"]
    assert {name: said for name, said in app.items() if name.startswith("permission-")} == {
        "permission-contents": "write",
        "permission-pull-requests": "write",
        "permission-issues": "write",
    }


def test_only_the_job_that_runs_nothing_of_upstreams_keeps_the_cache() -> None:
    jobs = yaml.safe_load(UPDATE)["jobs"]
    uses = {name: [one.get("uses", "") for one in job["steps"]] for name, job in jobs.items()}
    cached = {name: sum("actions/cache" in one for one in used) for name, used in uses.items()}
    assert cached == {"plan": 2, "bump": 0, "publish": 0}


def board(sample: Sample) -> list[str]:
    """The dashboard's headings and lines."""
    (issue,) = sample.hosted.issues.values()
    lines = plain(issue.body).splitlines()
    return [line.partition(" <!--")[0] for line in lines if line.startswith(("#", "-"))]


@pytest.fixture
def shown_sample(github: GitHub, index: Index, nix: Nix, tmp_path: Path) -> Sample:
    """One package each for every section of the dashboard, with room for one pull request."""
    texts = {
        name: true_overlay(index, name) for name in ("apple", "banana", "cherry", "held-allow")
    }
    texts["fails-import"] = true_overlay(index, "fails-import")
    texts["gone-project"] = pypi_overlay("gone-project", "1.0", sri=FAKE)
    for name in ("apple", "banana", "held-allow"):
        release(index, name, "2.0")
    release(index, "fails-import", "2.0", module="import no_such_module\n")
    overlays = {f"overlays/{name}.nix": text for name, text in sorted(texts.items())}
    made = Sample.made(github, index, nix, tmp_path, overlays)
    made.hosted.commit({"config.yaml": f"{made.config()}max_open: 1\ndashboard: true\n"})
    made.hosted.settle()
    return made


SHOWN = [
    "## Pending",
    "- [ ] `banana` `1.0` → `2.0`: waits",
    "## 1 of 1 pull requests are open",
    "- [ ] `apple` `1.0` → `2.0`: [pull request 2](http://HOST/me/overlays/pull/2)",
    "## Held",
    "- [ ] `held-allow` `1.0` → `2.0`: 2.0 is outside \\`allow: &lt;2\\`",
    "## Failed",
    (
        "- [ ] `fails-import` `1.0` → `2.0`: bump: reported by the build job: build: "
        "imports of python3Packages.fails-import: the module no\\_such\\_module is missing"
    ),
    "- [ ] `gone-project`: look-up: http://HOST/simple/gone-project/ answers 404 Not Found",
]


@pytest.mark.thorough
def test_the_dashboard_shows_what_no_bump_tells_of_too(shown_sample: Sample) -> None:
    """What was held and what could not be looked up never comes to a bump.

    A box stays ticked until the job of its package has read it, however many publish before.
    """
    sample = shown_sample
    sample.runner(UPDATE, "run").all()
    assert board(sample) == SHOWN

    (issue,) = sample.hosted.issues.values()
    issue.body = issue.body.replace("- [ ] `banana`", "- [x] `banana`")
    sample.runner(UPDATE, "again").all()
    opened = [
        "## 2 pull requests are open, and max_open is 1",
        "- [ ] `apple` `1.0` → `2.0`: [pull request 2](http://HOST/me/overlays/pull/2)",
        "- [ ] `banana` `1.0` → `2.0`: [pull request 3](http://HOST/me/overlays/pull/3)",
    ]
    assert board(sample) == opened + SHOWN[4:]


def test_the_dashboard_is_brought_up_to_date_where_nothing_is_behind(sample: Sample) -> None:
    """Nothing else is written."""
    release(sample.index, "apple", "2.0")
    held = "dashboard: true\ndefaults: {build: {enabled: false}, hold: it is winter}\n"
    config = sample.config().partition("defaults:")[0]
    sample.hosted.commit({"config.yaml": config + held})
    sample.hosted.settle()
    runner = sample.runner(UPDATE, "run")
    runner.all()
    assert runner.results == {"plan": "success", "bump": "skipped", "publish": "success"}
    assert board(sample) == [
        "## 0 of 5 pull requests are open",
        "## Held",
        *(f"- [ ] `{name}`: it is winter" for name in NAMES),
    ]
    assert sample.hosted.pulls == {}


@pytest.fixture
def sample(github: GitHub, index: Index, nix: Nix, tmp_path: Path) -> Sample:
    """Six packages at 1.0, of which nothing is built."""
    overlays = {f"overlays/{name}.nix": true_overlay(index, name) for name in NAMES}
    made = Sample.made(github, index, nix, tmp_path, overlays)
    made.hosted.commit({"config.yaml": made.config(enabled=False)})
    made.hosted.settle()
    return made


def test_with_nothing_behind_nothing_is_built_and_nothing_written(sample: Sample) -> None:
    runner = sample.runner(UPDATE, "run")
    runner.all()
    assert runner.results == {"plan": "success", "bump": "skipped", "publish": "success"}
    assert sample.writers() == set()


def test_with_nothing_behind_a_pull_request_is_closed_that_has_nothing_left_to_propose(
    sample: Sample,
) -> None:
    """Somebody made its change on the base branch by hand."""
    release(sample.index, "apple", "2.0")
    sample.runner(UPDATE, "run").all()
    (pull,) = sample.hosted.pulls.values()
    assert (pull.title, pull.state) == ("apple: 1.0 -> 2.0", "open")
    file = "overlays/apple.nix"
    sample.hosted.commit({file: sample.hosted.git("show", f"updater/apple:{file}")})
    sample.hosted.settle()
    runner = sample.runner(UPDATE, "again")
    runner.all()
    assert runner.results == {"plan": "success", "bump": "skipped", "publish": "success"}
    assert pull.state == "closed"


def test_an_artifact_that_was_tampered_with_is_refused(sample: Sample) -> None:
    """Each in its own way; the honest one is published, and the run is red and says why."""
    for name in NAMES:
        release(sample.index, name, "2.0")
    runner = sample.runner(UPDATE, "run")
    runner.job("plan")
    assert {job.result for job in runner.job("bump")} == {"success"}

    tamper(runner)
    (publish,) = runner.job("publish")

    assert runner.results == {"plan": "success", "bump": "success", "publish": "failure"}
    titles = [pull.title for pull in sample.hosted.pulls.values()]
    assert titles == ["apple: 1.0 -> 2.0"]
    heads = sample.hosted.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    assert heads == ["main", "updater/apple"]
    assert [plain(one) for one in publish.log.splitlines() if "updater: " in one] == [
        (
            "updater: a result is about overlays/apple.nix#python3Packages.apple, which is not "
            "one of the given packages"
        ),
        "updater: no package matches '../../etc/passwd#x'",
        "updater: FOLDER cannot be read: Too many levels of symbolic links",
        "updater: FOLDER is larger than 262144 bytes",
    ]
    lies, *stopped = [plain(one) for one in publish.commands]
    assert lies == (
        "::error file=overlays/banana.nix,line=3,title=banana%3A failed at publish::the results "
        "differ from what is found now: hash: HASH was reported, HASH is found%0Arun `bump "
        "--output` again; if it differs again, do not trust the job that ran it"
    )
    assert [one.partition("%0A")[0] for one in stopped] == [
        (
            "::error title=updater publish::a result is about "
            "overlays/apple.nix#python3Packages.apple, which is not one of the given packages"
        ),
        "::error title=updater publish::no package matches '../../etc/passwd#x'",
        "::error title=updater publish::FOLDER cannot be read: Too many levels of symbolic links",
        "::error title=updater publish::FOLDER is larger than 262144 bytes",
    ]
    assert publish.summary.count(": stopped\n") == 4


def tamper(runner: Runner) -> None:
    """Leave apple's result alone and change the others."""
    files = {}
    for place, name in enumerate(NAMES):
        (files[name],) = runner.artifacts[f"result-{place}"].iterdir()
    apple, banana = (json.loads(files[name].read_text()) for name in ("apple", "banana"))
    files["banana"].write_text(json.dumps(banana | {"hash": FAKE}))
    files["cherry"].write_text(json.dumps(apple))
    files["guava"].write_text(json.dumps(apple | {"package": "../../etc/passwd#x"}))
    files["kiwi"].unlink()
    os.symlink("/etc/hostname", files["kiwi"])  # noqa: PTH211 - as an artifact has it
    files["lemon"].write_bytes(b" " * (256 * 1024 + 1))


@pytest.mark.thorough
def test_a_run_by_hand_moves_one_package_to_one_version(sample: Sample) -> None:
    for version in ("1.5", "2.0"):
        release(sample.index, "apple", version)
    inputs = {"packages": "apple", "version": "1.5", "dry-run": True}
    dry = sample.runner(UPDATE, "dry", inputs=inputs)
    dry.all()
    assert dry.results == {"plan": "success", "bump": "success", "publish": "skipped"}
    assert sample.writers() == set()

    runner = sample.runner(UPDATE, "run", inputs=inputs | {"dry-run": False})
    runner.all()
    assert runner.results == {"plan": "success", "bump": "success", "publish": "success"}
    titles = [pull.title for pull in sample.hosted.pulls.values()]
    assert titles == ["apple: 1.0 -> 1.5"]


@pytest.mark.thorough
def test_a_github_app_opens_the_pull_requests_where_one_is_set_up(sample: Sample) -> None:
    """Its pull requests start their checks, which those of the Actions token do not."""
    release(sample.index, "apple", "2.0")
    runner = sample.runner(
        UPDATE,
        "run",
        inputs={"packages": "ap*"},
        vars={"UPDATER_CLIENT_ID": "Iv1.app"},
        secrets={"UPDATER_PRIVATE_KEY": "key"},
    )
    runner.all()
    assert set(runner.results.values()) == {"success"}
    assert sample.writers() == {APP}
    assert [pull.author for pull in sample.hosted.pulls.values()] == ["updater[bot]"]
