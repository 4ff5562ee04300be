"""However a run ends, each file is old or new, and the next run finds no trace of it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.killed import Killed
from tests.loopback.faults import Hang
from tests.project import FAKE, Project, github_overlay, pypi_overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loopback.github import GitHub
    from tests.loopback.index import Index
    from tests.workshop import Workshop


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where scratch copies lie."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def killed(workshop: Workshop, scratch: Path, tmp_path: Path) -> Iterator[Killed]:
    """A bump that builds, with what it builds in the store already."""
    workshop.add("a", "2.0")
    workshop.overlay("a")
    made = Killed(workshop.project.root, tmp_path / "said")
    yield made
    made.close()
    assert list(scratch.glob("updater-*")) == []


def every(moments: int) -> list[object]:
    """Each moment in the thorough run, else only those at some distance."""
    return [
        pytest.param(1, id="each", marks=pytest.mark.thorough),
        pytest.param(moments, id="some"),
    ]


@pytest.mark.nix
@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize("step", every(8))
def test_killed_at_any_moment_each_file_is_old_or_new(
    workshop: Workshop, killed: Killed, step: int
) -> None:
    """Kill -9 before changes to the file system, of a run that builds; the next one sweeps."""
    path = workshop.project.root / "overlays" / "a.nix"
    old = path.read_text()
    assert workshop.project.run("bump").code == 0
    new = path.read_text()
    ends = []
    for moment in range(1, 1000, step):
        path.write_text(old)
        code, sent = killed.at(moment, signal.SIGKILL)
        assert path.read_text() in (old, new), moment
        if not sent:
            assert code == 0, killed.said.read_text()
            break
        ends.append(code)
    assert (len(ends) * step > 40, set(ends)) == (True, {-signal.SIGKILL})
    path.write_text(old)
    assert workshop.project.run("bump").code == 0
    assert path.read_text() == new
    assert [one.name for one in path.parent.iterdir()] == ["a.nix"]


@pytest.mark.thorough
def test_killed_at_any_moment_of_a_commit_the_next_run_commits(
    project: Project, index: Index, scratch: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Once, with its own message, whether the file was written by then or not."""
    index.release("a", "2.0")
    path = project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    old = path.read_text()
    project.git("init", "--quiet")
    project.git("config", "user.name", "T")
    project.git("config", "user.email", "t@example.org")
    project.git("add", ".")
    project.git("commit", "--quiet", "-m", "start")
    start = project.git("rev-parse", "HEAD").strip()
    killed = Killed(project.root, tmp_path / "said", "--commit")
    request.addfinalizer(killed.close)
    written = 0
    for moment in range(1, 1000):
        project.git("reset", "--quiet", "--hard", start)
        code, sent = killed.at(moment, signal.SIGKILL)
        if not sent:
            assert code == 0, killed.said.read_text()
            break
        is_uncommitted = path.read_text() != old and project.git("status", "--porcelain") != ""
        written += is_uncommitted
        result = project.run("bump", "--commit")
        assert result.code == 0, (moment, result)
        note = "overlays/a.nix: committed what an earlier run wrote (a: 1.0 -> 2.0)"
        assert (note in result.err) == is_uncommitted, (moment, result)
        assert project.git("log", "--format=%s") == "a: 1.0 -> 2.0\nstart\n", moment
        assert project.git("status", "--porcelain", "--ignored") == "", moment
        assert list(scratch.iterdir()) == [], moment
    assert written > 0


