"""What identifying costs: of single pins in a large repository, and each tree of a history.

    python -m benchmarks.identify [--before UPDATER] [--only pins|trees] [COMMITS...]

First, `updater identify` is run as a whole on a history of 14,000 commits and 2,500 files: what it
transfers, its memory and its processor's time (`large_history`). ``--before`` names another
updater, such as one of an earlier commit, to run in turn with this one.

Then trees are hashed, against `git archive` and `nix-hash` for each commit, which is the naive way.
For each history length (100, 1,000 and 10,000 commits unless told otherwise) and trees of 20, 200
and 2,000 files, a history is made in which each commit changes one to three files. `identify`'s
engine hashes all of it, once in a process of its own and once with a process for each processor, as
it does by itself once a search takes long; its largest memory is reported. The naive way hashes a
sample of the same commits, as many as fit into a few seconds, and their hashes must agree.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.large_history import measure
from updater.effects.git.mirror import Mirror
from updater.identify.hashes import TreeHashes

LENGTHS = [100, 1_000, 10_000]
LARGE = (14_000, 2_500)
"""Commits and files of the history in which single pins are identified."""
FILES = (20, 200, 2_000)
AIMS = {20: 40.0, 200: 40.0, 2_000: 20.0}
NAIVE_SECONDS = 5.0
LINE = "the quick brown fox jumps over the lazy dog, {} and {}\n"


def make(folder: Path, commits: int, files: int) -> None:
    """Write a history with git fast-import: files of about 4 KB, some 20 in a folder."""
    chance = random.Random(commits * 10_000 + files)  # noqa: S311 - the same history every time
    subprocess.run(["git", "init", "--quiet", "--bare", folder], check=True)
    names = [f"package{n // 20}/module{n}.py" for n in range(files)]
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE
    ) as importing:
        if importing.stdin is None:
            raise SystemExit("git fast-import has no input")
        for number in range(commits):
            changed = names if not number else chance.sample(names, chance.randint(1, 3))
            said = f"commit refs/heads/main\ncommitter A <a@example.org> {number * 60} +0000\n"
            importing.stdin.write(f"{said}data 0\n".encode())
            for name in changed:
                text = "".join(LINE.format(name, chance.random()) for _ in range(55))
                importing.stdin.write(f"M 644 inline {name}\ndata {len(text)}\n{text}\n".encode())
    if importing.returncode:
        raise SystemExit("git fast-import failed")


def hash_all(folder: Path, workers: int) -> None:
    """Hash every commit's tree; leave the seconds, the memory and some hashes."""
    mirror = Mirror(folder, "the benchmark's repository")
    kept: dict[str, str] = {}
    started = time.perf_counter()
    with mirror.objects() as objects:
        hashes = TreeHashes(mirror, objects, None, sys.maxsize, lambda: False)
        with closing(hashes.ahead(mirror.log(), workers)) as offered:
            for one in offered:
                found = hashes.of(one).sri
                if len(kept) < 500:  # noqa: PLR2004 - more than the naive way can check
                    kept[one.commit] = found.digest.hex()
    seconds = time.perf_counter() - started
    users = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    memory = [resource.getrusage(who).ru_maxrss / 1024 for who in users]
    (folder / "result.json").write_text(json.dumps([seconds, memory, kept]))


def engine(folder: Path, workers: int) -> tuple[float, list[float], dict[str, str]]:
    """Run `hash_all` in a process of its own; return what it leaves.

    Memory is in MiB: the process's own, and that of the largest of its children, git among them,
    whose share is mostly the mapped pack.
    """
    (folder / "result.json").unlink(missing_ok=True)
    process = multiprocessing.get_context("spawn").Process(target=hash_all, args=(folder, workers))
    process.start()
    process.join()
    seconds, memory, kept = json.loads((folder / "result.json").read_text())
    return seconds, memory, kept


def naive(folder: Path, wanted: dict[str, str]) -> float:
    """Return the seconds that one commit takes with git, tar and nix-hash; check the hashes."""
    started = time.perf_counter()
    done = 0
    for commit, expected in wanted.items():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            tree = Path(place) / "tree"
            tree.mkdir()
            with subprocess.Popen(
                ["git", "archive", commit], cwd=folder, stdout=subprocess.PIPE
            ) as archive:
                subprocess.run(["tar", "-x", "-C", tree], stdin=archive.stdout, check=True)
            hashed = subprocess.run(
                ["nix-hash", "--type", "sha256", tree], check=True, capture_output=True, text=True
            )
        if hashed.stdout.strip() != expected:
            raise SystemExit(f"{commit}: {expected} is not what nix-hash says: {hashed.stdout}")
        done += 1
        if time.perf_counter() - started > NAIVE_SECONDS:
            break
    return (time.perf_counter() - started) / done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default="", metavar="UPDATER")
    parser.add_argument("--only", choices=("pins", "trees"), default="")
    parser.add_argument("commits", type=int, nargs="*", default=LENGTHS)
    options = parser.parse_args()
    if options.only != "trees":
        measure(options.before, *LARGE)
    if options.only != "pins":
        trees(options.commits)


def trees(lengths: list[int]) -> None:
    """Print one line for each history whose trees are hashed."""
    for files in FILES:
        for commits in lengths:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name) / "history.git"
                make(folder, commits, files)
                alone, memory, kept = engine(folder, 1)
                together, most, others = engine(folder, os.cpu_count() or 1)
                if kept != others:
                    raise SystemExit("several processes say something else than one")
                each = naive(folder, kept)
            number = os.cpu_count()
            print(
                f"{files:>5} files, {commits:>6} commits: {1 / each:5.1f} trees a second naively; "
                f"{commits / alone:7.1f} in one process, {each * commits / alone:5.1f} times "
                f"(aim: {AIMS[files]:g}), {memory[0]:.0f} MiB, children at most {memory[1]:.0f}; "
                f"{commits / together:7.1f} in {number}, {each * commits / together:5.1f} times, "
                f"{most[0]:.0f} MiB, children at most {most[1]:.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
