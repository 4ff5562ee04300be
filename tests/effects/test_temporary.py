"""What a killed run left in TMPDIR is removed by the next; what a living one has, stays."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from updater.effects import temporary

if TYPE_CHECKING:
    from collections.abc import Callable

# Makes a folder with something in it, says so, and waits for its end.
HOLDS = """
import sys
from updater.effects import temporary
with temporary.folder("history") as folder:
    (folder / "objects").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def tmpdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def ends(process: subprocess.Popen[str]) -> None:
    process.communicate()


def is_killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize(("end", "left"), [(ends, 0), (is_killed, 2)])
def test_a_folder_is_gone_at_the_end_or_swept_by_the_next_run(
    tmpdir: Path, end: Callable[[subprocess.Popen[str]], None], left: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert folder.parent == tmpdir
    assert folder.stat().st_mode & 0o777 == 0o700
    temporary.sweep()
    assert (folder / "objects").is_dir()
    end(process)
    assert len(list(tmpdir.glob("updater-*"))) == left
    temporary.sweep()
    assert list(tmpdir.glob("updater-*")) == []


# Makes files in a folder for half a second, and ends where the folder is gone.
WRITES = """
import sys, time
ends = time.monotonic() + 0.5
for number in range(10**9):
    if time.monotonic() > ends:
        break
    try:
        open(f"{sys.argv[1]}/{number}", "w").close()
    except FileNotFoundError:
        pass
    if not number:
        print("there", flush=True)
"""


def test_what_a_program_that_outlived_its_run_still_writes_is_swept_too(tmpdir: Path) -> None:
    folder = tmpdir / "updater-history-x"
    folder.mkdir()
    (tmpdir / "updater-history-x.lock").touch()
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(folder)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "there\n"
        temporary.sweep()
        assert list(tmpdir.glob("updater-*")) == []


def test_a_folder_that_cannot_be_removed_keeps_its_lock_for_the_next_run(
    tmpdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmpdir / "updater-run-x").mkdir()
    (tmpdir / "updater-run-x.lock").touch()
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        patch.setattr(temporary, "_PAUSE", 0.0)
        temporary.sweep()
    assert len(list(tmpdir.glob("updater-run-x*"))) == 2
    temporary.sweep()
    assert list(tmpdir.glob("updater-run-x*")) == []


def test_a_lock_that_was_swept_before_it_was_held_is_made_again(
    tmpdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    mkstemp = tempfile.mkstemp

    def swept(prefix: str, suffix: str, dir: Path) -> tuple[int, str]:  # noqa: A002
        handle, name = mkstemp(prefix=prefix, suffix=suffix, dir=dir)
        if not made:
            Path(name).unlink()
        made.append(name)
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", swept)
    with temporary.folder("run") as folder:
        assert f"{folder}.lock" == made[1]
        assert (len(made), len(list(tmpdir.glob("updater-*")))) == (2, 2)
