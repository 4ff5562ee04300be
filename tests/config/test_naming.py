"""How a text names a package, and whose options count where several keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import pypi_overlay
from updater.config.load import load
from updater.config.naming import Fit, PackageKeys, fit
from updater.find.files import overlay_files
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

    from updater.model import Package

EXTENSION = """\
final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (self: super: {
      extended = super.buildPythonPackage rec {
        pname = "ex.tended";
        version = "1";
        src = super.fetchPypi { inherit pname version; hash = ""; };
      };
    })
  ];
  tool = prev.callPackage ../pkgs/tool.nix { };
  "do.t" = prev.stdenv.mkDerivation rec {
    pname = "dot";
    version = "1";
    src = prev.fetchPypi { inherit pname version; hash = ""; };
  };
}
"""
FILE = """\
{ buildPythonPackage, fetchPypi }:
buildPythonPackage rec {
  pname = "tool";
  version = "1";
  src = fetchPypi { inherit pname version; hash = ""; };
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose package `semi_1` has the pname of another one."""
    (tmp_path / "overlays" / "deep").mkdir(parents=True)
    (tmp_path / "pkgs").mkdir()
    semi = pypi_overlay("semi_1", "1.0").replace('pname = "semi_1"', 'pname = "semi"')
    for name, text in {
        "overlays/semi.nix": pypi_overlay("semi", "2.0"),
        "overlays/old.nix": semi,
        "overlays/deep/Snake_case.nix": pypi_overlay("Snake_case", "1.0"),
        "overlays/extension.nix": EXTENSION,
        "pkgs/tool.nix": FILE,
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def packages(root: Path) -> dict[str, Package]:
    return {
        package.name: package
        for package in find_packages(root, overlay_files(load(root, None)).files).packages
    }


WAYS = {
    "overlays/semi.nix#python3Packages.semi": {"semi": Fit.IDENTITY},
    "python3Packages.semi": {"semi": Fit.PATH},
    "python312Packages.semi": {"semi": Fit.NAME},
    "perlPackages.semi": {},
    "semi": {"semi": Fit.NAME},
    "Semi": {"semi": Fit.PNAME, "semi_1": Fit.PNAME},
    "semi_1": {"semi_1": Fit.NAME},
    "snake-CASE": {"Snake_case": Fit.PNAME},
    "ex-tended": {"extended": Fit.PNAME},
    "pythonPackagesExtensions.extended": {"extended": Fit.PATH},
    "python3Packages.extended": {"extended": Fit.NAME},
    "python3.pkgs.extended": {"extended": Fit.NAME},
    "python3Packages.tool": {"tool": Fit.NAME},
    "tool": {"tool": Fit.NAME},
    "do.t": {"do.t": Fit.NAME},
    '"do.t"': {"do.t": Fit.PATH},
    "overlays/old.nix": {"semi_1": Fit.FILE},
    "./overlays//old.nix": {"semi_1": Fit.FILE},
    "overlays/deep": {"Snake_case": Fit.FOLDER},
    "overlays/deep/": {"Snake_case": Fit.FOLDER},
    "pkgs": {"tool": Fit.FOLDER},
    "overlays/d": {},
    "semi*": {"semi": Fit.GLOB, "semi_1": Fit.GLOB},
    "python3Packages.s*": {"semi": Fit.GLOB, "semi_1": Fit.GLOB},
    "*/deep/*": {"Snake_case": Fit.GLOB},
    "": {},
    ".": {},
}


@pytest.mark.parametrize(("text", "fits"), WAYS.items(), ids=WAYS)
def test_the_strongest_way_counts(root: Path, text: str, fits: dict[str, Fit]) -> None:
    found = {name: fit(text, package) for name, package in packages(root).items()}
    assert {name: how for name, how in found.items() if how is not None} == fits


def test_keys_are_found_as_each_of_them_would_be(root: Path) -> None:
    """In the order in which they count."""
    keys = PackageKeys(WAYS)
    order = list(WAYS)
    for package in packages(root).values():
        fits = [(how, order.index(key), key) for key in WAYS if (how := fit(key, package))]
        assert keys.fitting(package) == [key for _, _, key in sorted(fits)]


KEYS = (
    "overlays/semi.nix#python3Packages.semi",
    "python3Packages.semi",
    "semi",
    "SEMI",
    "overlays/semi.nix",
    "overlays",
    "se*",
)
"""All that name `semi`, the strongest first."""


@pytest.mark.parametrize("key", KEYS)
def test_the_more_exact_key_counts_wherever_it_stands(root: Path, key: str) -> None:
    weaker = KEYS[KEYS.index(key) :]
    for keys in (weaker, weaker[::-1]):
        lines = [f"  {one!r}: {{hold: {one!r}}}\n" for one in keys]
        (root / "config.yaml").write_text("".join(["packages:\n", *lines]))
        assert load(root, None).policy(packages(root)["semi"]).hold == key


def test_of_two_keys_of_one_kind_the_later_counts(root: Path) -> None:
    (root / "config.yaml").write_text("packages: {'s*': {hold: a}, '*i': {hold: b}}\n")
    assert load(root, None).policy(packages(root)["semi"]).hold == "b"


def test_what_a_weaker_key_says_besides_is_kept(root: Path) -> None:
    (root / "config.yaml").write_text("packages: {semi: {hold: a}, '*': {hold: b, track: tag}}\n")
    policy = load(root, None).policy(packages(root)["semi"])
    assert (policy.hold, policy.track) == ("a", "tag")


def test_a_name_does_not_rule_a_package_that_has_it_as_its_pname(root: Path) -> None:
    (root / "config.yaml").write_text("packages: {semi: {hold: a}, semi_1: {track: tag}}\n")
    policy = load(root, None).policy(packages(root)["semi_1"])
    assert (policy.hold, policy.track) == ("", "tag")
