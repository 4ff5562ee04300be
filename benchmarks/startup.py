"""Start-up against a bare Python, in one run: medians of whole processes and their ratios.

    python benchmarks/startup.py [ROUNDS [UPDATER]]

The commands run in turn, so that a machine that slows down slows all of them. UPDATER is another
updater to compare with, such as one of an earlier commit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 21
AIMS = {"--version": 5.0, "--help": 16.0}

script = Path(sys.executable).with_name("updater")
commands = {"bare": [sys.executable, "-c", "pass"]} | {name: [str(script), name] for name in AIMS}
if before := sys.argv[2:3]:
    commands |= {f"before {name}": [*before, name] for name in AIMS}
seconds: dict[str, list[float]] = {name: [] for name in commands}
for count in range(ROUNDS + 1):
    for name, command in commands.items():
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if count:  # the first round warms the page cache and the bytecode
            seconds[name].append(time.perf_counter() - started)
bare = statistics.median(seconds["bare"])
print(f"python -c pass: {bare * 1000:.1f} ms (median of {ROUNDS})")
for name, aim in AIMS.items():
    median = statistics.median(seconds[name])
    print(f"updater {name}: {median * 1000:.1f} ms, {median / bare:.1f} times bare (aim: {aim:g})")
    if before:
        ratio = median / statistics.median(seconds[f"before {name}"])
        print(f"  {ratio:.2f} times {before[0]}")
