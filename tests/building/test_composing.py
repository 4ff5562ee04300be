"""Which overlays a package set is composed of, and in which order."""

from __future__ import annotations

import pytest

from tests.project import FAKE, pypi_overlay
from updater.building.composing import Composer, Composition
from updater.find.overlay_files import OverlayFiles
from updater.find.packages import read_file
from updater.overlay.reading.entry import read_entry


def overlay(name: str, uses: str = "") -> str:
    """An overlay in the guide's pattern."""
    text = pypi_overlay(name, "1.0", sri=FAKE)
    inputs = f"propagatedBuildInputs = [ self.python3Packages.{uses} ];" if uses else ""
    return text.replace("src =", f"{inputs} src =")


def composed(outputs: str, files: dict[str, str], folder: str = ".") -> Composition:
    """Compose the set of a flake whose outputs take self and nixpkgs."""
    texts = {name: text.encode() for name, text in files.items()}
    packages = tuple(one for name, data in texts.items() for one in read_file(data, name))
    flake = f'{{ inputs.nixpkgs.url = "x"; outputs = {{ self, nixpkgs }}: {outputs}; }}'
    composer = Composer(folder, OverlayFiles(packages, texts), texts.get)
    return composer.compose(read_entry(flake.encode(), "flake"))


APPLE, PEAR = {"o/apple.nix": overlay("apple", "pear")}, {"o/pear.nix": overlay("pear")}
MODULE = {"module.nix": "{ config, pkgs, ... }: { }"}
ORDERS: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "as the flake has it": (
        "{ x = [ (import ./o/apple.nix) (import ./o/pear.nix) ]; }",
        APPLE | PEAR,
        ["o/apple.nix", "o/pear.nix"],
    ),
    "dependencies first where it says nothing": (
        "{ }",
        APPLE | PEAR,
        ["o/pear.nix", "o/apple.nix"],
    ),
    "what it leaves out comes behind": (
        "{ x = [ (import ./o/apple.nix) ]; }",
        APPLE | PEAR,
        ["o/apple.nix", "o/pear.nix"],
    ),
    "no module of NixOS": (
        "{ modules = [ ./module.nix ]; }",
        APPLE | MODULE,
        ["o/apple.nix"],
    ),
    "a file that imports the others": (
        "{ overlays.default = import ./o; }",
        APPLE | PEAR | {"o/default.nix": "[ (import ./pear.nix) (import ./apple.nix) ]"},
        ["o"],
    ),
    "an overlay that is written there and imports the others": (
        "{ overlays.default = final: prev: import ./o/all.nix final prev; }",
        APPLE | {"o/all.nix": "final: prev: import ./apple.nix final prev"},
        [""],
    ),
    "a file that cannot be parsed": (
        "{ }",
        APPLE | {"o/pear.nix": overlay("pear").replace('"1.0";', '"1.0')},
        ["o/apple.nix"],
    ),
    "another file's package of the same name": (
        "{ x = [ (import ./o/pear.nix) ]; }",
        PEAR | {"old/pear.nix": overlay("pear")},
        ["o/pear.nix"],
    ),
}


@pytest.mark.parametrize(("outputs", "files", "order"), ORDERS.values(), ids=ORDERS)
def test_the_order_of_overlays(outputs: str, files: dict[str, str], order: list[str]) -> None:
    assert [one.file for one in composed(outputs, files).overlays] == order


def test_files_outside_of_the_flakes_folder_are_left_out() -> None:
    """The flake cannot see them."""
    files = {f"inner/{name}": text for name, text in PEAR.items()} | APPLE
    assert [one.file for one in composed("{ }", files, "inner").overlays] == ["o/pear.nix"]


def test_files_of_one_package_are_called_by_their_names() -> None:
    """Not those that an overlay calls, and not a function that returns a set of packages."""
    package = '{ buildPythonPackage }: buildPythonPackage { pname = "NAME"; version = "1.0"; }'
    files = {
        "pkgs/fig.nix": package.replace("NAME", "fig"),
        "pkgs/plum.nix": package.replace("NAME", "plum"),
        "o/all.nix": "final: prev: { plum = prev.callPackage ../pkgs/plum.nix { }; }",
        "sets.nix": '{ a }: { kiwi = a.mkDerivation { pname = "kiwi"; version = "1"; }; }',
    }
    found = composed("{ overlays.default = import ./o/all.nix; }", files)
    assert found.called == {"fig": "pkgs/fig.nix"}
    assert 'fig = updaterTree + "/pkgs/fig.nix";' in found.expression


def test_without_nixpkgs_there_is_no_set() -> None:
    composer = Composer(".", OverlayFiles((), {}), lambda _: None)
    assert composer.compose(read_entry(b"{ outputs = _: { }; }", "flake")).expression == ""
