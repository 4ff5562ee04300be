"""What `overlays/` and `flake.nix` say, said by the real Nix on the tiny package set.

No version or hash is expected here: the updater itself changes them.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.real_nix import ROOT
from updater.overlay.reading.file import read_packages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_nix import Nix
    from updater.model import Package

pytestmark = pytest.mark.nix

LINUX = ["aarch64-linux", "x86_64-linux"]
SYSTEMS = sorted([*LINUX, "aarch64-darwin", "x86_64-darwin"])
OVERLAYS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("overlays/**/*.nix"))
LISTED = re.findall(r"\(import \./(overlays/\S+\.nix)\)", (ROOT / "flake.nix").read_text())
FETCHERS = frozenset({"fetchFromGitHub", "fetchPypi"})

# The set with the overlays of a JSON list of files, in that order
SET = """
{ root, tiny, files }:
let
  overlays = map (file: import (root + "/" + file)) (builtins.fromJSON files);
  pkgs = import (/. + tiny) { inherit overlays; config.allowUnfree = true; };
  added = overlay: builtins.attrNames (overlay { } { python3Packages = { }; }).python3Packages;
  names = builtins.concatMap added overlays;
  package = name: pkgs.python3Packages.${name};
  each = f: names: pkgs.lib.genAttrs names (name: f (package name));
in
"""

# Packages that depend, at any depth, on another build of a package than the set has in the end
STALE = """
  builtins.filter
    (name: builtins.any
      (needed: builtins.elem needed.pname names
        && needed.drvPath != (package needed.pname).drvPath)
      (package name).requiredPythonModules)
    names
"""

# The outputs of a checkout's flake.nix, called without flakes
OUTPUTS = """
{ checkout, tiny }:
let
  self = outputs // { outPath = /. + checkout; };
  nixpkgs = { outPath = /. + tiny; lib = import (/. + tiny + "/lib.nix"); };
  outputs = (import (/. + checkout + "/flake.nix")).outputs { inherit self nixpkgs; };
in
"""


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git would give to Nix of this repository, as far as the flake uses it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("flake.nix", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("overlays", "updater"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="session")
def packages(nix: Nix, tiny: Path, checkout: Path) -> dict[str, dict[str, str]]:
    """What the flake offers: system -> name -> derivation."""
    wanted = "builtins.mapAttrs (_: builtins.mapAttrs (_: package: package.drvPath))"
    found: dict[str, dict[str, str]] = nix.eval(
        f"{OUTPUTS} {wanted} outputs.packages", checkout=checkout, tiny=tiny
    )
    return found


def on_set(nix: Nix, tiny: Path, expression: str, files: list[str]) -> Any:
    """Evaluate an expression in the scope of SET with these overlays."""
    return nix.eval(f"{SET} {expression}", root=ROOT, tiny=tiny, files=json.dumps(files))


def read(file: str) -> list[Package]:
    """Read an overlay as the updater does."""
    return [*read_packages((ROOT / file).read_bytes(), file, FETCHERS).packages]


def test_flake_lists_each_overlay_once() -> None:
    """A new file in `overlays/` is not forgotten, none is listed twice, none listed is missing."""
    assert sorted(LISTED) == OVERLAYS


@pytest.mark.parametrize("file", LISTED)
def test_overlay_can_be_followed(file: str) -> None:
    """The updater finds packages in it and can parse all of them."""
    assert {package.problem for package in read(file)} == {""}


@pytest.mark.parametrize("file", LISTED)
def test_overlay_evaluates_with_those_listed_before_it(nix: Nix, tiny: Path, file: str) -> None:
    """It needs no overlay after it, and adds what the updater finds in it, in the same versions."""
    evaluated = on_set(
        nix,
        tiny,
        "each (one: builtins.seq one.drvPath one.version) (added (pkgs.lib.last overlays))",
        LISTED[: LISTED.index(file) + 1],
    )
    # A patch of an existing package says no version of its own
    assert evaluated == {
        package.name: package.version.value if package.version else evaluated[package.name]
        for package in read(file)
    }


def test_sources_are_what_the_updater_reads(nix: Nix, tiny: Path) -> None:
    """Names, refs and hashes that are read statically are those that Nix evaluates."""
    evaluated = on_set(
        nix,
        tiny,
        """each (one: {
          owner = one.src.owner or null;
          repo = one.src.repo or null;
          tag = one.src.tag or null;
          rev = if one.src.tag or null == null then one.src.rev or null else null;
          pname = one.src.pname or null;
          hash = one.src.outputHash or null;
        }) names""",
        LISTED,
    )
    fields = [("owner",), ("repo",), ("tag",), ("rev",), ("pname",), ("hash", "sha256")]
    assert evaluated == {
        package.name: {
            names[0]: package.source.value(*names) if package.source else None for names in fields
        }
        for file in LISTED
        for package in read(file)
    }


def test_packages_are_built_on_each_other(nix: Nix, tiny: Path) -> None:
    """In the flake's order no package is built on one that a later overlay replaces."""
    assert on_set(nix, tiny, STALE, LISTED) == []


