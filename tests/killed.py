"""The command, ended at a moment of its work with files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

# Imports the command once; then, for each line of its input, a copy of itself runs it and sends
# itself a signal before the Nth thing that it does to the file system: alone, or together with all
# that it started. It answers with the exit code and whether the signal was sent.
KILLED = """
import importlib, json, os, pkgutil, signal, sys
import updater
from updater.__main__ import main
for module in pkgutil.walk_packages(updater.__path__, "updater."):
    if module.name != "updater.__main__":
        importlib.import_module(module.name)
EVENTS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.link", "os.symlink",
          "os.truncate", "os.utime", "tempfile.mkstemp", "tempfile.mkdtemp", "subprocess.Popen",
          "shutil.rmtree", "shutil.copytree", "shutil.copyfile", "fcntl.flock"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
def run(moment, number, everything, said, arguments):
    left, done = moment, 0
    if everything:
        os.setsid()
    def hook(event, given):
        nonlocal left, done
        writes = event == "open" and (
            given[1][0] in "wax" if isinstance(given[1], str) else given[2] & WRITING)
        if event in EVENTS or writes:
            left -= 1
            done += 1
            os.pwrite(counted, b"%d" % done, 0)
            if left == 0:
                os.write(sent, b"x")
                (os.killpg if everything else os.kill)(os.getpid(), number)
    counted = os.open(said + ".done", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    sent = os.open(said + ".sent", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.dup2(2, 1)
    sys.argv = ["updater", *arguments]
    sys.addaudithook(hook)
    code = main()
    left = 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
for line in sys.stdin:
    moment, number, everything, said, arguments = json.loads(line)
    child = os.fork()
    if not child:
        run(moment, number, everything, said, arguments)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, os.path.getsize(said + ".sent") > 0]), flush=True)
"""


def working_in(folder: Path) -> list[str]:
    """Return the command lines of the programs that are in a folder, or below."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                line = (process / "cmdline").read_bytes()
                found.append(line.replace(b"\0", b" ").decode().strip())
        except OSError:
            continue
    return [line for line in found if line]  # else it has ended, and nobody has waited for it


def ended_in(folder: Path) -> bool:
    """Tell whether all programs in a folder have ended: the kernel may take a moment for it."""
    ends = time.monotonic() + 10
    while working_in(folder) and time.monotonic() < ends:
        time.sleep(0.01)
    return not working_in(folder)


class Killed:
    """A command that is sent a signal at some moment, again and again."""

    def __init__(self, root: Path, said: Path, *options: str) -> None:
        self.said = said
        self._at = ["-C", str(root)]
        self._arguments = ["bump", *self._at, *options]
        self._process = subprocess.Popen(
            [sys.executable, "-c", KILLED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def at(self, moment: int, number: signal.Signals) -> tuple[int, bool]:
        """Run the bump; return its exit code, and whether it came to the moment."""
        return self._run(moment, number, self._arguments, everything=False)

    def kill(self, moment: int, *arguments: str, everything: bool) -> bool:
        """Run a command and kill it; return whether it came to the moment.

        Args:
            moment: before which of the things that it does to the file system.
            arguments: the command and its own.
            everything: also what it started, as a runner does that is cancelled.
        """
        command, *rest = arguments
        whole = [command, *self._at, *rest]
        return self._run(moment, signal.SIGKILL, whole, everything=everything)[1]

    def let(self, *arguments: str) -> tuple[int, int]:
        """Run a command to its end; return its exit code, and how many moments it has."""
        command, *rest = arguments
        whole = [command, *self._at, *rest]
        code, _ = self._run(0, signal.SIGKILL, whole, everything=False)
        return code, int(Path(f"{self.said}.done").read_text())

    def _run(
        self, moment: int, number: signal.Signals, arguments: list[str], *, everything: bool
    ) -> tuple[int, bool]:
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        order = [moment, number, everything, str(self.said), arguments]
        asked.write(json.dumps(order) + "\n")
        asked.flush()
        code, sent = json.loads(answers.readline())
        return code, sent

    def close(self) -> None:
        """End what was imported for it."""
        self._process.communicate()
