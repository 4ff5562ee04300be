"""`updater bump` of many packages in one file: does the time grow with their number alone?

    python -m benchmarks.onefile [--before UPDATER] [--rounds N] [PACKAGES...]

For each number of packages (50, 100, 200 and 400 unless told otherwise) one overlay file has as
many, each behind on a loopback index that publishes the hashes. Each release has a source
distribution and a wheel, as most have, whose metadata the index serves by itself. Whole processes
are timed with a cold cache, nothing is built, and each package must have its new version and hash
afterwards. Both releases' metadata is asked for, to tell what changes in what they require; the
second row is without the advice that comes of it (``--no-adapt``), the last of releases without
wheels, where each source distribution is downloaded for that advice.
``--before`` names another updater, such as one of an earlier commit, to run in turn with this one.
No other tool edits a file of several packages without touching the others, so there is no peer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.loopback.index import Index
from tests.project import flat_hash

UPDATER = Path(sys.executable).with_name("updater")
PACKAGE = """\
    package-{number} = super.python3Packages.buildPythonPackage rec {{
      pname = "package-{number}";
      version = "1.{number}";
      pyproject = true;

      src = super.fetchPypi {{
        inherit pname version;
        hash = "{sri}";
      }};

      propagatedBuildInputs = with super.python3Packages; [
        numpy
        {used}
      ];

      pythonImportsCheck = [ "package_{number}" ];
    }};
"""


def overlay(packages: int, old: list[str]) -> str:
    """Return a file of packages that use each other, as the ones of the guide do."""
    parts = [
        PACKAGE.format(number=number, sri=old[number], used=f"package-{max(0, number - 1)}")
        for number in range(packages)
    ]
    body = "\n".join(parts)
    return f"self: super: {{\n  python3Packages = super.python3Packages // {{\n{body}  }};\n}}\n"


class Project:
    """Packages that are behind on an index of their own.

    Args:
        folder: where it is made.
        most: how many packages the index has.
        wheels: each release has one.
    """

    def __init__(self, folder: Path, most: int, *, wheels: bool) -> None:
        self._resources = ExitStack()
        index = self._resources.enter_context(Index())
        self._root = folder / ("wheels" if wheels else "bare")
        (self._root / "overlays").mkdir(parents=True)
        (self._root / "config.yaml").write_text(f"index: {index.url}\n")
        self._old: list[str] = []
        self._new: list[str] = []
        for number in range(most):
            for version, hashes in ((f"1.{number}", self._old), (f"2.{number}", self._new)):
                files = [f"package_{number}-{version}.tar.gz"]
                files += [f"package_{number}-{version}-py3-none-any.whl"] * wheels
                sdist, *_ = index.release(f"package-{number}", version, files=files)
                hashes.append(flat_hash(sdist.content))

    def close(self) -> None:
        """Stop the index."""
        self._resources.close()

    def bump(self, command: list[str], packages: int) -> tuple[float, float]:
        """Run one bump of so many packages and return its seconds, and those of the processor."""
        file = self._root / "overlays" / "packages.nix"
        file.write_text(overlay(packages, self._old))
        with tempfile.TemporaryDirectory() as cache:
            environment = {"PATH": os.environ["PATH"], "HOME": cache, "LC_ALL": "C.UTF-8"}
            started = time.perf_counter()
            process = subprocess.Popen(
                [*command, "--no-build", "-q", "-C", str(self._root)],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        written = file.read_text()
        if status or not all(sri in written for sri in self._new[:packages]):
            raise SystemExit(f"{command[0]} ended with {status}, or left a package behind")
        return seconds, used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", type=int, default=[50, 100, 200, 400])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", default="", metavar="UPDATER")
    options = parser.parse_args()
    updaters = {"": str(UPDATER)} | ({" before": options.before} if options.before else {})
    most = max(options.packages)
    with tempfile.TemporaryDirectory() as name:
        whole, bare = (
            Project(Path(name), most, wheels=True),
            Project(Path(name), most, wheels=False),
        )
        kinds = {
            f"{row}{kind}": (project, [updater, "bump", *more])
            for row, project, more in (
                ("updater", whole, []),
                ("--no-adapt", whole, ["--no-adapt"]),
                ("no wheels", bare, []),
            )
            for kind, updater in updaters.items()
        }
        for packages in options.packages:
            runs: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
            for _ in range(options.rounds):
                for kind, (project, command) in kinds.items():
                    runs[kind].append(project.bump(command, packages))
            print(f"{packages} packages in one file, medians of {options.rounds}:")
            for kind, figures in runs.items():
                wall, cpu = (statistics.median(part) for part in zip(*figures, strict=True))
                each = 1000 * cpu / packages
                print(f"  {kind:<17} {wall:7.2f} s  {cpu:7.2f} s CPU  {each:6.1f} ms a package")
        for project in (whole, bare):
            project.close()


if __name__ == "__main__":
    main()