def test_wrong_order_is_noticed(nix: Nix, tiny: Path) -> None:
    """The test above can fail: f5-tts finds the tiny set's x-transformers if it is first."""
    late = "overlays/pi-zero-pytorch/x-transformers.nix"
    order = [file for file in LISTED if file != late] + [late]
    assert "f5-tts" in on_set(nix, tiny, STALE, order)


def test_patched_package_builds(nix: Nix, tiny: Path) -> None:
    """The overlay that has no source of its own builds and imports from the tiny set's einops."""
    built = nix.build(
        """{ root, tiny }:
        with import (/. + tiny) { overlays = [ (import (root + "/overlays/einops.nix")) ]; };
        runCommand "imports"
          { nativeBuildInputs = [ (python3.withPackages (_: [ python3Packages.einops ])) ]; }
          "python3 -c 'import einops; print(einops.__name__)' > $out" """,
        root=ROOT,
        tiny=tiny,
    )
    assert built.read_text() == "einops\n"


def test_conditional_dependency_follows_the_system(nix: Nix, tiny: Path, checkout: Path) -> None:
    """f5-tts has bitsandbytes on x86_64 only."""
    expression = f"""{OUTPUTS} builtins.mapAttrs
      (_: packages: builtins.elem "bitsandbytes" (map (d: d.pname) packages.f5-tts.dependencies))
      {{ inherit (outputs.packages) aarch64-linux x86_64-linux; }}"""
    assert nix.eval(expression, checkout=checkout, tiny=tiny) == {
        "aarch64-linux": False,
        "x86_64-linux": True,
    }


def test_flake_offers_every_package(packages: dict[str, dict[str, str]]) -> None:
    """The updater for each system, every package of the overlays and an environment for Linux."""
    names = [package.name for file in OVERLAYS for package in read(file)]
    tool = ["default", "updater"]
    assert {system: sorted(offered) for system, offered in packages.items()} == {
        **dict.fromkeys(SYSTEMS, tool),
        **dict.fromkeys(LINUX, sorted([*names, "pythonEnv", *tool])),
    }
    assert all(path.endswith(".drv") for offered in packages.values() for path in offered.values())


def test_default_overlay_is_all_of_them(
    nix: Nix, tiny: Path, checkout: Path, packages: dict[str, dict[str, str]]
) -> None:
    """Another flake that takes `overlays.default` gets the packages that this one offers."""
    offered = packages["x86_64-linux"].keys() - {"default", "pythonEnv", "updater"}
    expression = f"""{OUTPUTS}
      let
        pkgs = import nixpkgs {{
          system = "x86_64-linux";
          overlays = [ outputs.overlays.default ];
          config.allowUnfree = true;
        }};
        names = builtins.fromJSON {json.dumps(json.dumps(sorted(offered)))};
      in nixpkgs.lib.genAttrs names (name: pkgs.python3Packages.${{name}}.drvPath)"""
    assert nix.eval(expression, checkout=checkout, tiny=tiny) == {
        name: packages["x86_64-linux"][name] for name in offered
    }


