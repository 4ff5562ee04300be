"""The tiny package set's Python packages behave as those of nixpkgs, also where they fail."""

from __future__ import annotations

import functools
import re
import subprocess
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.real_nix import NixFailed, place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.index import Index
    from tests.real_nix import Nix

    Build = Callable[..., Path]

pytestmark = pytest.mark.nix

WITH = "{ tiny, ... }@args: with import (/. + tiny) { config = { }; };"

PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "made-up"
version = "1.0"
"""

MADE_UP = """
  python3Packages.buildPythonPackage {
    pname = "made-up";
    version = "1.0";
    pyproject = true;
    src = /. + args.source;
    build-system = [ python3Packages.setuptools ];
"""


@pytest.fixture
def build(nix: Nix, tiny: Path) -> Build:
    """Build an expression of the tiny set, without any fetching."""
    return functools.partial(nix.build, tiny=tiny)


def project(folder: Path, *lines: str) -> Path:
    """Write a Python project with one module and these lines below ``[project]``."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT + "\n".join(lines), encoding="utf-8")
    (folder / "made_up.py").touch()
    return folder


def distributions(environment: Path) -> list[str]:
    """Return what an environment's interpreter has installed."""
    code = "from importlib.metadata import distributions as d; print(*sorted(x.name for x in d()))"
    python = str(environment / "bin" / "python3")
    return subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()


def test_sdist_becomes_a_package_that_imports(nix: Nix, tmp_path: Path, index: Index) -> None:
    """From the index's file to an environment that holds the package and what it needs, no more."""
    [sdist] = index.release("made-up", "1.0")
    environment = nix.build(
        f"""{WITH}
        let
          made-up = python3Packages.buildPythonPackage rec {{
            pname = "made-up";
            version = "1.0";
            format = "pyproject";
            src = fetchPypi {{ pname = "made_up"; inherit version; sha256 = args.sha256; }};
            nativeBuildInputs = [ python3Packages.setuptools ];
            propagatedBuildInputs = [ python3Packages.requests ];
            pythonImportsCheck = [ "made_up" ];
          }};
        in python3.withPackages (_: [ made-up ])""",
        tiny=place(tmp_path / "nixpkgs", index=index.server.url),
        sha256=sdist.sha256,
    )
    assert distributions(environment) == ["made-up", "requests", "urllib3"]


ADDED = """
  { tiny, ... }:
  let
    pkgs = import (/. + tiny) {
      overlays = [
        (self: super: {
          python3Packages = super.python3Packages // { added = super.python3Packages.numpy; };
        })
      ];
    };
  in
"""


def test_environment_does_not_see_what_an_overlay_adds(nix: Nix, tiny: Path) -> None:
    """`python3.withPackages` passes the set that was there before `//`, as in nixpkgs."""
    with pytest.raises(NixFailed, match="attribute 'added' missing"):
        nix.eval(f"{ADDED} (pkgs.python3.withPackages (ps: [ ps.added ])).drvPath", tiny=tiny)


def test_environment_of_the_package_itself_sees_it(build: Build) -> None:
    environment = build(f"{ADDED} pkgs.python3.withPackages (_: [ pkgs.python3Packages.added ])")
    assert distributions(environment) == ["numpy"]


@pytest.mark.parametrize(
    "overlay",
    [
        """self: super: {
          pythonPackagesExtensions = super.pythonPackagesExtensions ++ [
            (pself: psuper: { added = psuper.numpy; })
          ];
        }""",
        """self: super: {
          python3 = super.python3.override {
            packageOverrides = pself: psuper: { added = psuper.numpy; };
          };
        }""",
    ],
    ids=["pythonPackagesExtensions", "packageOverrides"],
)
def test_extended_set_is_seen_by_environments(nix: Nix, tiny: Path, overlay: str) -> None:
    expression = f"""{{ tiny }}:
      let pkgs = import (/. + tiny) {{ overlays = [ ({overlay}) ]; }};
      in (pkgs.python3.withPackages (ps: [ ps.added ])).drvPath
        == (pkgs.python3.withPackages (ps: [ ps.numpy ])).drvPath"""
    assert nix.eval(expression, tiny=tiny) is True


@pytest.mark.parametrize(
    ("lines", "attributes", "message"),
    [
        pytest.param(
            ['dependencies = ["numpy", "absent-thing>=1"]'],
            "dependencies = [ python3Packages.numpy ];",
            "  - absent-thing not installed\n",
            id="missing-requirement",
        ),
        pytest.param(
            ['dependencies = ["numpy<=1.26.4"]'],
            "dependencies = [ python3Packages.numpy ];",
            "  - numpy<=1.26.4 not satisfied by version 2",
            id="version-constraint",
        ),
        pytest.param(
            [],
            'dependencies = with python3Packages; [ accelerate python3Packages."torch-bin" ];',
            "Found duplicated packages in closure for dependency 'torch':\n",
            id="torch-twice",
        ),
        pytest.param(
            [],
            'pythonImportsCheck = [ "absent" ];',
            "ModuleNotFoundError: No module named 'absent'\n",
            id="import",
        ),
        pytest.param(
            [],
            'checkPhase = "echo no GPU here; exit 1";',
            "Running phase: checkPhase\nno GPU here\n",
            id="tests",
        ),
        pytest.param(
            [],
            'format = "setuptools";',
            "can't open file",
            id="no-setup.py",
        ),
    ],
)
def test_build_fails_as_in_nixpkgs(
    build: Build, tmp_path: Path, lines: list[str], attributes: str, message: str
) -> None:
    with pytest.raises(NixFailed, match=re.escape(message)):
        build(
            f"{WITH} {MADE_UP} {attributes} }}",
            source=project(tmp_path / "made-up", *lines),
        )


def test_build_sees_only_the_tools_it_names(build: Build, tmp_path: Path) -> None:
    """A back end that the host has installed is missing unless the package asks for it."""
    source = project(tmp_path / "made-up")
    text = PYPROJECT.replace("setuptools.build_meta", "hatchling.build")
    (source / "pyproject.toml").write_text(text.replace("setuptools", "hatchling"))
    with pytest.raises(NixFailed, match="ModuleNotFoundError: No module named 'hatchling'"):
        build(f"{WITH} {MADE_UP} }}", source=source)
    built = build(
        f"{WITH} {MADE_UP} nativeBuildInputs = [ python3Packages.hatchling ]; }}",
        source=source,
    )
    assert [path.name for path in built.glob("lib/python3*/site-packages/*.py")] == ["made_up.py"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'requires = ["setuptools"]',
            'requires = ["setuptools>=999"]',
            "        setuptools>=999\n                wanted: >=999\n",
        ),
        (
            'version = "1.0"',
            'version = "1.1"',
            (
                "The 'made-up' derivation has version '1.0' but "
                ".dist-info/METADATA specifies version '1.1'.\n"
            ),
        ),
        (
            'name = "made-up"',
            'name = "another"',
            "PackageNotFoundError: No package metadata was found for made-up\n",
        ),
    ],
    ids=["requires", "version", "name"],
)
def test_a_project_that_does_not_fit_its_overlay_fails_as_in_nixpkgs(
    build: Build, tmp_path: Path, old: str, new: str, message: str
) -> None:
    source = project(tmp_path / "made-up")
    (source / "pyproject.toml").write_text(PYPROJECT.replace(old, new))
    with pytest.raises(NixFailed, match=re.escape(message)):
        build(f"{WITH} {MADE_UP} }}", source=source)


