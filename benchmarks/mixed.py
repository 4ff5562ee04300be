"""A project such as the guide's: 22 packages on GitHub, nine pinned to tags, 13 to moving revs.

    python -m benchmarks.mixed [--before UPDATER] [--rounds N]

A loopback GitHub has the repositories. Whole processes are run: a check where all is current, with
nothing kept and again, with and without a token; a check and a `bump` where 13 packages are behind,
five of them pinned to tags; the same where all are behind; and `bump`, with nothing kept and with
what the check kept. Printed are the medians of the processor's seconds, with
git's own, the memory of the largest process, the requests by kind, and how many programs were
started. The hashes of the moving pins are true, so that the commit of each must be identified; one
pin more that no commit explains is in the last rows.
``--before`` names another updater, such as one of an earlier commit, to run in turn with this one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.loopback.github import TOKEN, GitHub
from tests.project import FAKE, github_overlay, unpacked_hash

UPDATER = Path(sys.executable).with_name("updater")
TAGGED, MOVING = 9, 13
COUNTING = """\
#!/bin/sh
echo "$@" >>{starts}
exec {program} "$@"
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run took: seconds of the processor, MiB, requests by kind, programs."""

    processor: float
    memory: float
    requests: Counter[str]
    starts: int


class Bench:
    """The packages, their repositories, and a git that is counted."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        self._folder = folder
        self._github = github
        self._overlays: dict[str, str] = {}
        self._repositories = [
            self._repository(f"package{number}", moving=number >= TAGGED)
            for number in range(TAGGED + MOVING)
        ]
        lost = github.repository("o", "lost")
        lost.commit(source("lost", "1.0", 0))
        self._lost = github_overlay("lost", "1.0", rev="main", sri=FAKE)
        programs = folder / "bin"
        programs.mkdir()
        counting = programs / "git"
        self._starts = folder / "starts"
        counting.write_text(COUNTING.format(program=shutil.which("git"), starts=self._starts))
        counting.chmod(0o755)

    def _repository(self, name: str, *, moving: bool) -> str:
        repository = self._github.repository("o", name)
        commit = ""
        for number in range(5):
            commit = repository.commit(source(name, f"1.{number}", number))
            if not moving:
                repository.tag(f"v1.{number}", commit)
        sri = unpacked_hash(repository, commit, self._folder)
        rev = "main" if moving else "v${version}"
        self._overlays[f"{name}.nix"] = github_overlay(name, "1.4", rev=rev, sri=sri)
        return name

    def go_on(self, places: range) -> None:
        """Let repositories have what is newer."""
        for place in places:
            name = self._repositories[place]
            repository = self._github.named(f"o/{name}")
            if repository is None:
                raise SystemExit("the loopback GitHub has lost a repository")
            commit = repository.commit(source(name, "1.5", 5))
            if place < TAGGED:
                repository.tag("v1.5", commit)

    def project(self, *, lost: bool = False) -> Path:
        """Write the overlays as they are before a run."""
        root = self._folder / "project"
        shutil.rmtree(root, ignore_errors=True)
        (root / "overlays").mkdir(parents=True)
        github = self._github
        (root / "config.yaml").write_text(
            f"hosts: {{github.com: {{web: '{github.url}', api: '{github.api_url}', "
            f"graphql: '{github.graphql_url}'}}}}\ndefaults: {{cross_check: false}}\n"
        )
        overlays = self._overlays | ({"lost.nix": self._lost} if lost else {})
        for name, text in overlays.items():
            (root / "overlays" / name).write_text(text)
        return root

    def run(self, updater: str, cache: str, *arguments: str, token: bool, lost: bool) -> Figures:
        """Run a command once."""
        root = self.project(lost=lost)
        self._starts.write_text("")
        before = len(self._github.server.requests())
        environment = {
            "PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "XDG_CACHE_HOME": str(self._folder / cache),
        } | ({"GITHUB_TOKEN": TOKEN} if token else {})
        process = subprocess.Popen(
            [updater, *arguments, "-C", str(root)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        told = process.stderr.read() if process.stderr is not None else b""
        _, status, used = os.wait4(process.pid, 0)
        if status and not lost:
            raise SystemExit(f"{updater} {arguments} ended with {status}: {told.decode()[-2000:]}")
        requests = Counter(map(kind, self._github.server.requests()[before:]))
        count = len(self._starts.read_text().splitlines())
        return Figures(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, requests, count)


def kind(request: object) -> str:
    """Return what a request is for."""
    path, body = getattr(request, "path", ""), getattr(request, "body", b"")
    if path.endswith("/graphql"):
        return "GraphQL"
    if path.endswith("/git-upload-pack"):
        return "refs" if b"command=ls-refs" in body else "fetches"
    if path.endswith("/info/refs"):
        return "greetings"
    return "archives" if "tar" in path or "archive" in path else "REST"


def source(name: str, version: str, number: int) -> dict[str, str]:
    """Return a small source tree that declares its version."""
    project = f'[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = ">=3.9"\n'
    return {"pyproject.toml": project, f"{name}/__init__.py": f"number = {number}\n"}


ROWS = (
    # title, cache, kept before?, arguments, token, lost
    ("check, all current, first", "a", ("check",), True, False),
    ("check, all current, again", "a", ("check",), True, False),
    ("check, no token, first", "b", ("check",), False, False),
    ("check, no token, again", "b", ("check",), False, False),
    ("pin, after these checks", "a", ("pin",), True, False),
)
PARTLY = (
    ("check, 13 of 22 behind", "a", ("check",), True, False),
    ("bump, 13 of 22 behind, after that check", "a", ("bump", "--no-build"), True, False),
    ("bump, 13 of 22 behind, no token, again", "b", ("bump", "--no-build"), False, False),
)
BEHIND = (
    ("check, all behind", "a", ("check",), True, False),
    ("check, all behind, again", "a", ("check",), True, False),
    ("check --json, all behind", "a", ("check", "--json"), True, False),
    ("check --json, all behind, again", "a", ("check", "--json"), True, False),
    ("check, all behind, no token", "b", ("check",), False, False),
    ("check, all behind, no token, again", "b", ("check",), False, False),
    ("bump, after these checks", "a", ("bump", "--no-build"), True, False),
    ("bump, nothing kept", "c", ("bump", "--no-build"), True, False),
    ("check, with one that is lost, first", "d", ("check",), True, True),
    ("check, with one that is lost, again", "d", ("check",), True, True),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default="", metavar="UPDATER")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    updaters = {"": str(UPDATER)} | ({" before": options.before} if options.before else {})
    results: dict[str, list[Figures]] = {}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as name, GitHub(Path(name) / "github") as github:
            bench = Bench(Path(name), github)
            some, others = range(4, 17), (range(4), range(17, TAGGED + MOVING))
            for newer, rows in (((), ROWS), ((some,), PARTLY), (others, BEHIND)):
                for places in newer:
                    bench.go_on(places)
                for title, cache, arguments, token, lost in rows:
                    for which, updater in updaters.items():
                        figures = bench.run(
                            updater, f"{cache}{which}", *arguments, token=token, lost=lost
                        )
                        results.setdefault(f"{title}{which}", []).append(figures)
    for title, runs in results.items():
        processor = statistics.median(run.processor for run in runs)
        memory = max(run.memory for run in runs)
        asked = runs[-1].requests
        print(
            f"{title:<44} {processor:6.2f} s CPU {memory:5.0f} MiB {runs[-1].starts:4} gits "
            f"{asked.total():4} requests: "
            + ", ".join(f"{count} {what}" for what, count in sorted(asked.items()))
        )


if __name__ == "__main__":
    main()
