"""Killed whenever, alone or with all that it started: nothing is lost, and nothing is left behind.

Each time the same command runs again and ends as if nothing had been, also with what the killed one
left in the cache.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.killed import Killed
from tests.project import FAKE, Project, github_overlay, pypi_overlay, unpacked_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index

COMMANDS = (
    ("bump",),
    ("bump", "--commit"),
    ("pin",),
    ("pin", "--commit"),
    ("verify",),
    ("identify",),
    ("bump", "--dry-run"),
)


class Ending(NamedTuple):
    """What a command that nobody kills leaves, and how many moments it has.

    Attributes:
        cold: with an empty cache.
        warm: with what that run left in it.
    """

    code: int
    files: dict[str, bytes]
    subjects: list[str]
    cold: int
    warm: int


class Orchard:
    """A repository whose packages are behind and mispinned; its cache and TMPDIR are the test's."""

    def __init__(self, project: Project, folder: Path, scratch: Path) -> None:
        self.project = project
        self.scratch = scratch
        self.cache = folder / "home" / "cache"
        self.killed = Killed(project.root, folder / "said")
        project.git("init", "--quiet")
        project.git("config", "user.name", "T")
        project.git("config", "user.email", "t@example.org")
        project.git("add", ".")
        project.git("commit", "--quiet", "-m", "start")
        self.start = project.git("rev-parse", "HEAD").strip()
        self.old = project.snapshot()

    def reset(self, *, cache: bool) -> None:
        """Take back what commands did."""
        self.project.git("reset", "--quiet", "--hard", self.start)
        if cache:
            shutil.rmtree(self.cache, ignore_errors=True)

    def ending(self, command: tuple[str, ...]) -> Ending:
        """Run a command to its end, with an empty cache and again."""
        self.reset(cache=True)
        code, cold = self.killed.let(*command)
        files, subjects = self.left()
        self.reset(cache=False)
        _, warm = self.killed.let(*command)
        return Ending(code, files, subjects, cold, warm)

    def left(self) -> tuple[dict[str, bytes], list[str]]:
        """Return the files, and what was committed, in any order."""
        subjects = self.project.git("log", "--format=%s").splitlines()
        return self.project.snapshot(), sorted(subjects)

    def survive(self, command: tuple[str, ...], ending: Ending, chance: random.Random) -> bool:
        """Kill a command, run it again, and hold it against its ending; tell whether it died."""
        is_cold = chance.random() < 0.3
        self.reset(cache=is_cold)
        moment = chance.randint(1, ending.cold if is_cold else ending.warm)
        everything = chance.random() < 0.5
        sent = self.killed.kill(moment, *command, everything=everything)
        here = (command, moment, everything)
        now = self.project.snapshot()
        assert {name: now[name] in (self.old[name], ending.files[name]) for name in self.old} == (
            dict.fromkeys(self.old, True)
        ), here
        again = self.project.run(*command)
        assert (again.code, *self.left()) == (ending.code, ending.files, ending.subjects), here
        assert sorted(self.scratch.iterdir()) == [], here
        if "--commit" in command:
            assert self.project.git("status", "--porcelain") == "", here
        return sent


@pytest.fixture
def orchard(
    project: Project,
    index: Index,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Orchard]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    index.release("apple", "2.0")
    project.overlay("apple.nix", pypi_overlay("apple", "1.0", sri=FAKE))
    for name, rev in (("pear", "main"), ("plum", "v${version}")):
        repository = github.repository("o", name)
        commits = [
            repository.commit({"setup.py": f"setup(version='{version}')\n"})
            for version in ("1.0", "1.1", "2.0")
        ]
        repository.tag("v1.0", commits[0])
        repository.tag("v2.0", commits[2])
        sri = unpacked_hash(repository, commits[1] if rev == "main" else commits[0], tmp_path)
        project.overlay(f"{name}.nix", github_overlay(name, "1.0", rev=rev, sri=sri))
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made = Orchard(project, tmp_path, scratch)
    yield made
    made.killed.close()


def kills(orchard: Orchard, commands: tuple[tuple[str, ...], ...], most: int, seed: int) -> int:
    """Return how many of so many runs died before their end."""
    chance = random.Random(seed)  # noqa: S311 - a moment that fails is met again by its seed
    endings = {command: orchard.ending(command) for command in commands}
    died = 0
    for _ in range(most):
        command = chance.choice(commands)
        died += orchard.survive(command, endings[command], chance)
    return died


def test_a_few_kills_lose_nothing_and_leave_nothing(orchard: Orchard) -> None:
    assert kills(orchard, (("bump", "apple", "--commit"),), 3, seed=1) > 0


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(4))
def test_two_hundred_kills_lose_nothing_and_leave_nothing(orchard: Orchard, part: int) -> None:
    """At least so many runs die, of all commands that write and of some that only read."""
    assert kills(orchard, COMMANDS, 60, seed=100 + part) >= 50
