"""`updater check` with one pin that no commit explains, in a repository with a long history.

    python benchmarks/unexplained.py [COMMITS [FILES]]

On a loopback GitHub there is a repository of 14,000 commits and 2,500 files, unless told otherwise,
and a small one. Whole processes are run, one after the other: a check of a pin of the small one
alone, and of both; first with nothing kept, then again; the search that `identify` ends at 200
trees, and the check after it. Printed are seconds, those of the processor with git's own, the
largest memory of one process, and how often git fetched something.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.identify import make
from tests.loopback.github import TOKEN, GitHub
from tests.project import FAKE, github_overlay, unpacked_hash

UPDATER = Path(sys.executable).with_name("updater")
COMMITS, FILES = (*(int(one) for one in sys.argv[1:]), 14_000, 2_500)[:2]


class Bench:
    """Two projects whose upstreams a loopback GitHub has: one with the large repository, too."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        self._folder = folder
        self._github = github
        small = github.repository("o", "small")
        commit = small.commit({"setup.py": "setup(version='1.0')\n"})
        small.tag("v1.0", commit)
        small.commit({"later": "x"})
        sri = unpacked_hash(small, commit, folder)
        large = github.repository("o", "large")
        make(large.path, COMMITS, FILES)
        for name, more in (("without", False), ("with", True)):
            overlays = folder / name / "overlays"
            overlays.mkdir(parents=True)
            (folder / name / "config.yaml").write_text(
                f"hosts: {{github.com: {{web: '{github.url}', api: '{github.api_url}', "
                f"graphql: '{github.graphql_url}'}}}}\ndefaults: {{cross_check: false}}\n"
            )
            pin = github_overlay("small", "1.0", rev="main", sri=sri)
            (overlays / "small.nix").write_text(pin)
            if more:
                pin = github_overlay("large", "1.0", rev="main", sri=FAKE)
                (overlays / "large.nix").write_text(pin)

    def run(self, title: str, project: str, cache: str, *arguments: str) -> None:
        """Run a command, and print what it took."""
        before = self._fetches()
        environment = {
            **os.environ,
            "GITHUB_TOKEN": TOKEN,
            "XDG_CACHE_HOME": str(self._folder / cache),
        }
        command = [str(UPDATER), *arguments, "-C", str(self._folder / project)]
        begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        seconds, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        print(
            f"  {title:<44} {seconds:7.2f} s {processor:7.2f} s CPU "
            f"{now.ru_maxrss / 1024:6.0f} MB so far {self._fetches() - before:3} fetches"
        )

    def _fetches(self) -> int:
        return sum(b"command=fetch" in one.body for one in self._github.server.requests("^POST "))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, GitHub(Path(name) / "github") as github:
        bench = Bench(Path(name), github)
        print(f"{COMMITS} commits of {FILES} files:")
        bench.run("check without it, nothing kept", "without", "one", "check")
        bench.run("check without it, again", "without", "one", "check")
        bench.run("check with it, nothing kept", "with", "two", "check")
        bench.run("check with it, again", "with", "two", "check")
        bench.run(
            "identify, at most 200 trees", "with", "two", "identify", "--max-candidates", "200"
        )
        bench.run("check with it after that", "with", "two", "check")


if __name__ == "__main__":
    main()