def test_what_is_no_release_or_has_no_pyproject_may_say_another_version(
    build: Build, tmp_path: Path
) -> None:
    """Without pyproject.toml no requirement is checked either; nor is what is removed."""
    source = project(tmp_path / "made-up", 'dependencies = ["numpy", "absent"]')
    (source / "setup.py").write_text("from setuptools import setup; setup()")
    (source / "made_up.py").write_text("import numpy")
    removed = f"""{MADE_UP.replace('"1.0"', '"1.0-unstable-2025-01-01"')}
      buildInputs = [ python3Packages.numpy ]; pythonRemoveDeps = [ "Absent" ]; }}"""
    unchecked = MADE_UP.replace('"1.0"', '"2.0"').replace(
        "pyproject = true", 'format = "setuptools"'
    )
    trees = build(
        f"""{WITH} symlinkJoin {{ name = "trees"; paths = map
          (drv: runCommand drv.name {{ }} "mkdir $out; ln -s ${{drv}} $out/${{drv.version}}")
          [ ({removed}) ({unchecked} }}) ]; }}""",
        source=source,
    )
    needed = {
        label: [
            line
            for path in (trees / label).glob("lib/python3*/site-packages/*.dist-info/METADATA")
            for line in path.read_text().splitlines()
            if line.startswith("Requires-Dist")
        ]
        for label in ("1.0-unstable-2025-01-01", "2.0")
    }
    assert needed == {
        "1.0-unstable-2025-01-01": ["Requires-Dist: numpy"],
        "2.0": ["Requires-Dist: numpy", "Requires-Dist: absent"],
    }


