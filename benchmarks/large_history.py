"""`updater identify` of single pins in a large repository: the first part of `identify`.

On a loopback GitHub there is a repository, of 80 MB of packs where it has 14,000 commits. Each row
is one pin to a moving branch, and nothing is kept when it begins. Its hash is that of the branch's
head; of the tag that its label names; of the commit that was new on the day on which the pin was
written, 200 before the head; and of none, where 300 commits are looked at. Printed are the MB that
git and archives sent, the requests, the memory of the largest process, git among them, and the
processor's seconds, git's included.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.loopback.github import TOKEN, GitHub
from tests.project import FAKE, github_overlay, unpacked_hash

# A process begins with the largest memory of the one that starts it, and this one has the packs.
MEASURED = """\
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, _, used = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([used.ru_maxrss / 1024, used.ru_utime + used.ru_stime], file)
"""
UPDATER = Path(sys.executable).with_name("updater")
NEWEST = datetime(2026, 6, 1, tzinfo=UTC)
APART = timedelta(hours=2)
TAGGED, WRITTEN = 400, 200
"""How many commits before the head the label's tag is, and the commit of the pin's day."""


def make(folder: Path, commits: int, files: int) -> None:
    """Write a history with git fast-import: files of about 4 KB, some 20 in a folder.

    A commit changes one to three files, of each a third of the lines.
    """
    chance = random.Random(commits)  # noqa: S311 - the same history every time
    words = [f"{chance.getrandbits(32):x}" for _ in range(20_000)]
    names = [f"package{n // 20}/module{n}.py" for n in range(files)]
    texts: dict[str, list[str]] = {}
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE
    ) as importing:
        if importing.stdin is None:
            raise SystemExit("git fast-import has no input")
        for number in range(commits):
            seconds = int((NEWEST - APART * (commits - 1 - number)).timestamp())
            said = f"commit refs/heads/main\ncommitter A <a@example.org> {seconds} +0000\n"
            importing.stdin.write(f"{said}data 0\n".encode())
            for name in names if not number else chance.sample(names, chance.randint(1, 3)):
                lines = texts.setdefault(name, [""] * 60)
                for place in range(60) if not number else chance.sample(range(60), 20):
                    lines[place] = " ".join(chance.choices(words, k=8))
                text = "\n".join(lines)
                importing.stdin.write(f"M 644 inline {name}\ndata {len(text)}\n{text}\n".encode())
    if importing.returncode:
        raise SystemExit("git fast-import failed")


@dataclass(frozen=True, slots=True)
class Pin:
    """One row: a pin, the day on which it was written, and what shall be said of it."""

    title: str
    sri: str
    commit: str
    written: datetime
    options: tuple[str, ...] = ()


class Bench:
    """The repository, and a project for each pin."""

    def __init__(self, folder: Path, github: GitHub, commits: int, files: int) -> None:
        self._folder = folder
        self._github = github
        large = github.repository("o", "large")
        make(large.path, commits, files)
        head, tagged, written = (
            large.git("rev-parse", f"main~{back}") for back in (0, TAGGED, WRITTEN)
        )
        large.tag("v1.0", tagged)
        large.settle()
        self.megabytes = large.kilobytes() / 1000
        day = NEWEST + timedelta(hours=1)
        hashes = [unpacked_hash(large, commit, folder) for commit in (head, tagged, written)]
        self.pins = (
            Pin("the branch's head", hashes[0], head, day),
            Pin("the tag of the label", hashes[1], tagged, day),
            Pin("the commit of its day", hashes[2], written, day - APART * WRITTEN),
            Pin("none of 300 commits", FAKE, "", day, ("--max-candidates", "300")),
        )

    def _project(self, pin: Pin) -> Path:
        root = self._folder / "project"
        shutil.rmtree(root, ignore_errors=True)
        (root / "overlays").mkdir(parents=True)
        github = self._github
        (root / "config.yaml").write_text(
            f"hosts: {{github.com: {{web: '{github.url}', api: '{github.api_url}', "
            f"graphql: '{github.graphql_url}'}}}}\ndefaults: {{cross_check: false}}\n"
        )
        overlay = github_overlay("large", "1.0", rev="main", sri=pin.sri)
        (root / "overlays" / "large.nix").write_text(overlay)
        stamp = pin.written.isoformat()
        dates = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        user = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        for command in (("init", "--quiet"), ("add", "."), (*user, "commit", "--quiet", "-mx")):
            subprocess.run(["git", *command], cwd=root, check=True, env={**os.environ, **dates})
        return root

    def run(self, updater: str, pin: Pin) -> str:
        """Identify a pin with nothing kept; return what it took."""
        root, cache = self._project(pin), self._folder / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        before = len(self._github.server.log)
        figures = self._folder / "figures.json"
        measured = (sys.executable, "-I", "-S", "-c", MEASURED, str(figures))
        done = subprocess.run(
            [*measured, updater, "identify", *pin.options, "-C", str(root)],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._folder),
                "LC_ALL": "C.UTF-8",
                "XDG_CACHE_HOME": str(cache),
                "GITHUB_TOKEN": TOKEN,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        memory, processor = json.loads(figures.read_text())
        if pin.commit[:7] not in done.stdout:
            raise SystemExit(f"{updater}: {pin.commit} is not in what it says: {done.stdout}")
        exchanges = self._github.server.log[before:]
        sent = sum(exchange.sent for exchange in exchanges) / 1e6
        return (
            f"{sent:6.1f} MB {len(exchanges):4} requests {memory:5.0f} MiB {processor:6.2f} s CPU"
        )


def measure(before: str, commits: int, files: int) -> None:
    """Print one line for each pin and updater.

    Args:
        before: another updater to run in turn with this one, or an empty string.
        commits: of the history.
        files: of each commit.
    """
    updaters = ({"before": before} if before else {}) | {"now": str(UPDATER)}
    with tempfile.TemporaryDirectory() as name, GitHub(Path(name) / "github") as github:
        bench = Bench(Path(name), github, commits, files)
        print(f"{commits} commits, {files} files, {bench.megabytes:.0f} MB of packs")
        for pin in bench.pins:
            for which, updater in updaters.items():
                print(f"{pin.title:<24} {which:<7} {bench.run(updater, pin)}", flush=True)
