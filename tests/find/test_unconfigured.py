"""Which files are read: those that are named, else those that the project itself leads to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.project import pypi_overlay
from updater.config.load import load
from updater.errors import ConfigError, UsageError
from updater.find import unconfigured
from updater.find.files import overlay_files
from updater.find.packages import find_packages

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
{ buildPythonPackage, fetchPypi }:
buildPythonPackage rec {
  pname = "NAME";
  version = "1.0";
  src = fetchPypi { inherit pname version; hash = ""; };
}
"""


def overlay(name: str) -> str:
    return pypi_overlay(name, "1.0")


def package(name: str) -> str:
    return FILE.replace("NAME", name)


GUIDE = """\
{
  description = "A project";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      nekoOverlays = [
        (import ./nix/b.nix)
        (import ./nix/deep/a.nix)
      ] ++ extra;
      extra = [ (import ./nix/c.nix) ];
      pkgs = import nixpkgs { system = "x86_64-linux"; overlays = nekoOverlays; };
    in {
      devShells.x86_64-linux.default = pkgs.mkShell { packages = [ pkgs.python3 ]; };
      nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./machine.nix ]; };
    };
}
"""
CALLS = """\
{ outputs = { self, nixpkgs }: {
  packages.x86_64-linux = let pkgs = nixpkgs.legacyPackages.x86_64-linux; in {
    one = pkgs.python3Packages.callPackage ./pkgs/one { };
    own = pkgs.stdenv.mkDerivation { pname = "own"; version = "1"; src = ./.; };
  };
}; }
"""
INLINE = """\
{ outputs = { self, nixpkgs }: {
  overlays.default = final: prev: {
    inline = prev.python3Packages.buildPythonPackage rec {
      pname = "inline";
      version = "1.0";
      src = prev.fetchPypi { inherit pname version; hash = ""; };
    };
  };
}; }
"""
LISTS = """\
{ outputs = { nixpkgs, ... }: {
  overlays = map (name: import (./mine + "/${name}"))
    (builtins.attrNames (builtins.readDir ./mine));
}; }
"""
EMPTY = "{ outputs = { self }: { lib.one = import ./lib.nix; }; }"
MACHINE = '{ config, ... }: { networking.hostName = "box"; }'

