"""release.yml: its own steps, with programs in place of Python, uv and gh that tell how called."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.workflows.runner import Run, Runner

if TYPE_CHECKING:
    from tests.workflows.runner import Job

ROOT = Path(__file__).parent.parent.parent
WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text()
COMMIT = "c" * 40

# Each program writes down how it was called; Python also makes what the steps need of it.
CALLED = '#!/bin/sh\nprintf "%s\\n" "$(basename "$0") $*" >>"$CALLS"\n'
PYTHON = (
    CALLED
    + """case "$*" in
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/" ;;
"-m build "*) mkdir -p release/dist && touch release/dist/a.tar.gz release/dist/a.whl ;;
esac
"""
)
CHANGELOG = "# Changelog\n\n## 1.2.0 (2026-11-29)\n\n- Of it\n\n## 1.1.0\n\n- Of another\n"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Python, uv, gh and the tool that signs; and the file that they write to."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("python", "uv", "gh", "pypi-attestations"):
        (folder / name).write_text(PYTHON if name == "python" else CALLED)
        (folder / name).chmod(0o755)
    (folder / "calls").write_text("")
    return folder


def released(folder: Path, programs: Path, files: dict[str, str]) -> Runner:
    """Run all jobs for the tag v1.2.0 of a repository with these files."""
    kept = folder / "artifact"

    def checkout(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        assert given["persist-credentials"] is False
        for name, text in files.items():
            path = job.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        return {}

    def prepare(_runner: Runner, job: Job, _given: dict[str, Any]) -> dict[str, str]:
        job.path.insert(0, str(programs))
        return {}

    def upload(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        shutil.copytree(job.workspace / given["path"], kept)
        return {}

    def download(_runner: Runner, job: Job, given: dict[str, Any]) -> dict[str, str]:
        shutil.copytree(kept, job.workspace / given["path"])
        job.path.insert(0, str(programs))  # gh is on every runner
        return {}

    github = {
        "repository": "owner/repo",
        "server_url": "https://github.example.org",
        "sha": COMMIT,
        "ref": "refs/tags/v1.2.0",
        "event_name": "push",
        "event": {},
        "run_id": "1",
    }
    machine = {"CALLS": str(programs / "calls"), "GITHUB_REF_NAME": "v1.2.0"}
    runner = Runner(
        WORKFLOW,
        Run(folder, github, {}, ("writes", "reads"), machine),
        {
            "actions/checkout": checkout,
            "actions/setup-python": prepare,
            "cachix/install-nix-action": prepare,
            "actions/upload-artifact": upload,
            "actions/download-artifact": download,
        },
    )
    runner.all()
    return runner


FILES = {
    "updater/__init__.py": '__version__ = "1.2.0"\n',
    "CHANGELOG.md": CHANGELOG,
    ".ci/run": '#!/bin/sh\necho "tests" >>"$CALLS"\n',
}


def test_a_tag_is_tested_built_signed_uploaded_and_released(tmp_path: Path, programs: Path) -> None:
    """In this order; each program from a list of versions with hashes."""
    runner = released(tmp_path / "run", programs, FILES)
    assert runner.results == dict.fromkeys(("build", "upload", "publish"), "success")
    temp = {job.name: job.folder / "temp" for job in runner.jobs}
    tools = "python -m pip install --quiet --require-hashes -r .github/requirements-release.txt"
    create = "gh release create v1.2.0 --repo owner/repo --verify-tag --title v1.2.0"
    dist = "release/dist/a.tar.gz release/dist/a.whl"
    assert (programs / "calls").read_text().splitlines() == [
        "tests",
        f"python -m venv {temp['Test and build']}/tools",
        tools,
        "python -m build --no-isolation --outdir release/dist",
        f"python -m venv {temp['Upload to the package index']}/tools",
        tools,
        f"pypi-attestations sign {dist}",
        f"uv publish --trusted-publishing always {dist}",
        f"{create} --notes-file release/notes.md {dist}",
        f"gh api --method PATCH repos/owner/repo/git/refs/tags/v1 -f sha={COMMIT} -F force=true",
    ]
    assert (tmp_path / "run" / "artifact" / "notes.md").read_text() == (
        f"\n- Of it\n\n\nTo pin the action by commit: `uses: owner/repo@{COMMIT} # v1.2.0`\n"
    )


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "updater/__init__.py",
            '__version__ = "1.2.1"\n',
            "the tag v1.2.0 is not the version in updater/__init__.py",
        ),
        (
            "CHANGELOG.md",
            CHANGELOG.replace("## 1.2.0 ", "## 1.20 "),
            'CHANGELOG.md has no notes under "## 1.2.0"',
        ),
        ("CHANGELOG.md", "## 1.2.0\n\n## 1.1.0\n", 'CHANGELOG.md has no notes under "## 1.2.0"'),
    ],
    ids=["another version", "no heading", "no notes"],
)
def test_what_disagrees_is_not_released(
    tmp_path: Path, programs: Path, file: str, text: str, message: str
) -> None:
    """Nothing was tested, built or uploaded yet."""
    runner = released(tmp_path / "run", programs, {**FILES, file: text})
    assert runner.results == {"build": "failure", "upload": "skipped", "publish": "skipped"}
    assert runner.jobs[0].log == f"::error::{message}\n"
    assert (programs / "calls").read_text() == ""


def test_only_the_upload_can_identify_itself_and_only_the_release_can_write() -> None:
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "build": {"contents": "read"},
        "upload": {"contents": "read", "id-token": "write"},
        "publish": {"contents": "write"},
    }
