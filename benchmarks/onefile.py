"""`updater bump` of many packages in one file: does the time grow with their number alone?

    python -m benchmarks.onefile [--before UPDATER] [--rounds N] [PACKAGES...]

For each number of packages (50, 100, 200 and 400 unless told otherwise) one overlay file has as
many, each behind on a loopback index that publishes the hashes. Whole processes are timed with a
cold cache, nothing is built, and each package must have its new version and hash afterwards.
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


def bump(updater: str, root: Path, text: str, hashes: list[str]) -> tuple[float, float]:
    """Run one bump and return its seconds, and those of the processor."""
    file = root / "overlays" / "packages.nix"
    file.write_text(text)
    with tempfile.TemporaryDirectory() as cache:
        environment = {"PATH": os.environ["PATH"], "HOME": cache, "LC_ALL": "C.UTF-8"}
        started = time.perf_counter()
        process = subprocess.Popen(
            [updater, "bump", "--no-build", "-q", "-C", str(root)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    written = file.read_text()
    if status or not all(sri in written for sri in hashes):
        raise SystemExit(f"{updater} ended with {status}, or left a package behind")
    return seconds, used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", type=int, default=[50, 100, 200, 400])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", default="", metavar="UPDATER")
    options = parser.parse_args()
    updaters = {"updater": str(UPDATER)} | ({"before": options.before} if options.before else {})
    most = max(options.packages)
    with Index() as index, tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "overlays").mkdir()
        (root / "config.yaml").write_text(f"index: {index.url}\n")
        old, new = [], []
        for number in range(most):
            (first,) = index.release(f"package-{number}", f"1.{number}")
            (second,) = index.release(f"package-{number}", f"2.{number}")
            old.append(flat_hash(first.content))
            new.append(flat_hash(second.content))
        for packages in options.packages:
            text = overlay(packages, old)
            runs: dict[str, list[tuple[float, float]]] = {kind: [] for kind in updaters}
            for _ in range(options.rounds):
                for kind, updater in updaters.items():
                    runs[kind].append(bump(updater, root, text, new[:packages]))
            print(f"{packages} packages in one file, medians of {options.rounds}:")
            for kind, figures in runs.items():
                wall, cpu = (statistics.median(part) for part in zip(*figures, strict=True))
                each = 1000 * cpu / packages
                print(f"  {kind:<8} {wall:7.2f} s  {cpu:7.2f} s CPU  {each:6.1f} ms a package")


if __name__ == "__main__":
    main()