@pytest.mark.parametrize(
    "attributes",
    [
        'checkPhase = "exit 1"; doCheck = false;',
        "dependencies = [ python3Packages.numpy ]; pythonRelaxDeps = true;",
        'dependencies = [ python3Packages.numpy ]; pythonRelaxDeps = [ "numpy" ];',
        "dontCheckRuntimeDeps = true;",
    ],
)
def test_skipped_check_does_not_fail(build: Build, tmp_path: Path, attributes: str) -> None:
    needed = "[]" if "doCheck" in attributes else '["numpy<=1.26.4"]'
    built = build(
        f"{WITH} {MADE_UP} {attributes} }}",
        source=project(tmp_path / "made-up", f"dependencies = {needed}"),
    )
    assert [path.name for path in built.glob("lib/python3*/site-packages/*.py")] == ["made_up.py"]


def test_stand_in_imports_as_the_real_package_does(build: Build) -> None:
    """Modules that derive, decorate and subscript what they import can be imported against it."""
    environment = build(f"{WITH} python3.withPackages (ps: [ ps.torch-bin ps.beartype ])")
    code = textwrap.dedent(
        """
        import torch, torch.nn.functional as F
        from beartype import beartype
        from torch import nn, Tensor

        class Model(nn.Module, torch.nn.utils.Mixin):
            def __init__(self):
                super().__init__()
                self.size = 3

            @beartype
            def typed(self, given: Tensor | None) -> int:
                return self.size

            @torch.no_grad()
            def decorated(self):
                return F.softmax[0]

        assert torch.__version__.startswith("2.")
        print(Model().typed(None))
        """
    )
    ran = subprocess.run(
        [environment / "bin" / "python3", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "3\n"


def test_application_runs_with_its_dependencies(build: Build, tmp_path: Path) -> None:
    source = project(tmp_path / "made-up", "[project.scripts]", 'hello = "made_up:main"')
    (source / "made_up.py").write_text(
        textwrap.dedent(
            """
            def main():
                import numpy
                print("hello from", numpy.__name__)
            """
        )
    )
    built = build(
        f"""{WITH} {MADE_UP.replace("buildPythonPackage", "buildPythonApplication")}
          dependencies = [ python3Packages.numpy ]; }}""",
        source=source,
    )
    ran = subprocess.run([built / "bin" / "hello"], capture_output=True, text=True, check=True)
    assert ran.stdout == "hello from numpy\n"


def test_patch_reaches_the_build_of_an_existing_package(build: Build) -> None:
    message = re.escape("ERROR: pattern absent doesn't match anything in file 'pyproject.toml'")
    with pytest.raises(NixFailed, match=message):
        build(
            f"""{WITH} python3Packages.einops.overridePythonAttrs (old: {{
              postPatch = (old.postPatch or "")
                + "substituteInPlace pyproject.toml --replace-fail absent new";
            }})""",
        )


def test_overrides_reach_the_source(nix: Nix, tiny: Path) -> None:
    """A package that is a function of itself takes its version from every kind of override."""
    expression = f"""{WITH}
      let
        package = python3Packages.buildPythonPackage (finalAttrs: {{
          pname = "made-up";
          version = "1.0";
          src = fetchPypi {{ inherit (finalAttrs) pname version; hash = lib.fakeHash; }};
        }});
      in map (one: [ one.version one.src.url ]) [
        package
        (package.overridePythonAttrs {{ version = "2.0"; }})
        (package.overrideAttrs (old: {{ version = old.version + ".1"; }}))
        (package.overrideAttrs (final: old: {{ version = "4.0"; }}))
      ]"""
    assert nix.eval(expression, tiny=tiny) == [
        [version, f"mirror://pypi/m/made-up/made-up-{version}.tar.gz"]
        for version in ("1.0", "2.0", "1.0.1", "4.0")
    ]


def test_unknown_override_fails(nix: Nix, tiny: Path) -> None:
    """As a package's file in nixpkgs refuses an argument that it does not have."""
    with pytest.raises(NixFailed, match="called with unexpected argument 'tensorflow'"):
        nix.eval(
            f"{WITH} (python3Packages.accelerate.override {{ tensorflow = null; }}).drvPath",
            tiny=tiny,
        )
