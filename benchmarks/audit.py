"""How long `updater audit` takes against `updater list`, on trees of generated overlays.

    python -m benchmarks.audit [FILES ...]

The audit may take twice as long as the listing, without the network. Both are run in turn, each as
a process of its own, with what earlier runs kept of the files and without; the generated overlays
have some three findings each, which are all told.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import overlay_trees
from benchmarks.list import Cost, median

RUNS = 5
MOST = 2.0


def run(*command: str) -> Cost:
    """Run a command, its output thrown away; findings are exit code 1."""
    started = time.perf_counter()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)]
    )
    _, status, used = os.wait4(process, 0)
    os.close(nowhere)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command} failed")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=int, default=(100, 1000, 10_000))
    for files in parser.parse_args().files:
        with tempfile.TemporaryDirectory() as name:
            overlay_trees.write(Path(name) / "tree", files)
            os.environ["XDG_CACHE_HOME"] = f"{name}/cache"
            for kept, options in (("kept", ()), ("nothing kept", ("--no-cache",))):
                ratio, medians = compared(Path(name) / "tree", options)
                print(f"{files} files, {kept}, medians of {RUNS}, audit / list: {ratio:.2f}")
                for kind, cost in medians.items():
                    print(f"  {kind:<6} {cost}")
                print(f"  at most {MOST}: {'holds' if ratio <= MOST else 'does not hold'}")


def compared(tree: Path, options: tuple[str, ...]) -> tuple[float, dict[str, Cost]]:
    """Run both in turn; return how much longer the audit takes of the processor, and the medians.

    Args:
        tree: of overlays.
        options: of both commands.
    """
    base = (sys.executable, "-P", "-m", "updater")
    commands = {kind: (*base, kind, "-C", str(tree), *options) for kind in ("list", "audit")}
    for command in commands.values():
        run(*command)  # the first is that which keeps
    costs: dict[str, list[Cost]] = {kind: [] for kind in commands}
    for _ in range(RUNS):  # in turn, so that a machine that slows down slows both
        for kind, command in commands.items():
            costs[kind].append(run(*command))
    medians = {kind: median(own) for kind, own in costs.items()}
    return medians["audit"].processor / medians["list"].processor, medians


if __name__ == "__main__":
    main()