def test_app_is_the_updater(nix: Nix, tiny: Path, checkout: Path) -> None:
    """`nix run` starts the packaged updater."""
    expression = f"""{OUTPUTS} builtins.mapAttrs
      (system: builtins.mapAttrs (_: app: {{
        inherit (app) type;
        same = app.program == "${{outputs.packages.${{system}}.updater}}/bin/updater";
      }}))
      outputs.apps"""
    app = {"type": "app", "same": True}
    assert nix.eval(expression, checkout=checkout, tiny=tiny) == {
        system: {"default": app, "updater": app} for system in SYSTEMS
    }


def test_flake_has_a_check_a_shell_and_a_formatter(
    nix: Nix, tiny: Path, checkout: Path, packages: dict[str, dict[str, str]]
) -> None:
    """For each system; the check is the packaged updater with tests."""
    expression = f"""{OUTPUTS}
      let paths = builtins.mapAttrs (_: package: package.drvPath); in {{
        checks = builtins.mapAttrs (_: paths) outputs.checks;
        devShells = builtins.mapAttrs (_: paths) outputs.devShells;
        formatter = paths outputs.formatter;
      }}"""
    offered = nix.eval(expression, checkout=checkout, tiny=tiny)
    assert sorted(offered["formatter"]) == SYSTEMS
    for system in SYSTEMS:
        assert list(offered["devShells"][system]) == ["default"]
        assert list(offered["checks"][system]) == ["updater"]
        assert offered["checks"][system]["updater"] != packages[system]["updater"]


def test_the_lock_names_every_input(nix: Nix) -> None:
    """Each at a revision and with its hash, so that Nix has nothing to look up or change."""
    inputs = nix.eval(f"builtins.attrNames (import {ROOT}/flake.nix).inputs")
    lock = json.loads((ROOT / "flake.lock").read_text())
    assert sorted(lock["nodes"][lock["root"]]["inputs"]) == inputs
    for name in inputs:
        locked = lock["nodes"][name]["locked"]
        assert re.fullmatch(r"[0-9a-f]{40}", locked["rev"])
        assert re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", locked["narHash"])


def test_packaged_updater_has_its_dependencies(nix: Nix, tiny: Path, checkout: Path) -> None:
    """flake.nix names what pyproject.toml requires, and what its extras bring."""
    extras = {"httpx[http2]": "h2"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [Requirement(line) for line in project["dependencies"]]
    expected = {canonicalize_name(one.name) for one in required} | {
        extras[f"{one.name}[{extra}]"] for one in required for extra in one.extras
    }
    expression = f"""{OUTPUTS}
      map (d: d.pname) outputs.packages.x86_64-linux.updater.dependencies"""
    assert set(nix.eval(expression, checkout=checkout, tiny=tiny)) == expected


def test_flake_evaluates_as_a_flake(
    nix: Nix, tiny: Path, checkout: Path, packages: dict[str, dict[str, str]]
) -> None:
    """Pure evaluation of the flake gives the derivations that calling its outputs gives."""
    offered = json.loads(
        nix.run(
            *("nix", "eval", "--json", f"path:{checkout}#packages"),
            *("--no-write-lock-file", "--override-input", "nixpkgs", f"path:{tiny}"),
            *("--apply", "builtins.mapAttrs (_: builtins.mapAttrs (_: package: package.drvPath))"),
        )
    )
    # The updater's own source has another name in the store: a flake's is `source`
    differ = {"default", "updater"}
    assert {
        system: {name: path for name, path in found.items() if name not in differ}
        for system, found in offered.items()
    } == {
        system: {name: path for name, path in found.items() if name not in differ}
        for system, found in packages.items()
    }
