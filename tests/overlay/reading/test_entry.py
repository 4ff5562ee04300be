"""What is read of flake.nix and default.nix: nixpkgs, overlays in their order, and called files."""

from __future__ import annotations

import random
import textwrap

import pytest

from updater.overlay.reading.entry import EntryFile, EntryKind, read_entry
from updater.overlay.reading.shape import is_overlay, is_package_function, paths_in

KINDS: tuple[EntryKind, ...] = ("flake", "file")
GUIDE = """\
{
  description = "Neko Agent";
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    flake-utils.url = "github:numtide/flake-utils";
  };
  outputs = { self, nixpkgs, flake-utils, ... }:
    let
      nekoOverlays = [
        # Base packages first
        (import ./overlays/cached-path.nix)
        # (import ./overlays/given-up.nix)
        (import ./overlays/ema-pytorch.nix)
        # Complex packages last
        (import ./overlays/pi-zero-pytorch/pi-zero-pytorch.nix)
        (import ./overlays/einops.nix) # Overrides existing einops
      ];
    in
    flake-utils.lib.eachDefaultSystem (system:
      let
        pkgs = import nixpkgs {
          inherit system;
          overlays = nekoOverlays;
          config.allowUnfree = true;
        };
      in
      {
        devShells.default = pkgs.mkShell {
          packages = [ (pkgs.python3.withPackages (ps: [ ps.numpy ])) ];
        };
      });
}
"""
IN_ORDER = (
    "overlays/cached-path.nix",
    "overlays/ema-pytorch.nix",
    "overlays/pi-zero-pytorch/pi-zero-pytorch.nix",
    "overlays/einops.nix",
)


def flake(outputs: str) -> str:
    """A flake with these outputs, made of nixpkgs."""
    return (
        '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs";'
        f" outputs = {{ self, nixpkgs }}: {outputs}; }}"
    )


def entry(text: str, kind: EntryKind = "flake") -> EntryFile:
    """Read a text."""
    return read_entry(textwrap.dedent(text).encode(), kind)


def files(found: EntryFile) -> list[str]:
    """The overlays, those that may be something else with a question mark."""
    return [(one.file or one.expression) + "?" * (not one.certain) for one in found.overlays]


def test_the_guides_flake_is_read() -> None:
    found = entry(GUIDE)
    assert found.inputs == ("nixpkgs", "flake-utils")
    assert found.nixpkgs == "(updaterInputs.nixpkgs)"
    assert tuple(files(found)) == IN_ORDER
    assert found.overlays[0].expression == '(import (updaterTree + "/overlays/cached-path.nix"))'


A, B = "(import ./a.nix)", "(import ./b.nix)"
LISTS = {
    "in its place": f"{{ x = import nixpkgs {{ overlays = [ {B} {A} ]; }}; }}",
    "let-bound": f"let o = [ {B} {A} ]; in {{ x = import nixpkgs {{ overlays = o; }}; }}",
    "inherited": (
        f"let overlays = [ {B} {A} ]; in {{ x = import nixpkgs {{ inherit overlays; }}; }}"
    ),
    "two lists": f"let o = [ {B} ]; in {{ x = import nixpkgs {{ overlays = o ++ [ {A} ]; }}; }}",
    "named overlays": (
        "let a = import ./a.nix; b = import ./b.nix; in "
        "{ x = import nixpkgs { overlays = [ b a ]; }; }"
    ),
    "map import": "{ x = import nixpkgs { overlays = map import [ ./b.nix ./a.nix ]; }; }",
    "builtins.map import": (
        "let files = [ ./b.nix ./a.nix ]; in "
        "{ x = import nixpkgs { overlays = builtins.map import files; }; }"
    ),
    "map path: import path": (
        "{ x = import nixpkgs { overlays = map (file: import file) [ ./b.nix ./a.nix ]; }; }"
    ),
    "in let and with": (
        f"{{ x = import nixpkgs {{ overlays = with self; let b = {B}; in [ b {A} ]; }}; }}"
    ),
    "optional": (
        f"{{ x = import nixpkgs {{ overlays = nixpkgs.lib.optional true {B} ++ [ {A} ]; }}; }}"
    ),
    "if": f"{{ x = import nixpkgs {{ overlays = if true then [ {B} ] else [ {A} ]; }}; }}",
    "composed": (
        "{ x = import nixpkgs { overlays = "
        f"[ (nixpkgs.lib.composeManyExtensions [ {B} {A} ]) ]; }}; }}"
    ),
    "composed of two": f"{{ overlays.default = nixpkgs.lib.composeExtensions {B} {A}; }}",
    "offered": "{ overlays.b = import ./b.nix; overlays.a = import ./a.nix; }",
    "offered as a set": "{ overlays = { b = import ./b.nix; a = import ./a.nix; }; }",
    "offered by its old name": f"{{ overlay = nixpkgs.lib.composeManyExtensions [ {B} {A} ]; }}",
    "of self": (
        "{ overlays.first = import ./b.nix; overlays.default = import ./a.nix;"
        " x = import nixpkgs { overlays = [ self.overlays.first self.overlays.default ]; }; }"
    ),
    "the values of a set": (
        "{ overlays.z = import ./a.nix; overlays.b = import ./b.nix;"
        " x = import nixpkgs { overlays = builtins.attrValues self.overlays; }; }"
    ),
    "a set's list": (
        f"let o = {{ base.all = [ {B} ]; more = [ {A} ]; }}; in "
        "{ x = import nixpkgs { overlays = o.base.all ++ o.more; }; }"
    ),
}


