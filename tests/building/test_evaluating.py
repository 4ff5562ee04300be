"""Many packages are evaluated in few processes of the real Nix, and one's error stays its own."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import pytest
from msgspec.structs import replace

from tests.project import FAKE, pypi_overlay
from updater.building.evaluating import BuildJob, BuildTarget, Evaluator
from updater.building.package_set import configured
from updater.effects.nix.build import NixBuild
from updater.effects.scratch import Scratch
from updater.model import BuildPolicy
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.building.evaluating import Ahead
    from updater.model import Package

pytestmark = pytest.mark.nix

FETCHERS = frozenset({"fetchPypi"})
FILE = BuildPolicy(file="default.nix", attribute="python3Packages.{name}")
FLAKE = BuildPolicy(attribute="packages.{system}.{name}")

# Notes what it is called with, then becomes the program of its name further down PATH.
NOTING = """\
#!/bin/sh
echo "{name} $*" | tr '\\n' ' ' >>"{notes}"
echo >>"{notes}"
exec {real} "$@"
"""

# No nix-eval-jobs, and none is on this machine: this evaluates what it is given with the installed
# Nix, one attribute after the other, and prints the lines that nix-eval-jobs' README shows.
STAND_IN = """\
#!{python}
import json, subprocess, sys
arguments = sys.argv[1:]
expression = arguments[arguments.index("--expr") + 1]
open("{notes}", "a").write("nix-eval-jobs " + " ".join(arguments[:2]) + "\\n")
assert arguments[:2] == ["--workers", "3"], arguments
def evaluate(of):
    return subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode", "--expr",
         "(" + expression + ")" + of], capture_output=True, text=True)
names = subprocess.run(
    ["nix-instantiate", "--eval", "--strict", "--json", "--expr",
     "builtins.attrNames (" + expression + ")"], capture_output=True, text=True, check=True)
for name in json.loads(names.stdout):
    for part in ("imports", "package", "source"):
        line = {{"attr": name + "." + part, "attrPath": [name, part]}}
        done = evaluate("." + name + "." + part + ".drvPath")
        if done.returncode:
            line["error"] = done.stderr
        else:
            line["drvPath"] = json.loads(done.stdout)
            line["name"] = json.loads(evaluate("." + name + "." + part + ".name").stdout)
            out = json.loads(evaluate("." + name + "." + part + ".outPath").stdout)
            line["outputs"] = {{"out": out}}
        print(json.dumps(line))
"""


MISSING = "propagatedBuildInputs = [ super.python3Packages.no-such ];"


@dataclass(frozen=True, slots=True)
class Bench:
    """A project of packages, and Nix programs that note their calls."""

    root: Path
    tiny: Path
    notes: Path
    environment: Mapping[str, str]

    def overlay(self, name: str, *, broken: str = "") -> Package:
        """Write an overlay and return its package."""
        file = f"overlays/{name}.nix"
        text = pypi_overlay(name, "1.0", sri=FAKE)
        text = text.replace("      src =", f"      {broken}\n      src =") if broken else text
        (self.root / "overlays").mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(text)
        (package,) = read_packages(text.encode(), file, FETCHERS).packages
        overlays = " ".join(f"(import {one})" for one in self.files())
        (self.root / "default.nix").write_text(
            f"{{ }}: import {self.tiny} {{ overlays = [ {overlays} ]; }}\n"
        )
        return package

    def files(self) -> list[str]:
        """The overlays, as paths of Nix."""
        return [f"./overlays/{path.name}" for path in sorted((self.root / "overlays").iterdir())]

    def flake(self, nix: Nix, *names: str) -> None:
        """Write a flake with these packages, locked."""
        overlays = " ".join(f"(import {one})" for one in self.files())
        offered = " ".join(f"{name} = set.{name};" for name in names)
        (self.root / "flake.nix").write_text(
            f"""{{
              inputs.nixpkgs.url = "path:{self.tiny}";
              outputs = {{ self, nixpkgs }}: {{
                packages.x86_64-linux =
                  let set = (import nixpkgs {{
                    system = "x86_64-linux"; overlays = [ {overlays} ];
                  }}).python3Packages;
                  in {{ {offered} }};
              }};
            }}"""
        )
        nix.run("nix", "flake", "lock", f"path:{self.root}")

    def evaluate(self, *jobs: BuildJob) -> Ahead:
        """Evaluate jobs."""

        async def main() -> Ahead:
            with Scratch.opened(self.root) as scratch:
                return await Evaluator(NixBuild(dict(self.environment)), scratch, 3).evaluate(jobs)

        return anyio.run(main)

    def calls(self) -> list[str]:
        """The programs that were called to evaluate, in order, and forget them."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        words = [line.split() for line in lines]
        return [one[0] for one in words if one[0] != "nix" or "eval" in one]


