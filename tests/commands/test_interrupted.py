"""However a run ends, each file is old or new, and the next run finds no trace of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.loopback.faults import Hang
from tests.project import FAKE, Project, pypi_overlay

if TYPE_CHECKING:
    from tests.loopback.index import Index
    from tests.workshop import Workshop

# Runs the command and kills itself at the Nth thing that it does to the file system.
KILLED = """
import os, signal, sys
from updater.__main__ import main
left = int(sys.argv[1])
EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.chmod", "tempfile.mkstemp", "os.truncate",
          "tempfile.mkdtemp", "subprocess.Popen", "shutil.rmtree", "shutil.copytree", "fcntl.flock"}
def hook(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[1], str) and arguments[1][0] in "wax"
    if event in EVENTS or writes:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where scratch copies lie."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_killed_at_any_moment_each_file_is_old_or_new(
    project: Project, index: Index, scratch: Path
) -> None:
    """Kill -9 before every change to the file system, one run after the other."""
    index.release("a", "2.0")
    old = pypi_overlay("a", "1.0", sri=FAKE)
    path = project.overlay("a.nix", old)
    assert project.run("bump").code == 0
    new = path.read_text()
    ends = []
    for moment in range(1, 200):
        path.write_text(old)
        command = [sys.executable, "-c", KILLED, str(moment), "bump", "-C", str(project.root)]
        done = subprocess.run(command, capture_output=True, check=False, env=dict(os.environ))
        assert path.read_text() in (old, new), moment
        ends.append(done.returncode)
        if done.returncode != -signal.SIGKILL:
            break
    assert len(ends) > 5
    assert (ends[-1], set(ends[:-1])) == (0, {-signal.SIGKILL})
    path.write_text(old)
    assert project.run("bump").code == 0
    assert path.read_text() == new
    assert [one.name for one in path.parent.iterdir()] == ["a.nix"]
    assert list(scratch.glob("updater-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_during_a_look_up_says_so_and_leaves_everything(
    project: Project, index: Index, scratch: Path, number: signal.Signals
) -> None:
    hang = Hang()
    index.release("a", "2.0")
    index.server.fail("GET /simple/a/", hang)
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    before = project.snapshot()
    code, err = interrupted(project.root, hang, number)
    assert (code, err) == (
        130,
        "updater: interrupted; every file is either as it was or finished\n",
    )
    assert project.snapshot() == before
    assert list(scratch.glob("updater-*")) == []


@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_during_a_build_ends_nix_too(
    workshop: Workshop, scratch: Path, number: signal.Signals
) -> None:
    """The build's download hangs; after the interrupt Nix is gone and nothing is written."""
    hang = Hang()
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.index.server.fail("GET /packages/source/", hang)
    before = workshop.project.snapshot()
    code, _ = interrupted(workshop.project.root, hang, number)
    assert code == 130
    assert workshop.project.snapshot() == before
    assert list(scratch.glob("updater-*")) == []
    assert running("nix-store --realise", str(workshop.project.root)) == []


def interrupted(root: Path, hang: Hang, number: signal.Signals) -> tuple[int, str]:
    """Run a bump, interrupt it when it hangs, and return its exit code and stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "updater", "bump", "-C", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert hang.reached.wait(60)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    hang.release()
    return process.returncode, err


def running(command: str, environment: str) -> list[str]:
    """Process ids whose command line holds a text and whose environment another."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            holds = environment.encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if command in line and holds:
            found.append(folder.name)
    return found