@pytest.mark.parametrize("outputs", LISTS.values(), ids=LISTS)
def test_overlays_are_read_in_their_order(outputs: str) -> None:
    assert files(entry(flake(outputs))) == ["b.nix", "a.nix"]


def test_what_nixpkgs_is_given_comes_before_other_lists() -> None:
    text = flake(f"""let more = [ (import ./c.nix) {A} ]; in {{
      overlays.default = import ./d.nix;
      modules = [ ./module.nix ];
      x = import nixpkgs {{ overlays = [ {B} ]; }};
      shell = import ./shell.nix;
    }}""")
    assert files(entry(text)) == ["b.nix", "c.nix?", "a.nix?", "module.nix?", "d.nix", "shell.nix?"]


def test_a_list_of_paths_may_be_one_of_overlays() -> None:
    text = flake("let o = [ ./b.nix ./a.nix ]; in { x = map (p: import p { }) (f o); }")
    assert files(entry(text)) == ["b.nix?", "a.nix?"]


CLOSED = {
    "another input's": (
        "{ self, nixpkgs, rust }: { x = import nixpkgs { overlays = [ rust.overlays.x ]; }; }",
        "(updaterInputs.rust.overlays.x)",
    ),
    "of all inputs": (
        "inputs: { x = import inputs.nixpkgs { overlays = [ inputs.rust.overlay ]; }; }",
        "(updaterInputs.rust.overlay)",
    ),
    "through inherit": (
        (
            "inputs: let inherit (inputs) nixpkgs rust; in "
            "{ x = import nixpkgs { overlays = [ rust.overlay ]; }; }"
        ),
        "((updaterInputs).rust.overlay)",
    ),
    "written there": (
        (
            "{ self, nixpkgs }: let n = 1; in "
            "{ x = import nixpkgs { overlays = [ (new: old: { inherit n; m = old.m n; }) ]; }; }"
        ),
        "(new: old: { n = (1); m = old.m (1); })",
    ),
    "with a system": (
        (
            "{ self, nixpkgs, q }: f (system: import nixpkgs { inherit system; overlays = "
            "[ (_: _: { a = q.packages.${system}.a; p = ./a.patch; }) ]; })"
        ),
        (
            "(_: _: { a = updaterInputs.q.packages.${updaterSystem}.a;"
            ' p = (updaterTree + "/a.patch"); })'
        ),
    ),
    "all that a folder has": (
        "{ self, nixpkgs, ... }@inputs: { overlays = import ./overlays { inherit inputs; }; }",
        '(import (updaterTree + "/overlays") { inputs = updaterInputs; })',
    ),
    "with its own names": (
        (
            "{ self, nixpkgs }: let a = 2; in { x = import nixpkgs { overlays = "
            "[ (new: old: let a = old.a; in rec { inherit a; b = a; c = with old; d; }) ]; }; }"
        ),
        "(new: old: let a = old.a; in rec { a = a; b = a; c = with old; d; })",
    ),
}


@pytest.mark.parametrize(("outputs", "expression"), CLOSED.values(), ids=CLOSED)
def test_an_overlay_that_is_no_file_means_the_same_elsewhere(outputs: str, expression: str) -> None:
    found = entry(f'{{ inputs.rust.url = "x"; outputs = {outputs}; }}')
    assert [one.expression for one in found.overlays if one.certain] == [expression]


