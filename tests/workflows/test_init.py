"""`init --actions` in a clone, and then the first night: pull requests, and no other edit."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from docs.make import repository
from tests.workflows.sample import WRITER, Sample, release, true_overlay
from updater import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project
    from tests.real_nix import Nix

pytestmark = pytest.mark.nix

FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      nekoOverlays = [
        (import ./overlays/apple.nix)
        (import ./overlays/pear.nix) # Uses apple
      ];
    in
    {
      overlays.default = nixpkgs.lib.composeManyExtensions nekoOverlays;
    };
}
"""


@pytest.mark.parametrize(
    "below",
    [pytest.param("", id="top"), pytest.param("nix/", id="folder", marks=pytest.mark.thorough)],
)
def test_after_init_the_first_night_opens_pull_requests(
    github: GitHub, index: Index, nix: Nix, project: Project, tmp_path: Path, below: str
) -> None:
    """The repository is as the guide has it; its config.yaml only leads to the loopback servers."""
    sample = Sample.made(github, index, nix, tmp_path, {}, with_tool=False)
    overlays = {
        f"{below}overlays/{name}.nix": true_overlay(index, name) for name in ("apple", "pear")
    }
    config = sample.config().partition("packages:")[0].partition("defaults:")[0]
    gone = dict.fromkeys(sample.hosted.git("ls-tree", "--name-only", "main").split())
    files = {f"{below}config.yaml": config, f"{below}flake.nix": FLAKE, **overlays}
    before = sample.hosted.commit({**gone, **files})
    for name in ("apple", "pear"):
        release(index, name, "2.0")
    own = github.repository(*repository().split("/"))
    commit = own.commit({"action.yml": "name: updater\n"})
    own.tag(f"v{__version__}", commit)
    own.settle()
    sample.hosted.settle()
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(sample.hosted.path), str(clone)], check=True)

    result = project.run("init", "--actions", "-C", str(clone / below))

    assert result.code == 0, result.err
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    made = subprocess.run(status, cwd=clone, check=True, capture_output=True, text=True).stdout
    written = [line.removeprefix("?? ") for line in made.splitlines()]
    suffix = f"-{below.rstrip('/')}" if below else ""
    assert written == [f".github/workflows/{name}{suffix}.yml" for name in ("review", "update")]
    sample.hosted.commit({file: (clone / file).read_text() for file in written})
    sample.hosted.settle()
    workflow = sample.hosted.git("show", f"main:{written[1]}")
    assert f"uses: {repository()}@{commit} # v{__version__}" in workflow
    runner = sample.runner(workflow, "run")
    runner.all()
    assert runner.results == {"update": "success"}, runner.jobs[0].log
    assert [(pull.title, pull.state) for pull in sample.hosted.pulls.values()] == [
        ("apple: 1.0 -> 2.0", "open"),
        ("pear: 1.0 -> 2.0", "open"),
    ]
    assert sample.writers() == {WRITER}
    pull = sample.hosted.pulls[1]
    changed = sample.hosted.git("diff", "--name-only", before, pull.branch).split()
    assert changed == [*written, f"{below}overlays/apple.nix"]
