"""`publish: {via: git}`: the same branches, by git push; the token stands nowhere."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commands.repository import BOT, Home
from tests.loopback.faults import Lost
from tests.loopback.github import TOKEN
from tests.loopback.messages import text
from updater.effects.git.rejections import BY_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.project import Project


@pytest.fixture
def home(project: Project, github: GitHub, index: Index, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository with a package that is behind."""
    made = Home.made(project, github, index, monkeypatch)
    config = project.root / "config.yaml"
    config.write_text(config.read_text().replace("{pause: 0s}", "{pause: 0s, via: git}"))
    made.add("apple")
    made.add("pear", sri=None)
    made.release("apple", "2.0")
    return made


def test_a_push_makes_the_commit_that_the_api_makes(home: Home) -> None:
    assert home.bump().code == 0

    head = home.branch("updater/apple") or ""
    assert home.hosted.git("rev-parse", f"{head}^") == home.branch("main")
    assert home.changed(head) == ["overlays/apple.nix"]
    assert home.version(head, "apple") == "2.0"
    assert home.hosted.git("show", "-s", "--format=%s|%an", head) == f"apple: 1.0 -> 2.0|{BOT}"
    assert home.pull(1).title == "apple: 1.0 -> 2.0"
    state = home.state()
    assert home.bump().code == 0
    assert (home.state(), home.branch("updater/apple")) == (state, head)
    home.release("apple", "3.0")
    home.bump()
    assert (list(home.hosted.pulls), home.version("updater/apple", "apple")) == ([1], "3.0")


def test_the_token_is_in_no_argument_and_no_output(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every argument of every git is written down."""
    seen, real = tmp_path / "arguments", shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")

    result = home.bump("-v")

    assert result.code == 0
    assert "push --quiet" in seen.read_text()
    assert TOKEN not in seen.read_text() + result.out + result.err
    assert "Authorization" not in seen.read_text()


def test_a_refused_push_says_so_and_a_rerun_mends_it(home: Home) -> None:
    refusal = text("Write access to repository not granted.\n", 403)
    home.github.server.fail("GET .*service=git-receive-pack", refusal, times=1)
    error = home.packages(home.bump("apple"))["apple"]["error"]
    assert error["message"].startswith("me/overlays: git push failed: ")
    assert (error["stage"], TOKEN in error["message"]) == ("publish", False)
    assert home.bump("apple").code == 0
    assert list(home.hosted.pulls) == [1]


def test_a_rule_of_the_repository_is_told_in_its_own_words(home: Home) -> None:
    """Git's last line says only that a push failed."""
    hook = home.hosted.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    said = "GH013: Repository rule violations found for refs/heads/updater/apple."
    hook.write_text(f'#!/bin/sh\necho "error: {said}" >&2\nexit 1\n')
    hook.chmod(0o755)
    error = home.packages(home.bump("apple"))["apple"]["error"]
    assert error["message"] == f"me/overlays: git push failed: {said}"
    assert error["hint"] == BY_RULE


def test_a_push_whose_answer_is_lost_is_found_by_the_next_run(home: Home) -> None:
    fault = home.github.server.fail("POST .*/git-receive-pack", Lost(), times=1)
    assert (home.bump("apple").code, fault.hits) == (1, 1)
    head = home.branch("updater/apple")
    assert home.bump("apple").code == 0
    assert (home.branch("updater/apple"), list(home.hosted.pulls)) == (head, [1])
