"""The workflows that the docs give to other repositories, run with the action's own steps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from docs.make import repository
from tests.project import FAKE
from tests.workflows.sample import READER, ROOT, WRITER, Sample, plain, release, true_overlay
from updater import __version__

if TYPE_CHECKING:
    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.real_nix import Nix

pytestmark = pytest.mark.nix

GUIDE = (ROOT / "docs" / "github-actions.md").read_text()
UPDATE, REVIEW = re.findall(r"```yaml\n(on: .*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def sample(github: GitHub, index: Index, nix: Nix, tmp_path: Path) -> Sample:
    """Apple and pear at 1.0, with newer releases; another repository has no updater in it."""
    overlays = {f"overlays/{name}.nix": true_overlay(index, name) for name in ("apple", "pear")}
    made = Sample.made(github, index, nix, tmp_path, overlays, with_tool=False)
    for name in ("apple", "pear"):
        release(index, name, "2.0")
    return made


def test_five_lines_open_pull_requests_and_build_nothing(sample: Sample) -> None:
    """What runs upstream's code is the pull request's own check, which has no token."""
    runner = sample.runner(UPDATE.replace("[{uses", "[{id: updater, uses"), "run")
    runner.all()
    assert runner.results == {"update": "success"}
    outputs = runner.jobs[0].contexts["steps"]["updater"]["outputs"]
    address = f"{sample.github.url}/{sample.hosted.full_name}/pull"
    assert {name: json.loads(value) for name, value in outputs.items()} == {
        "outdated": ["apple", "pear"],
        "updated": ["apple", "pear"],
        "pull-requests": [
            {"url": f"{address}/{number}", "number": number, "state": "open", "step": "opened"}
            for number in (1, 2)
        ],
    }
    assert [pull.title for pull in sample.hosted.pulls.values()] == [
        "apple: 1.0 -> 2.0",
        "pear: 1.0 -> 2.0",
    ]
    (job,) = runner.jobs
    assert "2 updated" in job.log
    assert job.summary.startswith("## updater bump: 2 updated\n")
    assert (sample.writers(), list(runner.caches)) == ({WRITER}, ["updater-17"])
    assert WRITER not in job.log + job.summary


def test_a_dry_run_opens_nothing_and_shows_the_diff(sample: Sample) -> None:
    asked = {"packages": "pear", "dry-run": "true"}
    runner = sample.runner(with_inputs(UPDATE, asked), "run")
    runner.all()
    (job,) = runner.jobs
    assert (runner.results, sample.writers()) == ({"update": "success"}, set())
    assert '+      version = "2.0";\n' in job.log
    assert "apple" not in job.log


def test_the_other_five_lines_review_a_pull_request(sample: Sample) -> None:
    main = sample.hosted.git("rev-parse", "main")
    text = sample.hosted.git("show", f"{main}:overlays/apple.nix")
    changed = re.sub(r"sha256-[^\"]+", FAKE, text.replace('"1.0"', '"2.0"'))
    files = {
        "overlays/apple.nix": changed,
        "config.yaml": "index: http://127.0.0.1:9/evil\n",
    }
    runner = sample.runner(REVIEW, "run", event=sample.pull_event("theirs", files))
    runner.all()
    (job,) = runner.jobs
    marks = [plain(one).partition("::")[2] for one in job.commands]
    assert runner.results == {"review": "failure"}
    assert [one.partition("::")[0] for one in marks] == [
        "error file=overlays/apple.nix,line=12,title=apple%3A wrong hash",
        "error file=overlays/apple.nix,line=3,title=apple%3A failed at build",
        "warning file=overlays/apple.nix,line=5,title=apple%3A major-version",
    ]
    assert sample.tokens() == set()
    assert READER not in (job.folder / "nix" / "nix.conf").read_text()


def with_inputs(workflow: str, inputs: dict[str, str]) -> str:
    """The same workflow with inputs of the action."""
    data = yaml.safe_load(workflow)
    data["jobs"]["update"]["steps"][0]["with"] = inputs
    return yaml.safe_dump(data)


@pytest.mark.parametrize("workflow", [UPDATE, REVIEW], ids=["update", "review"])
def test_actionlint_takes_the_workflows_of_the_docs(workflow: str) -> None:
    linter = Path(sys.executable).parent / "actionlint"
    done = subprocess.run(
        [linter, "-"], input=workflow, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_action_is_used_at_one_commit_with_its_tag_beside() -> None:
    pages = [*(ROOT / ".github" / "workflows").glob("*.yml"), ROOT / "action.yml"]
    pages += [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    used: dict[str, set[str]] = {}
    for line in (line for page in pages for line in page.read_text().splitlines()):
        for action, rest in re.findall(r"uses: ([\w./-]+)@(.*)", line):
            used.setdefault("/".join(action.split("/")[:2]), set()).add(rest.strip())
    versions = {rest.split("}")[0].split(",")[0] for rest in used.pop(repository())}
    assert versions == {f"v{__version__}"}
    for action, pinned in used.items():
        (written,) = pinned
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", written), action


def test_every_input_and_output_of_the_action_is_explained() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    rows = re.findall(r"^\| `([a-z-]+)` \|", GUIDE, re.MULTILINE)
    assert rows == [*action["inputs"], *action["outputs"]]


def test_the_readme_gives_the_same_workflow() -> None:
    """But for remarks, so that nobody learns two ways."""
    (given,) = re.findall(r"```yaml\n(on: .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert yaml.safe_load(given) == yaml.safe_load(UPDATE)


def test_the_update_that_the_docs_give_runs_once_at_a_time() -> None:
    """Two at once would each open what the other does not see yet."""
    given = {"group": "update", "cancel-in-progress": False}
    assert yaml.safe_load(UPDATE)["concurrency"] == given
