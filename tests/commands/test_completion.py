"""Shells complete commands, options and the packages of the project that one is in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, pypi_overlay

if TYPE_CHECKING:
    from tests.project import Project

BASH = shutil.which("bash") or ""
# What bash does when somebody presses Tab behind the last word.
PRESS_TAB = """
eval "$(updater completion bash)"
compopt() { local IFS=' '; echo "compopt $*"; }
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_updater_completion updater
echo "${COMPREPLY[*]}"
"""


@pytest.fixture(autouse=True)
def _packages(project: Project) -> None:
    for name in ("apple", "apricot", "pear"):
        project.overlay(f"{name}.nix", pypi_overlay(name, "1.0", sri=FAKE))
    (project.root / "elsewhere").mkdir()


def completed(folder: Path, *words: str) -> list[str]:
    """Return the lines that completing the last of some words prints in bash."""
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        [BASH, "-c", PRESS_TAB, "bash", *words],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


CASES = {
    "a command": (["updater", "pre"], ["prefetch"]),
    "an option": (["updater", "bump", "--dr"], ["--dry-run"]),
    "packages": (["updater", "bump", "ap"], ["apple apricot"]),
    "packages behind options": (["updater", "-q", "check", "--json", "p"], ["pear"]),
    "packages elsewhere": (["updater", "-C", "..", "list", "p"], ["pear"]),
    "files": (["updater", "list", "./ap"], ["compopt -o default", ""]),
    "a command to help with": (["updater", "help", "ver"], ["verify"]),
    "a schema": (["updater", "schema", "re"], ["report review"]),
    "a shell": (["updater", "completion", "f"], ["fish"]),
    "what can be shown": (["updater", "config", "s"], ["show"]),
}


@pytest.mark.parametrize(("words", "lines"), CASES.values(), ids=CASES)
def test_bash_completes(project: Project, words: list[str], lines: list[str]) -> None:
    assert completed(project.root / "elsewhere" if "-C" in words else project.root, *words) == lines


@pytest.mark.parametrize("text", ["overlays: [gone]\n", "overlays: [\n", "trak: 1\n"])
def test_what_is_wrong_is_not_told_while_somebody_types(project: Project, text: str) -> None:
    project.configure(text)
    assert completed(project.root, "updater", "bump", "ap") == ["compopt -o default", ""]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(project: Project, shell: str) -> None:
    result = project.run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert f"_UPDATER_COMPLETE={shell}_complete" in result.out


def test_another_shell_has_none(project: Project) -> None:
    result = project.run("completion", "tcsh")
    assert (result.code, result.out) == (2, "")
