"""Without a word about building, `bump` builds what is behind and writes what passes."""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.built import release
from tests.project import FAKE, flat_hash, github_overlay, pypi_overlay
from tests.workshop import buildable, sdist_files
from updater.building.expressions import system

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.real_nix import Nix
    from tests.workshop import Workshop

pytestmark = pytest.mark.nix

SYSTEM = system()
GUIDE = f"""\
{{
  description = "Neko Agent";
  inputs.nixpkgs.url = "path:TINY";
  outputs = {{ self, nixpkgs }}:
    let
      nekoOverlays = [
        # Base packages first
        (import ./overlays/apple.nix)
        (import ./overlays/fruit/plum.nix)
        (import ./overlays/fruit/pear.nix) # Uses apple
      ];
      pkgs = import nixpkgs {{ system = "{SYSTEM}"; overlays = nekoOverlays; }};
    in
    {{
      devShells.{SYSTEM}.default = pkgs.stdenv.mkDerivation {{ name = "shell"; }};
    }};
}}
"""


@pytest.fixture
def orchard(workshop: Workshop) -> Workshop:
    """A project whose config.yaml says nothing of builds."""
    path = workshop.project.root / "config.yaml"
    path.write_text(path.read_text().split("defaults:")[0])
    return workshop


def write(orchard: Workshop, nix: Nix, files: Mapping[str, str]) -> None:
    """Write files, in which ``TINY`` stands for the tiny package set; lock a flake."""
    for name, text in files.items():
        path = orchard.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).replace("TINY", str(orchard.tiny)))
    if "flake.nix" in files:
        nix.run("nix", "flake", "lock", f"path:{orchard.project.root}")


def overlay(name: str, *, sri: str = FAKE, uses: str = "") -> str:
    """Return the guide's overlay of version 1.0."""
    arguments = f"propagatedBuildInputs = [ self.python3Packages.{uses} ];\n" if uses else ""
    return buildable(pypi_overlay(name, "1.0", sri=sri), arguments)


def as_pinned(orchard: Workshop, name: str) -> str:
    """Release version 1.0 and return its hash."""
    content = sdist_files(name, "1.0", "", "")
    orchard.index.release(name, "1.0", files={f"{name}-1.0.tar.gz": content})
    return flat_hash(content)


def file_of(orchard: Workshop, name: str) -> bytes:
    """Return an overlay's bytes."""
    return orchard.project.snapshot()[f"overlays/{name}.nix"]


def build_of(package: dict[str, Any]) -> tuple[str, str, str]:
    """Return a package's status, and what was built with which end."""
    return package["status"], package["build"]["attribute"], package["build"]["status"]


def test_the_guides_repository_is_built_as_it_is(orchard: Workshop, nix: Nix) -> None:
    """Its three overlays are behind; two build and are written, and one cannot be imported.

    Each is built with its own change alone: pear takes no apple from 2 on, and builds with the
    apple that is there.
    """
    write(
        orchard,
        nix,
        {
            "flake.nix": GUIDE,
            "overlays/apple.nix": overlay("apple", sri=as_pinned(orchard, "apple")),
            "overlays/fruit/pear.nix": overlay("pear", uses="apple"),
            "overlays/fruit/plum.nix": overlay("plum"),
        },
    )
    orchard.add("apple", "2.0")
    orchard.add("pear", "2.0", extra='dependencies = ["apple<2"]\n')
    orchard.add("plum", "2.0", module="import no_such_module\n")
    before = orchard.project.snapshot()

    result, packages = orchard.bump()

    assert (result.code, result.err) == (1, "")
    assert {name: build_of(package) for name, package in packages.items()} == {
        "apple": ("updated", "python3Packages.apple", "passed"),
        "pear": ("updated", "python3Packages.pear", "passed"),
        "plum": ("failed", "python3Packages.plum", "failed"),
    }
    diagnosis = packages["plum"]["build"]["diagnosis"]
    assert diagnosis["message"] == "the module no_such_module is missing"
    after = orchard.project.snapshot()
    written = ("overlays/apple.nix", "overlays/fruit/pear.nix")
    assert [file for file in before if after[file] != before[file]] == [*written]
    assert all(b'version = "2.0"' in after[file] for file in written)


CALLED = """\
{ buildPythonPackage, fetchPypi, setuptools }:
buildPythonPackage rec {
  pname = "apple";
  version = "1.0";
  format = "pyproject";
  src = fetchPypi { inherit pname version; hash = "FAKE"; };
  nativeBuildInputs = [ setuptools ];
}
""".replace("FAKE", FAKE)
APPLE = re.sub(r"\(import ./overlays/fruit/.*", "", GUIDE)
SHAPES: dict[str, tuple[dict[str, str], str]] = {
    "the guide's list in default.nix": (
        {
            "overlays/apple.nix": overlay("apple"),
            "default.nix": """\
                { pkgs ? import TINY { } }:
                let nekoOverlays = [ (import ./overlays/apple.nix) ]; in
                { shell = pkgs.stdenv.mkDerivation { name = "shell"; }; inherit nekoOverlays; }
                """,
        },
        "python3Packages.apple",
    ),
    "a flake with packages": (
        {
            "overlays/apple.nix": overlay("apple"),
            "flake.nix": APPLE.replace(
                "devShells", f"packages.{SYSTEM}.apple = pkgs.python3Packages.apple; devShells"
            ),
        },
        f"packages.{SYSTEM}.apple",
    ),
    "a flake with legacyPackages": (
        {
            "overlays/apple.nix": overlay("apple"),
            "flake.nix": APPLE.replace("devShells", f"legacyPackages.{SYSTEM} = pkgs; devShells"),
        },
        f"legacyPackages.{SYSTEM}.python3Packages.apple",
    ),
    "a folder of package files": (
        {
            "overlays/apple.nix": CALLED,
            "default.nix": """\
                { pkgs ? import TINY { } }:
                { apple = pkgs.python3Packages.callPackage ./overlays/apple.nix { }; }
                """,
        },
        "apple",
    ),
}


