"""`updater bump --pr`: how many requests do 1, 10 and 50 pull requests take, and how much time?

    python -m benchmarks.pulls [--before UPDATER] [--rounds N] [CHANGES...]

For each number of changes (1, 10 and 50 unless told otherwise) a project has as many packages from
a loopback index, all of them behind, and its repository is on a loopback GitHub. Four runs follow
each other: the first, one with nothing new, one after a commit on the base that no package uses,
and one after a newer version of one package. Each prints the requests to GitHub, those that write,
and the processor time of the process. Nothing is built, and no pause is made between writes.

No other tool that opens pull requests knows overlays, so the peer is the updater itself:
``--before`` names another one, such as one of an earlier commit, to run in turn with this one. The
last column says how much of its time this one takes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.loopback.github import TOKEN, GitHub
from tests.loopback.index import Index
from tests.project import FAKE, pypi_overlay

UPDATER = Path(sys.executable).with_name("updater")
RUNS = ("first run", "nothing new", "base moved", "one newer")


class Bench:
    """A project with its repository and its upstreams.

    Args:
        folder: where all is made.
        changes: how many packages are behind.
        github: has no repository yet.
        index: has no release yet.
    """

    def __init__(self, folder: Path, changes: int, github: GitHub, index: Index) -> None:
        self._root = folder / "project"
        self._cache = folder / "cache"
        self._github = github
        self._index = index
        self._changes = changes
        self._names = [f"package{number}" for number in range(changes)]
        self._hosted = github.repository("me", "overlays")
        self._hosted.writable = True
        (self._root / "overlays").mkdir(parents=True)
        texts = {}
        for name in self._names:
            index.release(name, "1.0")
            index.release(name, "2.0")
            texts[f"overlays/{name}.nix"] = pypi_overlay(name, "1.0", sri=FAKE)
        for file, text in texts.items():
            (self._root / file).write_text(text)
        self._hosted.commit({"README": "ours\n", **texts})
        self._hosted.settle()
        web = github.url
        (self._root / "config.yaml").write_text(
            f"hosts: {{github.com: {{web: '{web}', api: '{github.api_url}', "
            f"graphql: '{github.graphql_url}'}}}}\nindex: {index.url}\nmax_open: {changes}\n"
            "repository: me/overlays\npublish: {pause: 0s}\ndefaults: {build: {enabled: false}}\n"
        )

    def run(self, updater: str, kind: str) -> tuple[int, int, float]:
        """Run the updater once; return its requests, those that write, and seconds of CPU."""
        if kind == "base moved":
            self._hosted.forget()
            head = self._hosted.git("rev-parse", "refs/heads/main")
            self._hosted.commit({"README": "more\n"}, parents=[head])
            self._hosted.settle()
        if kind == "one newer":
            self._index.release(self._names[0], "3.0")
        before = len(self._github.server.requests("/api/"))
        process = subprocess.Popen(
            [updater, "bump", "--pr", "-q", "-C", str(self._root)],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._root),
                "XDG_CACHE_HOME": str(self._cache),
                "GITHUB_TOKEN": TOKEN,
                "LC_ALL": "C.UTF-8",
            },
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        self._hosted.forget()
        is_open = [pull.state for pull in self._hosted.pulls.values()]
        if status or is_open != ["open"] * self._changes:
            raise SystemExit(f"{updater} ended with {status}, and left {is_open}")
        asked = self._github.server.requests("/api/")[before:]
        writes = [
            request
            for request in asked
            if request.method != "GET"
            and ("/repos/" in request.path or b"mutation" in request.body)
        ]
        return len(asked), len(writes), used.ru_utime + used.ru_stime


def measure(updater: str, changes: int) -> list[tuple[int, int, float]]:
    """Return the figures of the four runs, on a repository of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with GitHub(folder / "github") as github, Index() as index:
            bench = Bench(folder, changes, github, index)
            return [bench.run(updater, kind) for kind in RUNS]


def medians(rounds: list[list[tuple[int, int, float]]], place: int) -> tuple[float, float, float]:
    """Return the medians of one run's figures."""
    requests, writes, cpu = zip(*(figures[place] for figures in rounds), strict=True)
    return statistics.median(requests), statistics.median(writes), statistics.median(cpu)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("changes", nargs="*", type=int, default=[1, 10, 50])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", default="", metavar="UPDATER")
    options = parser.parse_args()
    updaters = {"updater": str(UPDATER)} | ({"before": options.before} if options.before else {})
    for changes in options.changes:
        rounds: dict[str, list[list[tuple[int, int, float]]]] = {kind: [] for kind in updaters}
        for _ in range(options.rounds):
            for kind, updater in updaters.items():
                rounds[kind].append(measure(updater, changes))
        print(f"{changes} changes, medians of {options.rounds}:", flush=True)
        for place, run in enumerate(RUNS):
            for kind, figures in rounds.items():
                requests, writes, cpu = medians(figures, place)
                row = f"  {run:<12} {kind:<8} {requests:5.0f} requests  {writes:4.0f} writes  "
                peer = medians(rounds["before"], place)[2] if options.before else cpu
                print(f"{row}{cpu:6.2f} s CPU  {cpu / peer:5.2f}", flush=True)


if __name__ == "__main__":
    main()