@pytest.mark.parametrize(
    "overlay",
    ["(final: prev: { a = unknown; })", "(final: prev: { p = ./${self.rev}; })", "(f ~/a.nix)"],
)
def test_what_depends_on_what_nobody_knows_is_left_out(overlay: str) -> None:
    found = entry(flake(f"{{ x = import nixpkgs {{ overlays = [ {A} {overlay} ]; }}; }}"))
    assert files(found) == ["a.nix"]


def test_a_file_is_given_what_the_flake_gives_it() -> None:
    found = entry(
        flake("{ x = import nixpkgs { overlays = [ (import ./a.nix { inherit self; }) ]; }; }")
    )
    assert [(one.file, one.expression) for one in found.overlays] == [
        ("a.nix", '(import (updaterTree + "/a.nix") { self = updaterInputs.self; })')
    ]


TWO = 'inputs.nixpkgs.url = "x/nixpkgs"; inputs.unstable.url = "x/nixpkgs/unstable";'
NIXPKGS = {
    "imported": ("{ self, unstable, nixpkgs }: { x = import unstable { }; }", "unstable"),
    "imported with overlays": (
        (
            "{ self, unstable, nixpkgs }: "
            "{ a = import nixpkgs { }; b = import unstable { overlays = [ ]; }; }"
        ),
        "unstable",
    ),
    "of inputs": ("inputs: { x = import inputs.unstable { overlays = [ ]; }; }", "unstable"),
    "as text": ('{ self, unstable, nixpkgs }: { x = import "${unstable}" { }; }', "unstable"),
    "by another name": (
        "{ self, unstable, nixpkgs }: let n = unstable; in { x = import n { }; }",
        "unstable",
    ),
    "with arguments from elsewhere": (
        "{ self, unstable, nixpkgs }: { x = import unstable (f nixpkgs); }",
        "unstable",
    ),
    "legacyPackages": (
        (
            "{ self, unstable, nixpkgs }: "
            "{ x = f (system: unstable.legacyPackages.${system}.mkShell { }); }"
        ),
        "unstable",
    ),
    "legacyPackages of inputs": (
        "inputs: { x = f (s: inputs.unstable.legacyPackages.${s}.mkShell { }); }",
        "unstable",
    ),
    "by its name": ("inputs: { }", "nixpkgs"),
}


@pytest.mark.parametrize(("outputs", "name"), NIXPKGS.values(), ids=NIXPKGS)
def test_the_nixpkgs_of_a_flake(outputs: str, name: str) -> None:
    found = entry(f"{{ {TWO} outputs = {outputs}; }}")
    assert found.nixpkgs.strip("()").replace('"${', "").replace('}"', "") == f"updaterInputs.{name}"


@pytest.mark.parametrize(
    ("inputs", "outputs", "names", "nixpkgs"),
    [
        ("", "{ self }: { }", (), ""),
        ("", "{ self, nixpkgs }: { }", ("nixpkgs",), "updaterInputs.nixpkgs"),
        ('inputs.pkgs.url = "x";', "inputs: { }", ("pkgs",), "updaterInputs.pkgs"),
        (
            'inputs = { a = { url = "x"; flake = false; }; b.url = "github:NixOS/nixpkgs"; };',
            "inputs: { }",
            ("a", "b"),
            "updaterInputs.b",
        ),
        ('inputs.a.url = "x"; inputs.b.follows = "a";', "{ self, ... }@all: { }", ("a", "b"), ""),
    ],
)
def test_the_inputs_of_a_flake(
    inputs: str, outputs: str, names: tuple[str, ...], nixpkgs: str
) -> None:
    found = entry(f"{{ {inputs} outputs = {outputs}; }}")
    assert (found.inputs, found.nixpkgs) == (names, nixpkgs)


