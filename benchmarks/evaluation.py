"""Evaluating many changes: one Nix process a package, as it was, and few for all.

Both ask the real Nix for the same packages of the tiny package set of the tests, each package with
a change of its own in a scratch copy of its own (as ``bump`` does), or all in one copy (as ``test``
does). The same derivations must come out. Run: ``.venv/bin/python benchmarks/evaluation.py [N]``.

nixpkgs itself is not used: it is not on every machine. There a package set takes a second or more
where the tiny one takes a few hundredths, and all of that is saved where packages share a copy.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.real_nix import CONFIGURATION, discard, place
from updater.building.evaluating import BuildJob, BuildTarget, Evaluator
from updater.building.expressions import applied, probe, read_evaluated
from updater.building.package_set import configured
from updater.effects.nix.build import NixBuild
from updater.effects.scratch import Scratch
from updater.model import BuildPolicy, Package
from updater.overlay.reading.file import read_packages

ROUNDS = 5
OVERLAY = """\
self: super: {{
  python3Packages = super.python3Packages // {{
    {name} = super.python3Packages.buildPythonPackage rec {{
      pname = "{name}";
      version = "{version}";
      format = "pyproject";
      src = super.fetchPypi {{ inherit pname version; hash = super.lib.fakeHash; }};
      propagatedBuildInputs = with super.python3Packages; [ accelerate datasets gradio ];
    }};
  }};
}}
"""


def project(folder: Path, tiny: Path, count: int) -> list[Package]:
    """Write so many overlays and a default.nix with all of them; return their packages."""
    packages: list[Package] = []
    (folder / "overlays").mkdir(parents=True)
    for number in range(count):
        file = f"overlays/p{number:03}.nix"
        text = OVERLAY.format(name=f"p{number:03}", version="1.0")
        (folder / file).write_text(text)
        packages += read_packages(text.encode(), file, frozenset({"fetchPypi"})).packages
    imports = " ".join(f"(import ./{one.file})" for one in packages)
    (folder / "default.nix").write_text(f"{{ }}: import {tiny} {{ overlays = [ {imports} ]; }}\n")
    return packages


def jobs(packages: list[Package], *, changed: bool) -> list[BuildJob]:
    """Return a job for each package."""
    policy = BuildPolicy(file="default.nix", attribute="python3Packages.{name}")
    return [
        BuildJob(
            BuildTarget(package, policy, configured(policy, package)),
            "",
            {package.file: OVERLAY.format(name=package.name, version="2.0").encode()}
            if changed
            else {},
        )
        for package in packages
    ]


async def one_by_one(nix: NixBuild, scratch: Scratch, wanted: list[BuildJob]) -> list[str]:
    """A copy and a process for each."""
    found = []
    for job in wanted:
        tree = scratch.copy(dict(job.changes))
        package = job.target.installable
        place, function = str(tree / package.set.place), probe(job.target.policy.imports)
        expression = applied(package.set.load, place, package.select, function)
        async with scratch.folder() as logs:
            ended = await nix.evaluate(expression, (), tree, logs / "log")
        found.append(read_evaluated(ended.stdout).drv)
        scratch.drop(tree)
    return found


async def together(nix: NixBuild, scratch: Scratch, wanted: list[BuildJob]) -> list[str]:
    """As the updater does."""
    ahead = await Evaluator(nix, scratch, 1).evaluate(wanted)
    return [
        ahead[job.target.package.identity, job.target.package.identity].package.drv
        for job in wanted
    ]


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    folder = Path(tempfile.mkdtemp(prefix="updater-benchmark-"))
    for name in ("conf", "home"):
        (folder / name).mkdir()
    (folder / "conf" / "nix.conf").write_text(CONFIGURATION)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "NIX_CONF_DIR": str(folder / "conf"),
        "NIX_USER_CONF_FILES": "",
        "NIX_PATH": "",
        "NIX_REMOTE": "local",
        "NIX_LOCALSTATE_DIR": str(folder / "var"),
        "NIX_LOG_DIR": str(folder / "log"),
        "NIX_STATE_DIR": str(folder / "state"),
        "NIX_STORE_DIR": str(folder / "store"),
    }
    nix = NixBuild(environment)
    packages = project(folder / "project", place(folder / "nixpkgs"), count)
    with Scratch.opened(folder / "project") as scratch:
        for name, changed in (("a copy each (bump)", True), ("one copy (test)", False)):
            wanted = jobs(packages, changed=changed)
            times: dict[str, list[float]] = {"one by one": [], "together": []}
            results = []
            for _ in range(ROUNDS):
                for kind, way in (("one by one", one_by_one), ("together", together)):
                    started = time.perf_counter()
                    results.append(anyio.run(way, nix, scratch, wanted))
                    times[kind].append(time.perf_counter() - started)
            if any(result != results[0] for result in results):
                sys.exit("they do not give the same derivations")
            alone, joined = (statistics.median(times[kind]) for kind in times)
            print(
                f"{count} packages, {name}: one by one {alone:.2f} s, together {joined:.2f} s, "
                f"ratio {alone / joined:.1f}"
            )
    discard(folder)


if __name__ == "__main__":
    main()