PROJECTS: dict[str, tuple[dict[str, str], list[str], str]] = {
    "overlays": (
        {
            "overlays/a.nix": overlay("a"),
            "overlays/b.nix": overlay("b"),
            "flake.nix": GUIDE.replace("./nix/", "./overlays/"),
            "nix/b.nix": overlay("b"),
        },
        ["overlays/a.nix", "overlays/b.nix"],
        "no configuration: reading overlays/",
    ),
    "overlays, and calls beside them": (
        {
            "overlays/default.nix": "{ some = import ./some.nix; }",
            "overlays/some.nix": overlay("a"),
            "default.nix": (
                "{ pkgs }: { overlays = import ./overlays; one = pkgs.callPackage ./pkgs/one { }; }"
            ),
            "pkgs/one/default.nix": package("one"),
        },
        ["overlays/default.nix", "overlays/some.nix", "default.nix", "pkgs/one/default.nix"],
        (
            "no configuration: reading overlays/ and 2 files that default.nix imports or calls: "
            "default.nix, pkgs/one/default.nix"
        ),
    ),
    "overlays, and a flake with a package": (
        {"overlays/a.nix": overlay("a"), "flake.nix": INLINE},
        ["overlays/a.nix", "flake.nix"],
        "no configuration: reading overlays/ and flake.nix",
    ),
    "overlays, and an entry that imports what it fetches": (
        {
            "overlays/a.nix": overlay("a"),
            "default.nix": (
                '(import (fetchTarball { url = "https://example.org/x/1a2b.tar.gz"; sha256 = ""; })'
                " { src = ./.; }).defaultNix"
            ),
        },
        ["overlays/a.nix"],
        "no configuration: reading overlays/",
    ),
    "overlays, and what leads to no package": (
        {
            "overlays/a.nix": overlay("a"),
            "flake.nix": "{ inputs = fetchTree; outputs = _: { lib.one = import ./lib; }; }",
            "lib/default.nix": "{ }",
            "pkgs/b.nix": package("b"),
        },
        ["overlays/a.nix"],
        "no configuration: reading overlays/",
    ),
    "imports, in their order": (
        {
            "flake.nix": GUIDE,
            "nix/deep/a.nix": overlay("a"),
            "nix/b.nix": overlay("b"),
            "nix/c.nix": overlay("c"),
            "nix/d.nix": overlay("d"),
            "machine.nix": MACHINE,
        },
        ["nix/b.nix", "nix/deep/a.nix", "nix/c.nix"],
        (
            "no configuration: reading 3 files that flake.nix imports or calls: "
            "nix/b.nix, nix/deep/a.nix, nix/c.nix"
        ),
    ),
    "an overlay in a machine": (
        {
            "flake.nix": GUIDE,
            "machine.nix": "{ nixpkgs.overlays = [ (import ./nix/b.nix) ]; }",
            "nix/b.nix": overlay("b"),
        },
        ["nix/b.nix"],
        "no configuration: reading the file that flake.nix imports or calls: nix/b.nix",
    ),
    "calls": (
        {"flake.nix": CALLS, "pkgs/one/default.nix": package("one")},
        ["flake.nix", "pkgs/one/default.nix"],
        (
            "no configuration: reading 2 files that flake.nix imports or calls: "
            "flake.nix, pkgs/one/default.nix"
        ),
    ),
    "packages of its own": (
        {"flake.nix": INLINE},
        ["flake.nix"],
        "no configuration: reading flake.nix",
    ),
    "a folder that is listed": (
        {"flake.nix": LISTS, "mine/a.nix": overlay("a"), "mine/b.nix": overlay("b")},
        ["mine/a.nix", "mine/b.nix"],
        "no configuration: reading 2 files that flake.nix imports or calls: mine/a.nix, mine/b.nix",
    ),
    "a folder that lists itself": (
        {
            "flake.nix": "{ outputs = _: { overlays = import ./mine; }; }",
            "mine/default.nix": 'map (n: import (./. + "/${n}")) (attrNames (readDir ./.))',
            "mine/a.nix": overlay("a"),
            "b.nix": overlay("b"),
        },
        ["mine/a.nix"],
        "no configuration: reading the file that flake.nix imports or calls: mine/a.nix",
    ),
    "a project that lists itself": (
        {
            "flake.nix": "{ outputs = _: { packages = import ./all.nix; }; }",
            "all.nix": 'mapAttrs (n: _: callPackage (./. + "/${n}") { }) (builtins.readDir ./.)',
            "a/default.nix": package("a"),
            "b/default.nix": package("b"),
        },
        ["a/default.nix", "b/default.nix"],
        (
            "no configuration: reading 2 files that flake.nix imports or calls: "
            "a/default.nix, b/default.nix"
        ),
    ),
    "a project that is the source of its own, and lists another folder": (
        {
            "flake.nix": "{ outputs = _: { own = f { src = ./.; x = readDir ./a; }; }; }",
            "a/default.nix": package("a"),
            "b/default.nix": package("b"),
        },
        ["a/default.nix"],
        "no configuration: reading the file that flake.nix imports or calls: a/default.nix",
    ),
    "a folder that is given to a function of the project that lists it": (
        {
            "flake.nix": "{ outputs = _: import ./mine { load = (import ./lib.nix).load; }; }",
            "lib.nix": "rec { read = readDir; load = folder: mapAttrs call (read folder); }",
            "mine/default.nix": "{ load, other }: other ./. // load ./. // { z = import ./z.nix; }",
            "mine/a/default.nix": package("a"),
            "mine/z.nix": overlay("z"),
            "other/default.nix": "{ clean }: clean ./.",
            "other/a.nix": overlay("a"),
        },
        ["mine/z.nix", "mine/a/default.nix"],
        (
            "no configuration: reading 2 files that flake.nix imports or calls: "
            "mine/z.nix, mine/a/default.nix"
        ),
    ),
    "a folder that is given to another function": (
        {
            "flake.nix": "{ outputs = _: [ (import ./mine) (import ./lib.nix) ]; }",
            "lib.nix": "{ names = builtins.readDir; import = clean; callPackage = clean; }",
            "mine/default.nix": (
                "{ a = import ./. ; b = callPackage ./. { }; src = clean ./.; z = import ./z.nix; }"
            ),
            "mine/a.nix": overlay("a"),
            "mine/z.nix": overlay("z"),
        },
        ["mine/default.nix", "mine/z.nix"],
        (
            "no configuration: reading 2 files that flake.nix imports or calls: "
            "mine/default.nix, mine/z.nix"
        ),
    ),
    "a folder that is a source": (
        {
            "flake.nix": "{ outputs = _: { overlays = import ./mine/a.nix; }; }",
            "mine/a.nix": overlay("a").replace("src =", "top = ./.; up = ../.; src ="),
            "mine/b.nix": overlay("b"),
            "other/c.nix": overlay("c"),
        },
        ["mine/a.nix"],
        "no configuration: reading the file that flake.nix imports or calls: mine/a.nix",
    ),
    "files that call files": (
        {
            "default.nix": "import ./pkgs { }",
            "pkgs/default.nix": "{ pkgs }: { one = pkgs.callPackage ./one.nix { }; }",
            "pkgs/one.nix": package("one"),
        },
        ["pkgs/default.nix", "pkgs/one.nix"],
        (
            "no configuration: reading 2 files that default.nix imports or calls: "
            "pkgs/default.nix, pkgs/one.nix"
        ),
    ),
    "a flake that leads nowhere, and a default.nix that does not": (
        {
            "flake.nix": EMPTY,
            "lib.nix": "{ }",
            "default.nix": "{ overlays = [ (import ./a.nix) ]; }",
            "a.nix": overlay("a"),
        },
        ["a.nix"],
        "no configuration: reading the file that default.nix imports or calls: a.nix",
    ),
    "many": (
        {
            "flake.nix": "{ outputs = _: [ ./a.nix ./b.nix ./c.nix ./d.nix ./e.nix ]; }",
            **{f"{name}.nix": overlay(name) for name in "abcde"},
        },
        [f"{name}.nix" for name in "abcde"],
        (
            "no configuration: reading 5 files that flake.nix imports or calls: "
            "a.nix, b.nix, c.nix and 2 more"
        ),
    ),
    "pkgs": (
        {"flake.nix": EMPTY, "pkgs/a/package.nix": package("a"), "pkgs/lib.nix": "{ }"},
        ["pkgs/a/package.nix"],
        "no configuration: reading pkgs/",
    ),
    "packages": (
        {"packages/a/default.nix": package("a")},
        ["packages/a/default.nix"],
        "no configuration: reading packages/",
    ),
    "overlays that have no package": (
        {"overlays/default.nix": "{ x = final: prev: { }; }", "pkgs/a/package.nix": package("a")},
        ["pkgs/a/package.nix"],
        "no configuration: reading pkgs/",
    ),
    "overlays that have none, and nothing else does": (
        {"overlays/default.nix": "{ x = final: prev: { }; }", "flake.nix": EMPTY},
        ["overlays/default.nix"],
        "no configuration: reading overlays/",
    ),
    "a circle": (
        {
            "flake.nix": "{ outputs = _: import ./a.nix; inputs = import ./flake.nix; }",
            "a.nix": overlay("a").replace("src =", "again = import ./flake.nix; src ="),
        },
        ["a.nix"],
        "no configuration: reading the file that flake.nix imports or calls: a.nix",
    ),
    "a file that cannot be parsed": (
        {
            "flake.nix": "{ outputs = _: [ (import ./a.nix) (import ./b.nix) ]; }",
            "a.nix": overlay("a"),
            "b.nix": "{ src = fetchurl {",
        },
        ["a.nix", "b.nix"],
        "no configuration: reading 2 files that flake.nix imports or calls: a.nix, b.nix",
    ),
    "an entry that cannot be parsed": (
        {"flake.nix": "{ outputs = { self: {"},
        ["flake.nix"],
        "no configuration: reading flake.nix",
    ),
    "a configuration that says nothing of it": (
        {"updater.yaml": "dashboard: true\n", "flake.nix": INLINE},
        ["flake.nix"],
        "updater.yaml does not name `overlays`: reading flake.nix",
    ),
    "a configuration, and overlays": (
        {"config.yaml": "dashboard: true\n", "overlays/a.nix": overlay("a")},
        ["overlays/a.nix"],
        "",
    ),
    "a configuration that does not name the overlays, and a flake with a package": (
        {
            "config.yaml": "dashboard: true\n",
            "overlays/a.nix": overlay("a"),
            "flake.nix": INLINE,
        },
        ["overlays/a.nix", "flake.nix"],
        "config.yaml does not name `overlays`: reading overlays/ and flake.nix",
    ),
    "a configuration that names some": (
        {"config.yaml": "overlays: [flake.nix, 'n*/*.nix']\n", "flake.nix": GUIDE, "nix/b.nix": ""},
        ["flake.nix", "nix/b.nix"],
        "",
    ),
}


