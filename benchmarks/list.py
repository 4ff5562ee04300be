"""How long ``updater list`` takes and what it holds: ``python benchmarks/list.py [FILES...]``.

Prints, for each size of tree, the best of three runs: seconds, user seconds, and peak memory of the
whole process, start-up included; then how long the same files take to be parsed and no more.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks import overlay_trees

RUNS = 3
SIZES = (100, 1000, 10_000)
PARSE_ONLY = """
import pathlib, sys
from updater.overlay import syntax
for path in pathlib.Path(sys.argv[1]).rglob("*.nix"):
    syntax.parse(path.read_bytes())
"""


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What a process took: seconds of the clock, of the processor, and megabytes at most."""

    seconds: float
    user: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s {self.user:6.2f} s user {self.megabytes:6.0f} MB"


def run(*arguments: str) -> Cost:
    """Run this Python with arguments, its output thrown away."""
    started = time.perf_counter()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    command = [sys.executable, *arguments]
    process = os.posix_spawn(
        sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)]
    )
    _, status, used = os.wait4(process, 0)
    os.close(nowhere)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command} failed")
    megabytes = used.ru_maxrss / 1024
    return Cost(time.perf_counter() - started, used.ru_utime, megabytes)


def main(sizes: list[int]) -> None:
    """Measure each size."""
    for files in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            overlay_trees.write(folder, files)
            listed = min(run("-m", "updater", "list", "-C", name) for _ in range(RUNS))
            parsed = min(run("-c", PARSE_ONLY, name) for _ in range(RUNS))
            print(f"{files:6} files: list {listed}   parse only {parsed}")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or list(SIZES))