@pytest.fixture
def bench(nix: Nix, tiny: Path, tmp_path: Path) -> Bench:
    """A project, and programs that note their calls before the real ones on PATH."""
    programs = tmp_path / "bin-of-the-test"
    programs.mkdir()
    notes = tmp_path / "notes"
    for name in ("nix-instantiate", "nix"):
        real = shutil.which(name)
        (programs / name).write_text(NOTING.format(name=name, notes=notes, real=real))
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{nix.environment['PATH']}"
    root = tmp_path / "project"
    root.mkdir()
    return Bench(root, tiny, notes, {**nix.environment, "PATH": path})


def stand_in(bench: Bench) -> None:
    """Put the stand-in for nix-eval-jobs on the PATH."""
    path = bench.notes.with_name("bin-of-the-test") / "nix-eval-jobs"
    path.write_text(STAND_IN.format(python=sys.executable, notes=bench.notes))
    path.chmod(0o755)


def target(package: Package, policy: BuildPolicy) -> BuildTarget:
    """A package where its policy says that it is."""
    return BuildTarget(package, policy, configured(policy, package))


def as_it_is(package: Package, policy: BuildPolicy = FILE) -> BuildJob:
    return BuildJob(target(package, policy), "", {})


def changed(bench: Bench, package: Package, policy: BuildPolicy = FILE) -> BuildJob:
    """A job that writes another version."""
    text = (bench.root / package.file).read_bytes().replace(b'"1.0"', b'"2.0"')
    return BuildJob(target(package, policy), "", {package.file: text})


def names(ahead: Ahead) -> dict[str, str]:
    """The derivations that were found, without their hashes, by package."""
    return {
        key[0].rsplit(".", 1)[-1]: said.package.drv.rsplit("/", 1)[-1][33:]
        for key, said in ahead.items()
    }


def test_pins_as_they_are_share_one_evaluation_of_one_copy(bench: Bench) -> None:
    packages = [bench.overlay(name) for name in ("a", "b", "c")]
    ahead = bench.evaluate(*map(as_it_is, packages))
    assert names(ahead) == {one: f"python3.{sys.version_info.minor}-{one}-1.0.drv" for one in "abc"}
    assert bench.calls() == ["nix-instantiate"]
    assert all(said.package.check for said in ahead.values())


def test_changes_share_a_process_and_see_nothing_of_each_other(bench: Bench) -> None:
    """Each package's tree has its own change alone: its neighbours are as they were."""
    a = bench.overlay("a")
    b = bench.overlay("b", broken="propagatedBuildInputs = [ self.python3Packages.a ];")
    both = bench.evaluate(changed(bench, a), changed(bench, b))
    assert bench.calls() == ["nix-instantiate"]
    alone = bench.evaluate(changed(bench, b), as_it_is(a))
    assert names(both) == {one: f"python3.{sys.version_info.minor}-{one}-2.0.drv" for one in "ab"}
    key = (b.identity, b.identity)
    assert both[key].package == alone[key].package


@pytest.mark.parametrize(
    "broken",
    [
        'postPatch = throw "no";',
        MISSING,
        "postPatch = let x = x; in x;",
    ],
    ids=["throw", "missing attribute", "infinite recursion"],
)
@pytest.mark.parametrize("at", ["a", "b", "d"])
def test_an_error_is_its_packages_own(bench: Bench, broken: str, at: str) -> None:
    """Whatever ends an evaluation, before and after it the others are evaluated."""
    jobs = [as_it_is(bench.overlay(name, broken=broken * (name == at))) for name in "abcd"]
    assert sorted(names(bench.evaluate(*jobs))) == [name for name in "abcd" if name != at]
    assert len(bench.calls()) == (1 if at == "d" else 2)


def test_where_nothing_evaluates_it_gives_up_soon(bench: Bench) -> None:
    """An undefined variable is one of the whole file, and so of every package set with it."""
    jobs = [as_it_is(bench.overlay(name, broken="postPatch = none;")) for name in "abcdef"]
    assert bench.evaluate(*jobs) == {}
    assert len(bench.calls()) == 2


def test_an_attribute_that_does_not_parse_costs_the_others_nothing_but_time(bench: Bench) -> None:
    jobs = [as_it_is(bench.overlay(name)) for name in "abc"]
    odd = replace(jobs[0], target=target(jobs[0].target.package, replace(FILE, attribute="a..b")))
    assert sorted(names(bench.evaluate(odd, *jobs[1:]))) == ["b", "c"]