@pytest.mark.parametrize(("files", "attribute"), SHAPES.values(), ids=SHAPES)
def test_projects_of_other_shapes_are_built(
    orchard: Workshop, nix: Nix, files: dict[str, str], attribute: str
) -> None:
    write(orchard, nix, files)
    orchard.add("apple", "2.0")
    result, packages = orchard.bump()
    assert (result.code, build_of(packages["apple"])) == (0, ("updated", attribute, "passed"))
    assert b'version = "2.0"' in file_of(orchard, "apple")


def test_what_is_behind_is_written_unbuilt_without_nix(
    orchard: Workshop, nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(orchard, nix, {"flake.nix": APPLE, "overlays/apple.nix": overlay("apple")})
    orchard.add("apple", "2.0")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(programs))
    result = orchard.project.run("bump")
    assert (result.code, result.err) == (0, "")
    assert "not built: Nix is not installed" in result.out
    assert b'version = "2.0"' in file_of(orchard, "apple")


BROKEN = {
    "flake.nix": GUIDE.replace("(import ./overlays/fruit/plum.nix)", ""),
    "overlays/apple.nix": overlay("apple").replace("format =", "postPatch = none; format ="),
    "overlays/fruit/pear.nix": overlay("pear"),
}
WORDS = "does not evaluate: undefined variable 'none' at overlays/apple.nix:7:19"


def test_a_set_that_does_not_evaluate_is_said_once(orchard: Workshop, nix: Nix) -> None:
    """The run goes on without builds."""
    write(orchard, nix, BROKEN)
    for name in ("apple", "pear"):
        orchard.add(name, "2.0")
    result = orchard.project.run("bump")
    assert result.code == 0
    said = "not built: the package set of flake.nix does not evaluate (apple, pear)\n"
    assert result.out.count(said) == 1
    assert result.err.count(WORDS) == 1
    assert "none" not in result.out
    for name in ("apple", "fruit/pear"):
        assert b'version = "2.0"' in file_of(orchard, name)


def test_what_must_be_built_fails_with_what_was_tried(orchard: Workshop, nix: Nix) -> None:
    write(orchard, nix, BROKEN)
    orchard.configure(file=None)
    orchard.add("pear", "2.0")
    before = orchard.project.snapshot()
    result, packages = orchard.bump("pear")
    assert result.code == 1
    assert packages["pear"]["error"]["message"] == (
        f"`enabled: true` needs a build, but the package set of flake.nix {WORDS} (tried: "
        f"packages.{SYSTEM}.pear, packages.{SYSTEM}.python3Packages.pear, "
        f"legacyPackages.{SYSTEM}.python3Packages.pear, legacyPackages.{SYSTEM}.pear, "
        "python3Packages.pear, pear)"
    )
    assert orchard.project.snapshot() == before


def test_dependents_are_built_in_the_same_set(orchard: Workshop, nix: Nix) -> None:
    """Pear, which is current, does not accept the new apple."""
    content = sdist_files("pear", "1.0", "", 'dependencies = ["apple<2"]\n')
    orchard.index.release("pear", "1.0", files={"pear-1.0.tar.gz": content})
    write(
        orchard,
        nix,
        {
            "flake.nix": GUIDE.replace("(import ./overlays/fruit/plum.nix)", ""),
            "overlays/apple.nix": overlay("apple"),
            "overlays/fruit/pear.nix": overlay("pear", sri=flat_hash(content), uses="apple"),
        },
    )
    orchard.project.add_configuration("defaults: {build: {dependents: true}}\n")
    orchard.add("apple", "2.0")
    result, packages = orchard.bump("apple")
    build = packages["apple"]["build"]
    assert (result.code, build["attribute"], build["diagnosis"]["code"]) == (
        1,
        "python3Packages.pear",
        "version-constraint",
    )


def test_test_and_review_build_in_the_same_set(
    orchard: Workshop, nix: Nix, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = as_pinned(orchard, "apple")
    write(orchard, nix, {"flake.nix": APPLE, "overlays/apple.nix": overlay("apple", sri=old)})
    tested = orchard.project.run("test")
    assert (tested.code, "builds as python3Packages.apple" in tested.out) == (0, True)
    orchard.project.git("init", "--quiet", "--initial-branch=main")
    orchard.project.git("add", ".")
    orchard.project.git("commit", "--quiet", "-m", "base")
    orchard.project.git("branch", "base")
    path = orchard.project.root / "overlays" / "apple.nix"
    new = orchard.add("apple", "2.0")
    path.write_text(path.read_text().replace("1.0", "2.0").replace(old, new))
    monkeypatch.setenv("CI", "true")  # elsewhere a branch is not built without a sandbox
    reviewed = orchard.project.run("review", "base")
    assert (reviewed.code, "builds as python3Packages.apple" in reviewed.out) == (0, True)


def test_a_hash_that_only_a_build_tells_is_built_in_the_same_set(
    orchard: Workshop, nix: Nix
) -> None:
    release(orchard.github)
    text = buildable(github_overlay("apple", "1.0", sri=FAKE))
    text = text.replace("hash = ", "fetchSubmodules = true; hash = ")
    write(orchard, nix, {"flake.nix": APPLE, "overlays/apple.nix": text})
    result, packages = orchard.bump("--no-build")
    assert (result.code, packages["apple"]["status"]) == (0, "updated"), result.out
    assert packages["apple"]["hash"]["method"] == "build"
