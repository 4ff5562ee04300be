"""Overlays into the lists of flake.nix and default.nix, and out of them: golden pairs, real Nix.

In each file of `tests/overlay/entries` a new overlay uses b, c uses it, and p patches an existing
package: it goes behind b, before c and before p.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from updater.errors import PatchError
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.equipping import Supply, equipped, unequipped
from updater.overlay.editing.list_places import EntryText, Neighbours
from updater.overlay.editing.registering import (
    deregistered,
    moved,
    registered,
)

if TYPE_CHECKING:
    from tests.real_nix import Nix
    from updater.overlay.reading.entry import EntryKind

FOLDER = Path(__file__).parent.parent / "entries"
NEW = "overlays/new.nix"
NEIGHBOURS = Neighbours(
    frozenset({"overlays/b.nix"}), frozenset({"overlays/c.nix"}), frozenset({"overlays/p.nix"})
)
# File -> the overlays that real Nix applies, in their order, once the new one is there.
ORDERS = {
    "appended": "a new c",
    "block-comments": "a b new c",
    "bracket-with-the-first": "a b new",
    "carriage-returns": "a new p",
    "classic": "a new p",
    "composed": "a b new",
    "empty-brackets": "new",
    "empty-list": "new",
    "empty-with-a-comment": "new",
    "flake-parts": "a b new",
    "flake-utils": "b new p",
    "folded": "b new",
    "for-all-systems": "b new c",
    "guide-list": "a b new c p",
    "in-arguments": "b new",
    "inherited": "a b new",
    "let-and-with": "a b new",
    "list-file": "a b new",
    "map-function": "a b new",
    "map-import": "a b new",
    "of-others-too": "rust a function new c",
    "one-line": "a b new",
    "optionals-beside": "a b new c",
    "paths-of-self": "a b new",
    "several-a-line": "a b new c p",
    "several-lists": "a b new c p",
    "tabs": "b new p",
    "used-by-the-first": "new c p",
}
FILES = {"classic", "inherited", "list-file", "env-in-a-shell", "env-of-any-package"}
# File -> the environments that get the package, and what they hold then.
ENVIRONMENTS = {
    "env-selected": {"pyEnv": "ps.a ps.numpy pkgs.new"},
    "env-with": {"pyEnv": "ps.a ps.numpy pkgs.new ps.scipy"},
    "env-of-the-package-itself": {"shell": "pkgs.a pkgs.zlib pkgs.new"},
    "env-in-a-shell": {"devShells.default": "git ps.a pkgs.new ps.numpy ps.scipy"},
    "env-of-any-package": {"tools": "git pkgs.new", "extra": "pkgs.new"},
}

# Each overlay is a word here, and nixpkgs says which words it was given.
NIXPKGS = """\
{ overlays ? [ ], ... }:
let
  named = overlay:
    if builtins.isList overlay then builtins.concatMap named overlay
    else [ (if builtins.isFunction overlay then "function" else overlay.name) ];
  names = [ "a" "new" "numpy" "scipy" "zlib" ];
  set = prefix: builtins.listToAttrs (map (name: { inherit name; value = prefix + name; }) names);
in
rec {
  order = builtins.concatMap named overlays;
  git = "git";
  lib.optionals = condition: list: if condition then list else [ ];
  python3Packages = set "pkgs.";
  python3.withPackages = function: function (set "ps.");
  python3.buildEnv.override = arguments: arguments.extraLibs;
  mkShell = arguments: builtins.concatMap
    (package: if builtins.isList package then package else [ package ]) arguments.packages;
  buildEnv = arguments: arguments.paths;
}
"""
EVALUATION = """\
{ root }:
let
  folder = /. + root;
  lib = {
    composeExtensions = before: after:
      (if builtins.isList before then before else [ ]) ++ [ after ];
    composeManyExtensions = overlays: overlays;
    foldl' = builtins.foldl';
    flatten = list: list;
    optional = condition: overlay: if condition then [ overlay ] else [ ];
    optionals = condition: list: if condition then list else [ ];
  };
  nixpkgs = {
    outPath = folder + "/nixpkgs";
    inherit lib;
    legacyPackages.x86_64-linux.appendOverlays = overlays: import nixpkgs { inherit overlays; };
  };
  flake-parts.lib.mkFlake = arguments: module: module.perSystem { system = "x86_64-linux"; };
  flake-utils.lib.eachDefaultSystem = function: function "x86_64-linux";
  flake = file:
    let
      called = (import file).outputs;
      inputs = {
        inherit flake-parts flake-utils nixpkgs;
        self = self // { outPath = toString folder; };
        rust.overlays.default.name = "rust";
      };
      self = called (builtins.intersectAttrs (builtins.functionArgs called) inputs);
    in self;
  value = file:
    let entry = import file; in
    if builtins.isList entry then { result = import nixpkgs { overlays = entry; }; }
    else if entry ? outputs then flake file
    else if builtins.functionArgs entry ? nixpkgs then entry { inherit nixpkgs; }
    else entry { pkgs = import nixpkgs { }; };
  shown = name:
    let all = value (folder + "/${name}"); in
    if all ? result then all.result.order else all;
