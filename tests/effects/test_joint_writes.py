"""Several files change together, also where a run is killed between two of them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from updater.effects import joint_writes, writes
from updater.errors import WriteError

if TYPE_CHECKING:
    from pathlib import Path

CHANGES: list[tuple[str, bytes | None, bytes | None]] = [
    ("below/new", None, b"made"),
    ("gone", b"there", None),
    ("list", b"old", b"new"),
]
BEFORE = {"gone": b"there", "list": b"old"}
AFTER = {"below/new": b"made", "list": b"new"}


@pytest.fixture(params=["folder", "repository", "worktree"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project's folder: of no repository, in one, or in a worktree of one."""
    root = tmp_path / "project"
    if request.param == "worktree":
        git(tmp_path, "init", "--quiet", "main")
        git(tmp_path / "main", "commit", "--quiet", "--allow-empty", "-m", "start")
        git(tmp_path / "main", "worktree", "add", "--quiet", str(root))
    root.mkdir(exist_ok=True)
    if request.param == "repository":
        git(root, "init", "--quiet")
    for file, data in BEFORE.items():
        (root / file).write_bytes(data)
    return root


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def snapshot(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    named = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return {name: data for name, data in named.items() if not name.startswith(".git")}


def killed(root: Path, changes: int) -> None:
    """Write in a process of its own that ends, as by a signal, before one of the changes."""
    child = os.fork()
    if not child:
        become = writes.become
        left = changes + 1  # the note comes first

        def until_the_end(*arguments: object) -> None:
            nonlocal left
            if not left:
                os._exit(9)
            left -= 1
            become(*arguments)  # type: ignore[arg-type]

        writes.become = until_the_end  # type: ignore[assignment]
        joint_writes.write_all(root, CHANGES)
        os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.parametrize("changes", [1, 2])
def test_the_next_run_takes_back_what_a_killed_one_wrote(root: Path, changes: int) -> None:
    killed(root, changes)
    assert snapshot(root) != BEFORE
    assert joint_writes.is_unfinished(root)
    assert joint_writes.take_back(root) == tuple(file for file, _, _ in CHANGES[:changes])
    assert (snapshot(root), joint_writes.is_unfinished(root)) == (BEFORE, False)
    joint_writes.write_all(root, CHANGES)
    assert (snapshot(root), joint_writes.is_unfinished(root)) == (AFTER, False)
    assert joint_writes.take_back(root) == ()


def test_what_somebody_changed_since_is_left_alone(root: Path) -> None:
    killed(root, 2)
    (root / "list").write_bytes(b"mine")
    assert joint_writes.take_back(root) == ()
    assert snapshot(root) == {"below/new": b"made", "list": b"mine"}
    assert not joint_writes.is_unfinished(root)


def test_what_a_run_is_writing_now_is_not_taken_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become = writes.become
    taken: list[tuple[str, tuple[str, ...]]] = []

    def looked_at(path: Path, before: bytes | None, after: bytes | None, shown: str) -> None:
        become(path, before, after, shown)
        if shown not in dict(taken):
            taken.append((shown, joint_writes.take_back(root)))

    monkeypatch.setattr(writes, "become", looked_at)
    joint_writes.write_all(root, CHANGES)
    note, *others = taken  # before it is locked, it is taken for one that was left, and made anew
    assert (note[1], others) == ((), [(file, ()) for file, _, _ in CHANGES])
    assert snapshot(root) == AFTER


def test_what_cannot_be_written_leaves_no_note(root: Path) -> None:
    with pytest.raises(WriteError):
        joint_writes.write_all(root, [*CHANGES, ("list/below", None, b"")])
    assert (snapshot(root), joint_writes.is_unfinished(root)) == (BEFORE, False)
