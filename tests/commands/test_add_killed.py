"""`add` and `remove`, killed between two files of one change: the next run takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.killed import Killed
from tests.loopback.distributions import tarred
from tests.project import pypi_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.index import Index
    from tests.project import Project

LIST = "{ }: import <nixpkgs> { overlays = [ (import ./overlays/apple.nix) ]; }\n"


@pytest.mark.parametrize(
    ("step", "most"),
    [
        pytest.param(1, 1000, id="each", marks=pytest.mark.thorough),
        pytest.param(4, 13, id="some"),
    ],
)
def test_killed_at_any_moment_the_next_run_ends_as_if_nothing_had_been(
    project: Project, index: Index, tmp_path: Path, step: int, most: int
) -> None:
    """And says what it took back: the new overlay, or the entry of the list."""
    sdist = tarred({"plum-2.0/setup.py": "from setuptools import setup\nsetup(name='plum')\n"})
    index.release("plum", "2.0", files={"plum-2.0.tar.gz": sdist})
    project.overlay("apple.nix", pypi_overlay("apple", "1.0"))
    (project.root / "default.nix").write_text(LIST)
    killed = Killed(project.root, tmp_path / "said")
    states = [project.snapshot()]
    halves = told = 0
    for command in (("add", "plum", "--no-build"), ("remove", "plum")):
        code, _ = killed.let(*command)
        assert code == 0, killed.said.read_text()
        old, new = states[-1], project.snapshot()
        restore(project, old)
        _, moments = killed.let(*command)  # fewer, since its answers are kept by now
        states.append(new)
        for moment in range(max(1, moments + 1 - most), moments + 1, step):
            restore(project, old)
            killed.kill(moment, *command, everything=False)
            left = project.snapshot()
            shown = {name: data for name, data in left.items() if "updater-" not in name}
            assert all(data in (old.get(name), new.get(name)) for name, data in shown.items())
            halves += shown not in (old, new)
            again = project.run(*command)
            told += "took back what an earlier run had written when it was killed" in again.err
            done = project.snapshot() == new and (again.code == 0 or shown == new)
            assert done, (command, moment, again.err)
        restore(project, new)
    killed.close()
    assert states[2] == states[0]
    assert halves > 0
    assert told == halves


def restore(project: Project, files: dict[str, bytes]) -> None:
    """Leave these files and no others, nor any note."""
    for name in project.snapshot().keys() - files.keys():
        (project.root / name).unlink()
    (project.root / ".updater-unfinished").unlink(missing_ok=True)
    for name, data in files.items():
        path = project.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
