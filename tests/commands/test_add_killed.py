"""`add` and `remove`, killed between two files of one change: the next run takes it back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.killed import Killed
from tests.loopback.distributions import tarred
from tests.project import pypi_overlay
from updater.effects import writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index
    from tests.project import Project

LIST = "{ }: import <nixpkgs> { overlays = [ (import ./overlays/apple.nix) ]; }\n"
COMMANDS = (("add", "plum", "--no-build"), ("remove", "plum"))
TOLD = "took back what an earlier run had written when it was killed"


@pytest.fixture
def orchard(project: Project, index: Index) -> Project:
    """A project with one overlay, beside which another can be added."""
    sdist = tarred({"plum-2.0/setup.py": "from setuptools import setup\nsetup(name='plum')\n"})
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": sdist})
    project.overlay("apple.nix", pypi_overlay("apple", "1.0"))
    (project.root / "default.nix").write_text(LIST)
    return project


def test_killed_between_two_files_the_next_run_ends_as_if_nothing_had_been(
    orchard: Project,
) -> None:
    """It says what it took back; a dry run only says that there is something."""
    start = orchard.snapshot()
    for command in COMMANDS:
        old = orchard.snapshot()
        ended_before_the_second_file(orchard, *command)
        half = orchard.snapshot()
        assert half != old
        shown = orchard.run(*command, "--dry-run")
        assert "an earlier run was killed while it wrote several files" in shown.err
        assert orchard.snapshot() == half
        result = orchard.run(*command)
        assert (result.code, TOLD in result.err) == (0, True), result.err
    assert orchard.snapshot() == start


def ended_before_the_second_file(project: Project, *command: str) -> None:
    """Run a command in a process of its own, which ends there as if by SIGKILL."""
    child = os.fork()
    if not child:
        become = writes.become
        names: list[str] = []

        def until_the_end(
            path: Path, before: bytes | None, after: bytes | None, shown: str
        ) -> None:
            if path.is_relative_to(project.root) and not shown.startswith(".updater-"):
                names.append(shown)
            if len(names) > 1:
                os._exit(9)
            become(path, before, after, shown)

        writes.become = until_the_end
        project.run(*command)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.thorough
def test_killed_at_any_moment_the_next_run_ends_as_if_nothing_had_been(
    orchard: Project, tmp_path: Path
) -> None:
    killed = Killed(orchard.root, tmp_path / "said")
    start, halves, told = orchard.snapshot(), 0, 0
    for command in COMMANDS:
        old = orchard.snapshot()
        code, moments = killed.let(*command)
        assert code == 0, killed.said.read_text()
        new = orchard.snapshot()
        for moment in range(1, moments + 1):
            restore(orchard, old)
            killed.kill(moment, *command, everything=False)
            shown = files(orchard)
            assert all(data in (old.get(name), new.get(name)) for name, data in shown.items())
            halves += shown not in (old, new)
            again = orchard.run(*command)
            told += TOLD in again.err
            assert again.code == 0 or shown == new, (command, moment, again.err)
            assert files(orchard) == new, (command, moment, again.err)
        restore(orchard, new)
    killed.close()
    assert orchard.snapshot() == start
    assert (halves > 0, told) == (True, halves)


def files(project: Project) -> dict[str, bytes]:
    """Return the files, without those of the updater's own."""
    return {name: data for name, data in project.snapshot().items() if "updater-" not in name}


def restore(project: Project, texts: dict[str, bytes]) -> None:
    """Leave these files and no others."""
    for name in project.snapshot().keys() - texts.keys():
        (project.root / name).unlink()
    for name, data in texts.items():
        path = project.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