FILES = {
    "a function of pkgs": (
        f"{{ pkgs ? import <nixpkgs> {{ overlays = [ {A} ]; }} }}: {{ inherit (pkgs) x; }}",
        "(<nixpkgs>)",
    ),
    "a function of nixpkgs": (
        (
            f"{{ nixpkgs ? <nixpkgs>, system ? builtins.currentSystem }}:"
            f" import nixpkgs {{ inherit system; overlays = [ {A} ]; }}"
        ),
        "((<nixpkgs>))",
    ),
    "a set": (
        f'let pkgs = import (fetchTarball {{ url = "x"; }}) {{ }}; o = [ {A} ]; in {{ }}',
        '(fetchTarball { url = "x"; })',
    ),
    "pinned elsewhere": (
        f"let sources = import ./npins; in import sources.nixpkgs {{ overlays = [ {A} ]; }}",
        '((import (updaterTree + "/npins")).nixpkgs)',
    ),
    "called by another name": (
        (
            f"let lib = import ./lib {{ system = 1; }};"
            f" in import ../nixpkgs {{ config = {{ }}; overlays = [ {A} ]; }}"
        ),
        '((updaterTree + "/../nixpkgs"))',
    ),
    "no nixpkgs": (f"{{ pkgs }}: pkgs.appendOverlays [ {A} ]", ""),
}


@pytest.mark.parametrize(("text", "nixpkgs"), FILES.values(), ids=FILES)
def test_a_file_without_flakes(text: str, nixpkgs: str) -> None:
    found = entry(text, "file")
    assert (found.nixpkgs, found.inputs) == (nixpkgs, ())
    assert found.overlays[0].file == "a.nix"


def test_called_files_are_read() -> None:
    text = """{ pkgs ? import <nixpkgs> { } }: {
      apple = pkgs.python3Packages.callPackage ./pkgs/apple { };
      pear = pkgs.callPackage (./pkgs/pear.nix) { inherit (pkgs) lib; };
      callPackages = pkgs.callPackages ./more.nix { };
      other = pkgs.callPackage ./${x}.nix { };
    }"""
    assert entry(text, "file").calls == ("pkgs/apple", "pkgs/pear.nix", "more.nix")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{ outputs = 1; inputs = x; }",
        "[ ]",
        flake("let a = a; in { x = import nixpkgs { overlays = a; }; }"),
        flake("let a = b ++ b; b = a ++ a; in { x = import nixpkgs { overlays = a; }; }"),
        flake("let inherit (a) b; a = b; in { x = import nixpkgs { overlays = [ b ]; }; }"),
        flake("let a = b + b; b = a + a; in { x = import nixpkgs { overlays = [ a ]; }; }"),
        flake("{ x = import nixpkgs { overlays = [ " + "(" * 500 + "f" + ")" * 500 + " ]; }; }"),
        "(" * 3000,
    ],
)
def test_whatever_is_there_an_answer_comes(text: str) -> None:
    for kind in KINDS:
        assert entry(text, kind).overlays == ()


def test_whatever_is_mangled_an_answer_comes() -> None:
    pick = random.Random(1)  # noqa: S311 - not for secrets
    texts = [GUIDE, *map(flake, LISTS.values()), *(text for text, _ in FILES.values())]
    for _ in range(300):
        text = pick.choice(texts)
        for _ in range(3):
            start, length = pick.randint(0, len(text)), pick.choice((0, 1, 3, 20))
            put = pick.choice(
                ["", *'{}()[];=:@?."$', "++", "let", "rec {", "import", "./x", "with"]
            )
            text = text[:start] + put + text[start + length :]
        for kind in KINDS:
            entry(text, kind)
        paths_in(text.encode())


SHAPES = [
    ("final: prev: { }", True, False),
    ("self: super: let x = 1; in { }", True, False),
    ("# why\nlet x = 1; in final: prev: { }", True, False),
    ("_: _: { }", True, False),
    ("{ lib, buildPythonPackage, }: buildPythonPackage { }", False, True),
    ("{ config, pkgs, ... }: { }", False, True),
    ("{ inputs }: final: prev: { }", False, False),
    ("self: { }", False, False),
    ("{ a = 1; }", False, False),
    ("[ (final: prev: { }) ]", False, False),
]


@pytest.mark.parametrize(("text", "overlay", "package"), SHAPES)
def test_what_a_file_is(text: str, *, overlay: bool, package: bool) -> None:
    assert (is_overlay(text.encode()), is_package_function(text.encode())) == (overlay, package)


def test_paths_of_a_file() -> None:
    text = b"[ (import ./b.nix) ../a/../c.nix ./b.nix ./${x}.nix <nixpkgs> ~/x /etc/y ]"
    assert paths_in(text) == ("b.nix", "../c.nix")