@pytest.mark.nix
@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize("step", every(18))
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)]
)
def test_interrupted_at_any_moment_it_leaves_nothing_behind(
    workshop: Workshop, killed: Killed, scratch: Path, number: signal.Signals, step: int
) -> None:
    """Nothing half written, no scratch copy, no process of Nix; and it says so."""
    path = workshop.project.root / "overlays" / "a.nix"
    old = path.read_text()
    assert workshop.project.run("bump").code == 0
    new = path.read_text()
    interrupted_at = []
    for moment in range(1, 1000, step):
        path.write_text(old)
        code, sent = killed.at(moment, number)
        if not sent:
            assert (code, path.read_text()) == (0, new)
            break
        said = killed.said.read_text()
        assert (code, said.splitlines()[-1]) == (
            130,
            "updater: interrupted; every file is either as it was or finished",
        ), (moment, said)
        assert path.read_text() in (old, new), moment
        assert [one.name for one in path.parent.iterdir()] == ["a.nix"], moment
        assert list(scratch.glob("updater-*")) == [], moment
        assert all(map(ends, running("nix", str(scratch)))), moment
        interrupted_at.append(moment)
    assert len(interrupted_at) > 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_git_clones_ends_git_too(
    project: Project, github: GitHub, scratch: Path, number: signal.Signals
) -> None:
    """And its remote helper, which waits for the host."""
    hang = Hang()
    github.repository("o", "fig").commit({"setup.py": ""})
    github.server.fail("POST /o/fig.git/git-upload-pack", hang, body="command=fetch")
    project.overlay("fig.nix", github_overlay("fig", "1.0", rev="main", sri=FAKE))
    process = subprocess.Popen(
        [sys.executable, "-m", "updater", "identify", "-C", str(project.root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert hang.reached.wait(60)
    helpers = running("git remote-http", str(scratch))
    process.send_signal(number)
    assert (process.wait(60), len(helpers)) == (130, 1)
    assert all(map(ends, helpers))
    hang.release()


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


# Runs the command where it makes no copies of itself.
ALONE = """
import os, sys
if sys.platform == "linux":
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
from updater.effects import files
files.read_plain = lambda path, shown: open(path.parent.parent / "pipe", "rb").read()
from updater.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("command", ["list", "check", "bump"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_overlays_are_read_ends_the_run_at_once(
    project: Project, number: signal.Signals, command: str
) -> None:
    """What is read is a pipe into which nothing is written: who goes on reading never ends."""
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    pipe = project.root / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE, command, "-C", str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pipe.open("wb"):  # opened once it is being read
        process.send_signal(number)
        try:
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, err) == (
        130,
        "updater: interrupted; every file is either as it was or finished\n",
    )


# Runs the command as a script's shell runs a job in the background: Ctrl-C is ignored.
BACKGROUND = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "updater", *sys.argv[1:]])
"""


@pytest.mark.nix
@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize("place", ["GET /simple/", "GET /packages/source/"])
def test_sigterm_ends_a_run_in_the_background_too(
    workshop: Workshop, scratch: Path, place: str
) -> None:
    """While the index is asked, and while Nix downloads."""
    hang = Hang()
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.project.add_configuration("packages: {apple: {hash: build}}\n")
    workshop.index.server.fail(place, hang)
    before = workshop.project.snapshot()
    code, err = interrupted(workshop.project.root, hang, signal.SIGTERM, start=("-c", BACKGROUND))
    assert (code, err) == (
        130,
        "updater: interrupted; every file is either as it was or finished\n",
    )
    assert workshop.project.snapshot() == before
    assert list(scratch.glob("updater-*")) == []
    assert running("nix", str(scratch)) == []


# What Nix does when its download hangs, and the configuration that makes it do so.
REALISED = {
    "a build": ("", "nix-store --realise"),
    # With a fake hash in the scratch copy alone.
    "finding a hash": (
        "packages: {apple: {hash: build}}\n",
        "nix-store --realise --no-build-output",
    ),
}


@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize(("configuration", "command"), REALISED.values(), ids=REALISED)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_nix_realises_ends_nix_too(
    workshop: Workshop, scratch: Path, number: signal.Signals, configuration: str, command: str
) -> None:
    """Its download hangs; after the interrupt Nix is gone and nothing is written."""
    hang = Hang()
    workshop.add("apple", "2.0")
    workshop.overlay("apple")
    workshop.project.add_configuration(configuration)
    workshop.index.server.fail("GET /packages/source/", hang)
    before = workshop.project.snapshot()
    building: list[str] = []
    code, _ = interrupted(
        workshop.project.root,
        hang,
        number,
        lambda: building.extend(running(command, str(scratch))),
    )
    assert (code, len(building)) == (130, 1)
    assert workshop.project.snapshot() == before
    assert list(scratch.glob("updater-*")) == []
    assert running("nix-store --realise", str(scratch)) == []


NAMES = ("apple", "cherry", "fig", "grape", "kiwi", "lemon", "mango", "peach", "pear", "plum")

# Builds so many packages, tells that their files are written, and hangs in all other builds.
HANGS = """
import sys, anyio
from updater.__main__ import main
from updater.building.builder import Builder
from updater.pipeline.writing import Writer
most = int(sys.argv.pop(1))
build, write, counts = Builder.build, Writer.write, {"built": 0, "written": 0}
async def counted_build(self, job, ahead):
    counts["built"] += 1
    if counts["built"] > most:
        await anyio.sleep_forever()
    return await build(self, job, ahead)
async def counted_write(self, ready):
    outcome = await write(self, ready)
    counts["written"] += 1
    if counts["written"] == most:
        print("written", file=sys.stderr, flush=True)
    return outcome
Builder.build, Writer.write = counted_build, counted_write
sys.exit(main())
"""


@pytest.mark.nix
@pytest.mark.usefixtures("tokenless")
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)]
)
def test_what_passed_its_build_is_written_when_a_run_of_builds_is_interrupted(
    workshop: Workshop, scratch: Path, number: signal.Signals
) -> None:
    """Ten builds, interrupted in the fifth: four are written and told; the next run has six."""
    for name in NAMES:
        workshop.add(name, "2.0")
    workshop.overlay(*NAMES)
    process = subprocess.Popen(
        [sys.executable, "-c", HANGS, "4", "bump", "-C", str(workshop.project.root)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "written\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    written = [name for name in NAMES if workshop.version(name) == "2.0"]
    left = [name for name in NAMES if name not in written]
    assert (process.returncode, err) == (
        130,
        (
            "updater: interrupted; 4 of 10 changes are written\n"
            f"  done: {', '.join(written)}\n"
            f"  not done: {', '.join(left)}\n"
            "hint: run the same command again for the rest\n"
        ),
    )
    assert list(scratch.glob("updater-*")) == []
    result, packages = workshop.bump()
    assert result.code == 0
    statuses = {name: package["status"] for name, package in packages.items()}
    assert statuses == dict.fromkeys(written, "current") | dict.fromkeys(left, "updated")
    assert {packages[name]["build"]["status"] for name in left} == {"passed"}
    assert {workshop.version(name) for name in NAMES} == {"2.0"}


def interrupted(
    root: Path,
    hang: Hang,
    number: signal.Signals,
    meanwhile: Callable[[], None] = lambda: None,
    start: tuple[str, str] = ("-m", "updater"),
) -> tuple[int, str]:
    """Run a bump, interrupt it when it hangs, and return its exit code and stderr."""
    process = subprocess.Popen(
        [sys.executable, *start, "bump", "-C", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert hang.reached.wait(60)
    meanwhile()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    hang.release()
    return process.returncode, err


def ends(process: str) -> bool:
    """Tell whether a process that was told to end does: the kernel may take a moment for it."""
    try:
        handle = os.pidfd_open(int(process))
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


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


# Ctrl-C comes in the first import of the command's own modules.
EARLY = """
import importlib.abc, sys
from updater.__main__ import main

class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "updater.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
sys.argv = ["updater", "list"]
sys.exit(main())
"""


def test_ctrl_c_before_anything_was_begun_ends_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
