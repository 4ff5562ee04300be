"""A pin that a program writes moves for all who read it: no hash of a reader stays behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from updater.find.packages import find_packages, found_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENTRY = {"version": "1.0", "hash": "sha256-x"}
FETCHED = 'fetchFromGitHub { owner = "o"; repo = "r"; '
PACKAGE = (
    'prev.mkDerivation { pname = "one"; inherit (pins.foo) version hash; src = prev.'
    f'{FETCHED}rev = "v${{pins.foo.version}}"; inherit (pins.foo) hash; }}; }}'
)
DEPENDENT = 'vendorHash = "sha256-y";'


def overlay(more: str = "") -> str:
    """Return an overlay that reads its pin, with further attributes."""
    read = "prev.lib.importJSON ./pins.json"
    return f"final: prev: let pins = {read}; in {{\none = {PACKAGE};\n{more}}}\n"


def tool(argument: str, pin: str, before: str = "") -> str:
    """Return a file that is a package, whose pin an expression has."""
    return (
        f"{{ buildGoModule, fetchFromGitHub, lib, {argument} ... }}: {before}buildGoModule {{\n"
        f'  pname = "two"; version = {pin}.version; {DEPENDENT}\n'
        f'  src = {FETCHED}rev = "v${{{pin}.version}}"; hash = {pin}.hash; }}; }}\n'
    )


def lent(root: Path, **files: str) -> dict[str, str]:
    """Return why packages must stay, of a project that has two pins in pins.json."""
    pins = json.dumps({"foo": ENTRY, "bar": ENTRY})
    texts = {"pins.json": pins, **{f"{name}.nix": text for name, text in files.items()}}
    for name, text in texts.items():
        (root / name).write_text(text)
    named = [name for name in texts if name.endswith(".nix")]
    packages = find_packages(root, named).packages

    def read(paths: Sequence[str]) -> dict[str, bytes]:
        return {path: texts[path].encode() for path in paths if path in texts}

    assert found_in(read, named).packages == packages
    return {package.name: package.lent for package in packages if package.lent}


READERS = {
    "given by a name": (overlay("two = final.callPackage ./two.nix { pin = pins.foo; };\n"), "pin"),
    "inherited": (overlay("two = final.callPackage ./two.nix { inherit (pins) foo; };\n"), "foo"),
    "of the package set": (overlay("inherit pins;\n"), "pins.foo"),
    "of the package set, by another name": (overlay("pin = pins.foo;\n"), "pin"),
    "through two names": (
        overlay("two = let a = pins; b = a.foo; in final.callPackage ./two.nix { p = b; };\n"),
        "p",
    ),
    "of an unknown caller": (overlay(), "pin"),
    "of a set of packages": (overlay(), "final.pins.foo"),
    "with a key that is computed": (overlay("inherit pins;\n"), "pins.${pname}"),
    "given, as it comes from outside": (overlay("two = f ./two.nix; q = pins.foo;\n"), "q"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_pin_stays_that_may_come_to_a_package_with_a_hash_of_its_own(
    tmp_path: Path, name: str
) -> None:
    text, pin = READERS[name]
    argument = f"{pin.partition('.')[0]},"
    assert lent(tmp_path, a=text, two=tool(argument, pin)) == {
        "one": (
            f"two (two.nix:1) takes its source from {pin}.hash, which may be this pin, and an "
            "update would leave the vendorHash there stale: read the pin in one file only, or "
            "move one alone with `packages: {one: {src_only: true}}`"
        )
    }


@pytest.mark.parametrize(
    ("before", "path"),
    [
        (
            'let p = (builtins.fromJSON (builtins.readFile (./. + "/pins.json"))).foo; in ',
            "/pins.json",
        ),
        ("let p = (lib.trivial.importJSON (toString ./pins.json)).foo; in ", "./pins.json"),
        (
            "let p = lib.attrByPath [ name ] null (lib.trivial.importJSON ./pins.json); in ",
            "./pins.json",
        ),
    ],
)
def test_a_pin_stays_that_is_read_in_a_way_that_is_not_understood(
    tmp_path: Path, before: str, path: str
) -> None:
    assert lent(tmp_path, a=overlay(), two=tool("", "p", before)) == {
        "one": (
            f"two (two.nix:1) reads {path}, which may be this pin, and an update would leave the "
            "vendorHash there stale: read the pin in one file only, or move one alone with "
            "`packages: {one: {src_only: true}}`"
        )
    }


@pytest.mark.parametrize(
    ("more", "argument", "pin"),
    [
        ("", "pins,", "pins.bar"),
        ("two = final.callPackage ./two.nix { pin = pins.bar; };\n", "pin,", "pin"),
        ("two = final.callPackage ./two.nix { };\n", "yazi,", "yazi"),
        ("", "inputs,", "inputs.yazi"),
    ],
    ids=["another pin", "another pin that is given", "of nixpkgs", "of a flake"],
)
def test_a_pin_moves_that_no_other_package_can_have(
    tmp_path: Path, more: str, argument: str, pin: str
) -> None:
    assert lent(tmp_path, a=overlay(more), two=tool(argument, pin)) == {}


STRAYS = {
    "an argument that is computed": "src = prev.fetchFromGitHub (prev.lib.f version);",
    "a fetcher of its own": 'src = prev.fetchIt { url = "u/${version}"; hash = "sha256-z"; };',
    "a function's result": "src = prev.cut version;",
}


@pytest.mark.parametrize("name", STRAYS)
def test_a_version_stays_that_a_package_is_made_from_which_is_not_followed(
    tmp_path: Path, name: str
) -> None:
    """Its own hashes could not be written; `src_only` moves the other alone, as asked."""
    text = (
        'final: prev: let version = "1.0"; in {\n  one = prev.mkDerivation { pname = "one"; '
        f'inherit version; src = prev.{FETCHED}tag = version; hash = "sha256-x"; }}; }};\n'
        f'  two = prev.buildGoModule {{ pname = "two"; inherit version; {STRAYS[name]} {DEPENDENT} '
        "};\n}\n"
    )
    names = "src.hash and vendorHash" if "fetchIt" in STRAYS[name] else "vendorHash"
    assert lent(tmp_path, a=text) == {
        "one": (
            "two (line 3) is made from the same version and is not followed, and an update would "
            f"leave the {names} there stale: give two a version of its own, or move one alone "
            "with `packages: {one: {src_only: true}}`"
        )
    }
