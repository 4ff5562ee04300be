"""How long ``updater list`` takes and what it holds.

    python -m benchmarks.list [--before PYTHON] [FILES...]

Prints, for each size of tree, the medians of five runs in turn: seconds, seconds of the processor,
and peak memory of the whole process, start-up included. The first run knows nothing, the second
what the one before it has parsed; then how long the same files take to be parsed and no more.
PYTHON is one of an environment with another updater, such as one of an earlier commit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import overlay_trees

RUNS = 5
SIZES = (100, 1000, 10_000)
PARSE_ONLY = """
import pathlib, sys
from updater.overlay.reading import syntax
for path in pathlib.Path(sys.argv[1]).rglob("*.nix"):
    syntax.parse(path.read_bytes())
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of the clock, of the processor, and megabytes at most."""

    seconds: float
    processor: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s {self.processor:6.2f} s CPU {self.megabytes:6.0f} MB"


def run(*command: str) -> Cost:
    """Run a command, its output thrown away."""
    started = time.perf_counter()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)]
    )
    _, status, used = os.wait4(process, 0)
    os.close(nowhere)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command} failed")
    megabytes = used.ru_maxrss / 1024
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, megabytes)


def median(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processor for cost in costs),
        statistics.median(cost.megabytes for cost in costs),
    )


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=int, default=SIZES)
    parser.add_argument("--before", default="", metavar="PYTHON")
    options = parser.parse_args()
    for files in options.files:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            overlay_trees.write(folder, files)
            ours = (sys.executable, "-P", "-m", "updater", "list", "-C", name)
            first = (*ours[:4], "--no-cache", *ours[4:])
            commands: dict[str, tuple[str, ...]] = {"first run": first, "second run": ours}
            if options.before:
                commands["before"] = (options.before, *ours[1:])
            commands["parse only"] = (sys.executable, "-c", PARSE_ONLY, name)
            os.environ["XDG_CACHE_HOME"] = f"{name}/cache"
            run(*ours)
            costs: dict[str, list[Cost]] = {kind: [] for kind in commands}
            for _ in range(RUNS):  # in turn, so that a machine that slows down slows all
                for kind, command in commands.items():
                    costs[kind].append(run(*command))
            print(f"{files} files, medians of {RUNS}:")
            for kind, figures in costs.items():
                print(f"  {kind:<10} {median(figures)}")


if __name__ == "__main__":
    main()
