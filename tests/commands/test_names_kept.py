"""The package index learns no name that it need not know, whatever the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import github_overlay, unpacked_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project

COMMANDS = {
    "check": ("check",),
    "bump": ("bump", "--dry-run"),
    "verify": ("verify",),
    "audit": ("audit", "--upstream"),
    "review": ("review", "base"),
}


@pytest.fixture
def branch(project: Project, github: GitHub, tmp_path: Path) -> Project:
    """A branch that changes two packages: one not Python's, and one that no index may know."""
    for name in ("secret-tool", "secret-library"):
        hosted = github.repository("corp", name)
        for version in ("1.0", "2.0"):
            declared = f'[project]\nname = "{name}"\nversion = "{version}"\n'
            hosted.tag(f"v{version}", hosted.commit({"pyproject.toml": declared}))
        sri = unpacked_hash(hosted, "v1.0", tmp_path)
        text = github_overlay(name, "1.0", owner="corp", sri=sri)
        if name == "secret-tool":
            text = text.replace("python3Packages.buildPythonPackage", "rustPlatform.buildTool")
        project.overlay(f"{name}.nix", text)
    project.add_configuration("packages: {secret-library: {cross_check: false}}\n")
    project.git("init", "--quiet", "--initial-branch=base")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "base")
    project.git("checkout", "--quiet", "-b", "own")
    for path in (project.root / "overlays").iterdir():
        path.write_text(path.read_text().replace("pname", "doCheck = false;\n      pname", 1))
    return project


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_tells_the_index_of_a_package(
    branch: Project, index: Index, command: tuple[str, ...]
) -> None:
    result = branch.run(*command)
    assert result.code in (0, 1), result.err
    assert result.out
    assert index.server.requests("simple") == []


def test_what_it_may_know_is_asked_of_it(branch: Project, index: Index) -> None:
    path = branch.root / "config.yaml"
    path.write_text(path.read_text().replace("cross_check: false", "cross_check: true"))
    assert branch.run("check").code == 0
    asked = {request.path for request in index.server.requests("simple")}
    assert asked == {"/simple/secret-library/"}