def test_dependents_are_evaluated_in_the_tree_of_the_change(bench: Bench) -> None:
    a = bench.overlay("a")
    b = bench.overlay("b", broken="propagatedBuildInputs = [ self.python3Packages.a ];")
    job = replace(changed(bench, a), dependents=(target(b, FILE),))
    ahead = bench.evaluate(job)
    plain = bench.evaluate(as_it_is(a), as_it_is(b))
    assert ahead.keys() == {(a.identity, a.identity), (a.identity, b.identity)}
    of_change = ahead[a.identity, b.identity].package.drv
    assert of_change != plain[b.identity, b.identity].package.drv


def test_one_package_is_left_to_itself(bench: Bench) -> None:
    assert bench.evaluate(as_it_is(bench.overlay("a"))) == {}
    assert bench.calls() == []


def test_locked_flakes_are_evaluated_together_and_purely(bench: Bench, nix: Nix) -> None:
    """What only an impure evaluation can do fails here as it does on the command line."""
    packages = [bench.overlay(name) for name in ("a", "b")]
    impure = bench.overlay("c", broken="postPatch = builtins.currentSystem;")
    bench.flake(nix, "a", "b", "c")
    jobs = [changed(bench, one, FLAKE) for one in (*packages, impure)]
    ahead = bench.evaluate(*jobs)
    minor = sys.version_info.minor
    assert names(ahead) == {one: f"python3.{minor}-{one}-2.0.drv" for one in "ab"}
    assert bench.calls() == ["nix"]


def test_a_flake_in_a_folder_is_evaluated_as_on_the_command_line(bench: Bench, nix: Nix) -> None:
    """It has all that it imports in its folder."""
    inner = dataclasses.replace(bench, root=bench.root / "inner")
    packages = [inner.overlay(name) for name in ("a", "b")]
    inner.flake(nix, "a", "b")
    policy = replace(FLAKE, flake="inner")
    jobs = [
        replace(job, changes={f"inner/{file}": text for file, text in job.changes.items()})
        for job in (changed(inner, one, policy) for one in packages)
    ]
    assert sorted(names(bench.evaluate(*jobs))) == ["a", "b"]


def test_an_option_of_one_flake_is_not_asked_of_many(bench: Bench, nix: Nix) -> None:
    packages = [bench.overlay(name) for name in ("a", "b")]
    bench.flake(nix, "a", "b")
    policy = replace(FLAKE, options=("--override-input", "nixpkgs", f"path:{bench.tiny}"))
    assert bench.evaluate(*(changed(bench, one, policy) for one in packages)) == {}
    assert bench.calls() == []


def test_nix_eval_jobs_is_asked_where_it_is_installed(bench: Bench) -> None:
    """It finds what the updater's own evaluation finds; the package that fails is left out."""
    jobs = [changed(bench, bench.overlay(name, broken=MISSING * (name == "b"))) for name in "abc"]
    own = bench.evaluate(*jobs)
    bench.calls()
    stand_in(bench)
    its = bench.evaluate(*jobs)
    assert {key: replace(one, log="") for key, one in own.items()} == its
    assert sorted(names(its)) == ["a", "c"]
    assert bench.calls()[0] == "nix-eval-jobs"


def test_a_nix_eval_jobs_that_does_not_work_is_done_without(bench: Bench) -> None:
    jobs = [changed(bench, bench.overlay(name)) for name in "ab"]
    path = bench.notes.with_name("bin-of-the-test") / "nix-eval-jobs"
    path.write_text("#!/bin/sh\necho 'error: unrecognised flag' >&2\nexit 1\n")
    path.chmod(0o755)
    assert sorted(names(bench.evaluate(*jobs))) == ["a", "b"]


def test_what_nix_warns_of_meanwhile_is_kept(bench: Bench) -> None:
    jobs = [
        as_it_is(bench.overlay("a")),
        as_it_is(bench.overlay("b", broken='postPatch = builtins.trace "of b" "";')),
    ]
    ahead = bench.evaluate(*jobs)
    assert [said.log for said in ahead.values()] == ["", "trace: of b\n"]


def test_the_expressions_stay_below_the_limit_of_an_argument(bench: Bench) -> None:
    """Linux takes 128 KiB; 250 packages are evaluated in three processes."""
    text = textwrap.dedent((bench.root / bench.overlay("a").file).read_text())
    (package,) = read_packages(text.encode(), "overlays/a.nix", FETCHERS).packages
    policy = replace(FILE, attribute="python3Packages.a")
    many = [
        BuildJob(target(replace(package, attribute=("x", f"package-{number}")), policy), "", {})
        for number in range(250)
    ]
    assert len(bench.evaluate(*many)) == 250
    assert bench.calls() == ["nix-instantiate"] * 3