in
builtins.listToAttrs (map (name: { inherit name; value = shown name; })
  (builtins.fromJSON (builtins.readFile (folder + "/names.json"))))
"""


def entry(name: str, data: bytes | None = None) -> EntryText:
    kind: EntryKind = "file" if name in FILES else "flake"
    return EntryText(
        "flake.nix", kind, (FOLDER / f"{name}.nix").read_bytes() if data is None else data
    )


def expected(name: str) -> bytes:
    return (FOLDER / f"{name}.expected.nix").read_bytes()


def with_new(name: str) -> bytes:
    """A file with the new overlay, or with the new package in its environments."""
    before = entry(name)
    if name in ORDERS:
        return apply_edits(before.data, registered(before, NEW, NEIGHBOURS))
    data = before.data
    for environment in ENVIRONMENTS[name]:
        text = entry(name, data)
        data = apply_edits(data, equipped(text, environment, Supply("new")))
    return data


def test_every_file_is_a_golden_pair() -> None:
    pairs = {path.name.removesuffix(".expected.nix") for path in FOLDER.glob("*.expected.nix")}
    assert pairs == ORDERS.keys() | ENVIRONMENTS.keys()


@pytest.mark.parametrize("name", [*ORDERS, *ENVIRONMENTS])
def test_the_new_one_has_its_place_and_leaves_no_trace(name: str) -> None:
    """Adding it gives the golden text; again, nothing; taking it out, the old text to the byte."""
    after = with_new(name)
    assert after.decode() == expected(name).decode()
    text = entry(name, after)
    if name in ORDERS:
        assert registered(text, NEW, NEIGHBOURS) == ()
        back = deregistered(text, NEW)
    else:
        assert [equipped(text, own, Supply("new")) for own in ENVIRONMENTS[name]] == [
            () for _ in ENVIRONMENTS[name]
        ]
        back = unequipped(text, "new")
    assert apply_edits(after, back) == entry(name).data


@pytest.mark.nix
def test_real_nix_reads_the_new_order(nix: Nix, tmp_path: Path) -> None:
    """All others are applied as before, and environments hold what they held."""
    (tmp_path / "nixpkgs").mkdir()
    (tmp_path / "nixpkgs" / "default.nix").write_text(NIXPKGS)
    (tmp_path / "overlays").mkdir()
    for overlay in ("a", "b", "c", "p", "new"):
        text = f'{{ name = "{overlay}"; __functor = self: _: self; }}'
        (tmp_path / "overlays" / f"{overlay}.nix").write_text(text)
    names = [*ORDERS, *ENVIRONMENTS]
    for name in names:
        (tmp_path / f"{name}.nix").write_bytes(entry(name).data)
        (tmp_path / f"{name}.expected.nix").write_bytes(expected(name))
    listed = [f"{name}{end}" for name in names for end in (".nix", ".expected.nix")]
    (tmp_path / "names.json").write_text(str(listed).replace("'", '"'))
    values = nix.eval(EVALUATION, root=tmp_path)
    for name, order in ORDERS.items():
        after = values[f"{name}.expected.nix"]
        assert " ".join(after) == order, name
        assert values[f"{name}.nix"] == [own for own in after if own != "new"], name
    for name, environments in ENVIRONMENTS.items():
        before, after = values[f"{name}.nix"], values[f"{name}.expected.nix"]
        for environment, packages in environments.items():
            held = below(after, environment)
            assert " ".join(held) == packages, name
            assert below(before, environment) == [own for own in held if own != "pkgs.new"], name
        changed = {environment.partition(".")[0] for environment in environments}
        assert {key: value for key, value in after.items() if key not in changed} == {
            key: value for key, value in before.items() if key not in changed
        }


def below(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name]
    return value


def flake(outputs: str) -> EntryText:
    return EntryText(
        "flake.nix", "flake", f"{{ outputs = {{ self, nixpkgs }}: {outputs}; }}".encode()
    )


def refusal(text: EntryText, neighbours: Neighbours = NEIGHBOURS) -> str:
    with pytest.raises(PatchError) as caught:
        registered(text, NEW, neighbours)
    return f"{caught.value}\n{caught.value.hint}"


LINE = (
    "add this entry to the overlays of flake.nix by hand, and run the command again: "
    "(import ./overlays/new.nix)"
)
A, B, C = (f"(import ./overlays/{name}.nix)" for name in "abc")
REFUSED = {
    "no list": (
        "{ overlays.a = import ./overlays/a.nix; }",
        "flake.nix has no list of overlays that is written out",
    ),
    "two lists that could have it": (
        (
            f"{{ x = import nixpkgs {{ overlays = [ {B} ]; }};"
            f"   y = import nixpkgs {{ overlays = [ {A} ]; }}; }}"
        ),
        "flake.nix has 2 lists that could have it, on lines 1, 1",
    ),
    "only under a condition": (
        f"{{ x = import nixpkgs {{ overlays = nixpkgs.lib.optionals true [ {A} ]; }}; }}",
        "flake.nix has no list of overlays that is written out",
    ),
    "an order that is wrong already": (
        f"{{ x = import nixpkgs {{ overlays = [ {C} {A} {B} ]; }}; }}",
        "flake.nix:1: what uses overlays/new.nix stands before what it uses (line 1)",
    ),
    "no list between the two": (
        f"{{ x = import nixpkgs {{ overlays = [ {C} ] ++ [ {B} ]; }}; }}",
        "no list of flake.nix has a place behind what it uses and before its users",
    ),
}


@pytest.mark.parametrize(("outputs", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_guess_is_refused_with_the_line_to_write(outputs: str, reason: str) -> None:
    assert refusal(flake(outputs)) == f"{reason}\n{LINE}"


@pytest.mark.parametrize(
    "listed",
    [
        "map (file: import file nixpkgs) [ ./overlays/a.nix ]",
        'map (name: import (./overlays + "/${name}.nix")) [ "a" ]',
    ],
)
def test_an_entry_that_a_function_calls_is_left_to_a_person(listed: str) -> None:
    """What the function makes of it is known to nobody else."""
    assert refusal(flake(f"{{ x = import nixpkgs {{ overlays = {listed}; }}; }}")) == (
        "flake.nix:1: the files of this list are called by a function\n"
        "add ./overlays/new.nix to it by hand, as its other entries are written, and run the "
        "command again"
    )


def test_what_somebody_has_written_by_hand_needs_no_edit() -> None:
    """Where no list could have it; a build shows whether it is applied."""
    outputs = "{ x = nixpkgs.legacyPackages.extend (import ./overlays/new.nix); }"
    assert registered(flake(outputs), NEW, NEIGHBOURS) == ()


def test_a_file_of_wrong_syntax_is_not_edited() -> None:
    assert refusal(flake("[ ")) == "flake.nix cannot be parsed\nfix the syntax of flake.nix first"


def test_a_name_that_no_path_can_have_is_refused() -> None:
    text = flake(f"{{ x = import nixpkgs {{ overlays = [ {A} ]; }}; }}")
    with pytest.raises(PatchError, match=r"is not a path that can be written") as caught:
        registered(text, "overlays/a b;.nix", Neighbours())
    assert caught.value.hint == "give the file a name of letters, digits and . _ + -"


def test_what_a_folder_has_needs_no_entry() -> None:
    text = flake(
        "{ x = import nixpkgs { overlays = map (name: import (./overlays + name)) "
        "(builtins.attrNames (builtins.readDir ./overlays)); }; }"
    )
    assert registered(text, NEW, NEIGHBOURS) == ()


@pytest.mark.parametrize(
    "outputs",
    [
        f"let b = {B}; in {{ x = import nixpkgs {{ overlays = [ {A} b ]; }}; }}",
        f"{{ overlays.b = {B}; x = import nixpkgs {{ overlays = [ {A} {B} ]; }}; }}",
        f"{{ x = import nixpkgs {{ overlays = [ {A} (f: p: import ./overlays/b.nix f p) ]; }}; }}",
    ],
)
def test_what_is_named_elsewhere_too_is_not_taken_out(outputs: str) -> None:
    with pytest.raises(PatchError, match="is named by more than an entry of one list") as caught:
        deregistered(flake(outputs), "overlays/b.nix")
    assert caught.value.hint == "take overlays/b.nix out of flake.nix by hand"


def test_an_overlay_moves_behind_what_it_uses_with_its_comment() -> None:
    text = EntryText(
        "default.nix",
        "file",
        b"[\n  # Base\n  (import ./c.nix) # Uses b\n  (import ./a.nix)\n  (import ./b.nix)\n]\n",
    )
    edits = moved(text, "c.nix", Neighbours(after=frozenset({"b.nix"})))
    after = apply_edits(text.data, edits)
    assert after == (
        b"[\n  # Base\n  (import ./a.nix)\n  (import ./b.nix)\n  (import ./c.nix) # Uses b\n]\n"
    )
    settled = EntryText("default.nix", "file", after)
    assert moved(settled, "c.nix", Neighbours(after=frozenset({"b.nix"}))) == ()


def test_a_patch_of_an_existing_package_moves_to_the_end() -> None:
    text = EntryText("default.nix", "file", b"[ (import ./p.nix) (import ./a.nix) ]")
    edits = moved(text, "p.nix", Neighbours(last=frozenset({"p.nix"})))
    assert apply_edits(text.data, edits) == b"[ (import ./a.nix) (import ./p.nix) ]"


ENVIRONMENT_REFUSALS = {
    "another python": (
        "{ pkgs }: { e = pkgs.python311.withPackages (ps: [ ps.a ]); }",
        (
            "default.nix:1: the environment e is not one of python3Packages\n"
            "write pkgs.python3Packages.new into it by hand"
        ),
    ),
    "a computed list": (
        "{ pkgs }: { e = pkgs.python3.withPackages (ps: builtins.attrValues ps); }",
        (
            "default.nix:1: the environment e has no list that is written out\n"
            "write pkgs.python3Packages.new into it by hand"
        ),
    ),
    "a python from nowhere": (
        "{ python3 }: { e = python3.withPackages (ps: [ ps.a ]); }",
        (
            "default.nix:1: the environment e does not say which package set it is made from\n"
            "write pkgs.python3Packages.new into it by hand"
        ),
    ),
    "two of one name": (
        (
            "{ pkgs }: { a.e = pkgs.mkShell { packages = [ ]; }; "
            "b.e = pkgs.mkShell { packages = [ ]; }; }"
        ),
        (
            "default.nix has 2 environments that e may mean, on lines 1, 1\n"
            "give the whole attribute path: a.e, b.e"
        ),
    ),
    "none": (
        "{ pkgs }: { shell = pkgs.mkShell { packages = [ ]; }; }",
        "default.nix has no environment e\nit has shell",
    ),
}


@pytest.mark.parametrize(
    ("text", "message"), ENVIRONMENT_REFUSALS.values(), ids=ENVIRONMENT_REFUSALS
)
def test_an_environment_that_would_be_a_guess_is_refused(text: str, message: str) -> None:
    with pytest.raises(PatchError) as caught:
        equipped(EntryText("default.nix", "file", text.encode()), "e", Supply("new"))
    assert f"{caught.value}\n{caught.value.hint}" == message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[ ps.a ]", "[ ps.a ps.new ]"),
        ("with ps; [ a b zz ]", "with ps; [ a b new zz ]"),
        ("let new = 1; in with ps; [ a ]", "let new = 1; in with ps; [ a ps.new ]"),
    ],
)
def test_what_withpackages_sees_is_named_by_its_argument(body: str, expected: str) -> None:
    text = f"{{ pkgs }}: {{ e = pkgs.python3.withPackages (ps: {body}); }}".encode()
    edits = equipped(EntryText("default.nix", "file", text), "e", Supply("new", visible=True))
    assert expected in apply_edits(text, edits).decode()
