"""What is listed and left alone, and why; and where each package stands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.overlay.golden import ALONE, PAIRS, read, skipped, text
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.words import Words

if TYPE_CHECKING:
    from updater.model import Package


def why(packages: tuple[Package, ...]) -> dict[str, str]:
    """Return why each package is left alone, by its attribute path."""
    return {".".join(one.attribute): skipped(one) for one in packages}


def test_a_package_without_a_source_of_its_own_is_skipped_with_the_reason() -> None:
    assert why(read(text("no-source"))) == {
        "python3Packages.einops": "it has no source of its own",
        "python3Packages.local": "its source is the path ./.",
        "python3Packages.again": (
            "its source is made by python3Packages.again.src.override, and this project does not "
            "say where that is fetched from: write the whole call, such as fetchFromGitHub "
            "{ owner = ...; repo = ...; }"
        ),
        "python3Packages.crate": "the fetcher fetchsvn is not supported",
        "python3Packages.given": "its source is super.inputs.given, which is not written here",
    }


def test_a_source_without_a_version_is_skipped_with_the_reason() -> None:
    assert why(read(text("sources-without-a-version"))) == {
        "table": "it is a source by itself, without a version",
        "tool": (
            "it is a file on 'main', without its version 1.2.0 in its address; write a tag or a "
            "commit there"
        ),
        "tool.postPatch": "tool has it beside its main source, with its own pin",
        "latest": "it is a source by itself, without a version",
        "head": "it has no rev, so it pins nothing",
    }


def test_a_doubt_names_the_line_and_what_resolves_it() -> None:
    found = {one.name: (one.problem, one.hint) for one in read(text("doubts")) if one.problem}
    hold = "in config.yaml, packages: {%s: {hold: true}} leaves it alone"
    assert found == {
        "twice": (
            "line 4: version of twice is set at lines 4 and 5",
            f"keep one of them; {hold % 'twice'}",
        ),
        "merged": (
            "line 10: version of merged is set at lines 10 and 12",
            f"keep one of them; {hold % 'merged'}",
        ),
        "hashes": (
            "line 32: fetchPypi has hash and sha256",
            f"keep one of them; {hold % 'hashes'}",
        ),
    }


def test_what_is_computed_is_left_alone_with_its_line_and_what_to_write() -> None:
    literal = 'to follow it, write it as a literal, such as version = "1.0"'
    skips = {one.name: one.skip for one in read(text("doubts")) if " computed" in one.skip}
    assert skips == {
        "computed": (f'line 15: version of computed is computed: "1.2.${{prev.patch}}"; {literal}'),
        "expression": (
            "line 21: version of expression is computed: "
            f'if prev.stdenv.isAarch64 then "1.1.0" else "1.2.0"; {literal}'
        ),
        "argument": (
            "line 27: the argument of fetchPypi is computed; "
            "to follow it, write its attributes in the call"
        ),
    }


def test_a_name_that_is_no_plain_key_is_quoted_in_the_advice() -> None:
    data = b"""{ "a: b" = mkDerivation rec {
      pname = "x"; version = "1"; version = "1";
      src = fetchPypi { inherit pname version; hash = ""; };
    }; }"""
    (package,) = read(data)
    assert 'packages: {"a: b": {hold: true}}' in package.hint


def test_packages_of_one_path_are_told_apart() -> None:
    found = read(text("branches-of-if"))
    assert [one.identity for one in found] == ["overlay.nix#tool", "overlay.nix#tool~2"]
    assert [one.version and one.version.value for one in found] == ["1.1.0", "1.2.0"]


@pytest.mark.parametrize(
    ("file", "data", "name", "identity"),
    [
        ("o/x.nix", b'buildPythonPackage { pname = "p"; }', "p", "o/x.nix#"),
        ("o/x.nix", b'buildPythonPackage { version = "1"; }', "x", "o/x.nix#"),
        ("o/x/default.nix", b'buildPythonPackage { version = "1"; }', "x", "o/x/default.nix#"),
        ("default.nix", b'buildPythonPackage { version = "1"; }', "default", "default.nix#"),
        (
            "o.nix",
            b'{ "a.b" = buildPythonPackage { version = "1"; }; }',
            "a.b",
            'o.nix#"a.b"',
        ),
        (
            "o.nix",
            b'{ ${"a"} = buildPythonPackage { version = "1"; }; }',
            '${"a"}',
            'o.nix#"${\\"a\\"}"',
        ),
    ],
)
def test_a_package_has_the_name_of_its_attribute_else_of_its_file(
    file: str, data: bytes, name: str, identity: str
) -> None:
    (package,) = read(data, file)
    assert (package.name, package.identity) == (name, identity)


@pytest.mark.parametrize(
    "data",
    [
        b'{ shell = mkShell { name = "shell"; }; env = buildEnv { name = "env"; paths = [ ]; }; }',
        b'{ a = { version = "1"; }; b = { pname = "b"; version = "1"; }; src = "src"; }',
        b'{ a = "fetchPypi { version = 1; }"; } # src = fetchPypi { }',
        b"{ fetchPypi = self: { }; fetcher = fetchPypi; src = map fetchPypi [ ]; }",
        b'f: f { name = "x"; } // { override = x: x; }',
        b"",
    ],
)
def test_what_is_no_package_is_not_listed(data: bytes) -> None:
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS)
    assert (found.packages, found.problems) == ((), ())


# --- text that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize("name", PAIRS)
def test_a_byte_order_mark_is_reported_for_every_package(name: str) -> None:
    """Nix itself rejects it, and the file behind it."""
    problems = {package.problem for package in read(b"\xef\xbb\xbf" + text(name))}
    assert problems == {"Nix rejects the byte order mark at line 1, column 1"}


def test_pipes_are_read_as_nix_reads_them() -> None:
    """What they make has no value here; all around them is read."""
    assert {one.name: one.problem for one in read(text("pipe-beside"))} == {"tool": "", "piped": ""}
    piped = b"""{
      one = { pname = "one"; version = "1"; src = fetchurl { url = "u/1"; hash = ""; }; }
        // { a = 1; } |> mkDerivation;
      two = mkDerivation <| rec { pname = "two"; version = "2" |> f;
        src = fetchurl { url = "u/${version}"; }; };
    }"""
    one, two = read(piped)
    assert (one.label, one.problem, one.source is not None) == ("1", "", True)
    assert (two.label, two.skip.partition(":")[0]) == (None, "line 4")


def test_wrong_syntax_refuses_only_the_package_it_stands_in() -> None:
    data = text("several-packages").replace(b'pname = "two";', b'pname = = "two";')
    found = {one.name: one.problem.partition("\n")[0] for one in read(data)}
    assert found == {"one": "", "two": "cannot parse line 16, column 15", "three": ""}


def test_wrong_syntax_outside_of_packages_is_a_problem_of_the_file() -> None:
    found = read_packages(b"{\n\tx = = 1;\n}\n", "x.nix", FETCH_FUNCTIONS)
    assert found.packages == ()
    assert [str(one) for one in found.problems] == [
        "cannot parse line 2, column 6\n\tx = = 1;\n\t    ^"
    ]


@pytest.mark.parametrize(
    "formals", ["{ a, b, }", "{ a, b ? [ 1 ], }", "{ a, # one\n b, /* two */ }"]
)
def test_a_trailing_comma_in_formals_is_read(formals: str) -> None:
    data = f'{formals}: buildPythonPackage {{ version = "1"; }}'.encode()
    (package,) = read(data)
    assert package.problem == ""


DEEP = 5000


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(" * DEEP, ")" * DEEP),
        ("{ a = " * DEEP, "; }" * DEEP),
        ("[ " * DEEP, " ]" * DEEP),
        ("x: " * DEEP, ""),
        ("let a = 1; in " * DEEP, ""),
        ("with a; " * DEEP, ""),
        ("f " * DEEP, ""),
        ("a // " * DEEP, ""),
        ("f (" * DEEP, ")" * DEEP),
        ("if a then b else " * DEEP, ""),
        ('"${' * DEEP, '}"' * DEEP),
        ("mkDerivation (" * DEEP, ")" * DEEP),
        ("mkDerivation (a // " * DEEP, ")" * DEEP),
        ("overrideAttrs (old: " * DEEP, ")" * DEEP),
        ("let s = " * DEEP, "; in s" * DEEP),
    ],
    ids=lambda part: part[:20],
)
def test_nesting_is_not_bounded_by_the_recursion_limit(before: str, after: str) -> None:
    assert sys.getrecursionlimit() < DEEP
    package = (
        '(mkDerivation rec { pname = "p"; version = "1"; '
        'src = fetchPypi { inherit pname version; hash = ""; }; })'
    )
    found = read(f"{before}{package}{after}".encode())
    (deepest,) = [one for one in found if one.pname == "p"]
    assert deepest.problem == ""
    assert deepest.source is not None
    assert deepest.source.value("version") == "1"


def test_a_chain_of_names_that_leads_nowhere_ends() -> None:
    """Circles, and strings that double at every name."""
    doubling = "".join(f'a{n} = "${{a{n + 1}}}${{a{n + 1}}}"; ' for n in range(60))
    data = (
        f'rec {{ {doubling} a60 = "x"; b = c; c = b; inherit (d) d; d = d.d; '
        "p = mkDerivation rec { pname = b; version = a0; inherit (d) name; src = f; f = src; }; "
        "q = mkDerivation rec { version = c; src = fetchPypi { pname = d; inherit version; }; }; }"
    )
    first, second = read(data.encode())
    assert (first.pname, first.version and first.version.value, first.source) == (None, None, None)
    assert second.source is not None
    assert [one.value for one in second.source.fields] == [None, None]


# --- which set is the package -------------------------------------------------------------------


def versions(data: str) -> list[tuple[str, str | None]]:
    """Return each package's name and what its source's rev reads."""
    return [
        (one.name, one.source.value("rev") if one.source is not None else None)
        for one in read(data.encode())
    ]


SOURCE = 'src = fetchFromGitHub { owner = "o"; repo = "r"; rev = REV; hash = ""; };'


def test_finalattrs_stands_for_the_set_it_belongs_to() -> None:
    """Not for that of another package inside it."""
    inner = f'pname = "inner"; version = "9"; {SOURCE.replace("REV", "version")}'
    outer = f'pname = "outer"; version = "1"; {SOURCE.replace("REV", "finalAttrs.version")}'
    data = "{ outer = mkDerivation (finalAttrs: %s); }"
    assert versions(data % f"let inner = mkDerivation rec {{ {inner} }}; in {{ {outer} }}") == [
        ("inner", "9"),
        ("outer", "1"),
    ]
    assert versions(data % f"{{ {outer} deps = [ (mkDerivation rec {{ {inner} }}) ]; }}") == [
        ("outer", "1"),
        ("inner", "9"),
    ]


def test_finalattrs_of_two_sets_stands_for_neither() -> None:
    sets = " else ".join(
        f'{{ pname = "x"; version = "{n}"; {SOURCE.replace("REV", "finalAttrs.version")} }}'
        for n in (1, 2)
    )
    data = f"{{ x = mkDerivation (finalAttrs: if a then {sets}); }}"
    assert versions(data) == [("x", None), ("x", None)]


def test_a_set_that_a_package_inherits_from_is_a_part_of_it() -> None:
    common = f'rec {{ pname = "x"; version = "1"; {SOURCE.replace("REV", "version")} }}'
    package = "mkDerivation { inherit (common) pname version src; }"
    assert versions(f"let common = {common}; in {{ tool = {package}; }}") == [("tool", "1")]


def test_an_override_around_a_package_is_a_part_of_it() -> None:
    package = f'mkDerivation rec {{ version = "1"; {SOURCE.replace("REV", "version")} }}'
    data = f"{{ tool = ({package}).overrideAttrs (old: {{ doCheck = false; }}); }}"
    assert versions(data) == [("tool", "1")]


@pytest.mark.parametrize(
    "file",
    [
        '"https://d.example/${version}-${ { a = "x"; b = "y"; }.${system} }.zip"',
        '"https://d.example/${version}-${system}.zip"',
    ],
)
def test_one_hash_of_several_files_is_not_read(file: str) -> None:
    """One of them must have another: which, nobody can tell."""
    data = f"""{{ system }}: let h = "sha256-x"; in {{
      tool = mkDerivation rec {{ pname = "tool"; version = "1.0"; src = fetchurl {{
        url = {file}; hash = {{ a = h; b = h; }}.${{system}}; }}; }};
    }}"""
    (tool,) = read(data.encode())
    assert tool.skip == "its hash is the argument system of a function"


@pytest.mark.parametrize(
    "rev", ["version", "x.version", "old.version", '"${v}"', "v", "with a; v", "a.b.c", "a.${v}"]
)
def test_a_name_that_is_not_bound_here_has_no_value(rev: str) -> None:
    """Arguments, what ``with`` brings, and names that belong to others."""
    data = f"v: {{ a = f (x: mkDerivation {{ pname = x; {SOURCE.replace('REV', rev)} }}); }}"
    assert versions(data) == [("a", None)]


@pytest.mark.parametrize("name", [*PAIRS, *ALONE])
def test_what_the_walk_leaves_out_would_change_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It enters only what holds certain words; entering everything finds the same."""
    data = text(name)
    found = read_packages(data, "x.nix", FETCH_FUNCTIONS)
    monkeypatch.setattr(Words, "are_between", lambda _words, start, end: start < end)
    assert read_packages(data + b"\n", "x.nix", FETCH_FUNCTIONS) == found