def made(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(("texts", "names", "note"), PROJECTS.values(), ids=PROJECTS)
def test_the_files_of_a_project_are_found_and_told(
    tmp_path: Path, texts: dict[str, str], names: list[str], note: str
) -> None:
    made(tmp_path, texts)
    found = overlay_files(load(tmp_path, None))
    assert (list(found.files), found.note) == (names, note)


def test_a_called_package_has_its_callers_name_also_where_it_is_found_by_itself(
    tmp_path: Path,
) -> None:
    made(tmp_path, {"flake.nix": CALLS, "pkgs/one/default.nix": package("other")})
    found = find_packages(tmp_path, overlay_files(load(tmp_path, None)).files).packages
    assert [one.name for one in found if one.source is not None] == ["one"]


def test_nothing_outside_of_the_project_is_read(tmp_path: Path) -> None:
    root = tmp_path / "project"
    flake = "{ outputs = _: [ ../out.nix ./link.nix ../folder ./there /etc/x.nix ./in.nix ]; }"
    made(root, {"flake.nix": flake, "in.nix": overlay("in")})
    made(tmp_path, {"out.nix": overlay("out"), "folder/a.nix": overlay("a")})
    (root / "link.nix").symlink_to("../out.nix")
    (root / "there").symlink_to("../folder")
    assert overlay_files(load(root, None)).files == ("in.nix",)


NOTHING = {
    "an empty folder": {},
    "no entry that leads to one": {"flake.nix": EMPTY, "lib.nix": "{ }"},
    "the project's own package": {
        "default.nix": '{ mkDerivation }: mkDerivation { pname = "a"; version = "1"; src = ./.; }'
    },
    "what is no Nix": {"overlays/kustomization.yaml": "", "pkgs/readme.md": ""},
}


@pytest.mark.parametrize("texts", NOTHING.values(), ids=NOTHING)
def test_a_project_without_packages_is_an_error_that_says_where_they_were_looked_for(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    made(tmp_path, texts)
    with pytest.raises(UsageError) as caught:
        overlay_files(load(tmp_path, None))
    assert (str(caught.value), caught.value.hint) == (
        (
            f"no package was found in {tmp_path}: it has no configuration, no folder overlays/, "
            f"and no flake.nix or default.nix that leads to a package"
        ),
        "name the files or folders in config.yaml, `overlays: [FOLDER]`, or use -C",
    )


def test_a_collection_of_packages_is_not_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unconfigured, "_MOST_FILES", 3)
    flake = "{ outputs = _: [ ./a.nix ./b.nix ./c.nix ./d.nix ]; }"
    made(tmp_path, {"flake.nix": flake, **{f"{name}.nix": overlay(name) for name in "abcd"}})
    with pytest.raises(
        UsageError, match=r"^the overlays cannot be found: flake\.nix leads to more"
    ):
        overlay_files(load(tmp_path, None))


ENTRIES = {
    "not there": ("overlays: [a.nix, gone.nix]", "1:overlays: there is no 'gone.nix' in ROOT"),
    "a text": ("\noverlays: gone", "2:overlays: there is no 'gone' in ROOT"),
    "a folder without": (
        "overlays:\n- a.nix\n- empty",
        "3:overlays: the folder 'empty' has no .nix file",
    ),
    "a glob": ("overlays: ['*.nox']", "1:overlays: no file matches '*.nox' in ROOT"),
}


@pytest.mark.parametrize(("text", "said"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_that_names_nothing_says_why_and_where(
    tmp_path: Path, text: str, said: str
) -> None:
    made(tmp_path, {"config.yaml": text, "a.nix": overlay("a"), "empty/x": ""})
    with pytest.raises(ConfigError) as caught:
        overlay_files(load(tmp_path, None))
    assert str(caught.value) == f"config.yaml:{said}".replace("ROOT", str(tmp_path))


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, {"overlays/a.nix": overlay("a"), "overlays/secret/b.nix": overlay("b")})
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("secret"):  # the tests may run as root, whom nothing is refused
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(UsageError) as caught:
        overlay_files(load(tmp_path, None))
    assert str(caught.value) == (
        f"the overlays cannot be found: {tmp_path}/overlays/secret: cannot be read: "
        "Permission denied"
    )
