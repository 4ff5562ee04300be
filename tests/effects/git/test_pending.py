"""A change between its writing and its commit: alone, and known to the next run."""

from __future__ import annotations

import fcntl
import os
import subprocess
from typing import TYPE_CHECKING

import anyio
import pytest

from updater.effects.git import pending
from updater.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD, NEW = b"1.0\n", b"2.0\n"
FILE = "below/a.nix"
CHANGE = pending.change_of([(FILE, OLD, NEW)], "a: 1.0 -> 2.0")


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project's folder in its repository, with one file that is committed."""
    git(tmp_path, "init", "--quiet", "repository")
    root = tmp_path / "repository" / "project"
    (root / "below").mkdir(parents=True)
    (root / FILE).write_bytes(OLD)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "start")
    git(root, "config", "user.name", "T")
    git(root, "config", "user.email", "t@example.org")
    return root


def interrupt(root: Path, *, written: bool = True) -> None:
    """Write, and end before the commit."""

    async def work() -> None:
        async with pending.noted(root, CHANGE):
            if written:
                (root / FILE).write_bytes(NEW)
            raise WriteError("the end")

    with pytest.raises(WriteError, match="the end"):
        anyio.run(work)


def test_what_is_left_is_committed_once(root: Path) -> None:
    interrupt(root)
    assert anyio.run(pending.left, root) == CHANGE
    anyio.run(pending.finish, root, CHANGE)
    assert git(root, "log", "-1", "--format=%s", "--name-only").split("\n") == [
        "a: 1.0 -> 2.0",
        "",
        "project/below/a.nix",
        "",
    ]
    assert anyio.run(pending.left, root) is None


SINCE: dict[str, Callable[[Path], object]] = {
    "somebody committed it": lambda root: git(root, "commit", "--quiet", "-am", "mine"),
    "somebody took it back": lambda root: git(root, "checkout", "--quiet", "."),
    "somebody changed it": lambda root: (root / FILE).write_bytes(b"3.0\n"),
    "somebody removed it": lambda root: (root / FILE).unlink(),
    "the note is damaged": lambda root: (root.parent / ".git" / "updater-uncommitted").write_bytes(
        b"x"
    ),
}


@pytest.mark.parametrize("since", SINCE.values(), ids=SINCE)
def test_what_somebody_saw_to_is_left_alone(root: Path, since: Callable[[Path], object]) -> None:
    interrupt(root)
    since(root)
    assert anyio.run(pending.left, root) is None
    assert not (root.parent / ".git" / "updater-uncommitted").exists()


def test_what_was_not_written_is_not_left(root: Path) -> None:
    interrupt(root, written=False)
    assert anyio.run(pending.left, root) is None


def test_outside_a_repository_nothing_is_noted(tmp_path: Path) -> None:
    interrupt_folder = tmp_path / "plain"
    (interrupt_folder / "below").mkdir(parents=True)
    interrupt(interrupt_folder)
    assert anyio.run(pending.left, interrupt_folder) is None


def test_nothing_is_written_while_another_git_or_run_is_at_work(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is had before anything is written."""
    monkeypatch.setattr(pending, "_PATIENCE", 0.0)
    folder = root.parent / ".git"
    (folder / "index.lock").write_text("")
    with pytest.raises(WriteError) as caught:
        anyio.run(pending.finish, root, CHANGE)
    assert (str(caught.value), caught.value.hint) == (
        f"another git is at work: {folder}/index.lock exists",
        "wait for its end; if none runs, remove the file",
    )
    (folder / "index.lock").unlink()
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(WriteError, match=r"^another updater commits in this repository$"):
        anyio.run(pending.finish, root, CHANGE)
    os.close(handle)
    assert not (folder / "updater-uncommitted").exists()
