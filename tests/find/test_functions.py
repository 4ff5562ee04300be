"""Files that are functions: a package is what its caller gives, and is pinned and edited there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, flat_hash
from updater.find.packages import find_packages, found_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.loopback.index import Index
    from tests.project import Project

SOURCE = "src = fetchPypi { inherit pname version hash; };"
MADE = f"buildPythonPackage {{ inherit pname version; {SOURCE} }}"
TOOL = f"{{ buildPythonPackage, fetchPypi, pname, version, hash }}:\n{MADE}\n"
CURRIED = f"{{ buildPythonPackage, fetchPypi }}:\n{{ pname, version, hash }}:\n{MADE}\n"
TEXTS = f"with import <nixpkgs> {{ }};\npname: version: hash:\n{MADE}\n"
FIRST = f"{{ pname, version, hash }}:\n{{ buildPythonPackage, fetchPypi }}:\n{MADE}\n"
GIVEN = f'{{ pname = "tool"; version = "1.0"; hash = "{FAKE}"; }}'


def found(root: Path, overlay: str, **files: str) -> dict[str, tuple[str | None, str | None, str]]:
    """Return version, hash and reason of all packages of an overlay and of the files it calls."""
    texts = {"a.nix": overlay, **{f"lib/{name}.nix": text for name, text in files.items()}}
    for name, text in texts.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    packages = find_packages(root, ["a.nix"]).packages

    def read(named: Sequence[str]) -> dict[str, bytes]:
        return {name: texts[name].encode() for name in named if name in texts}

    assert found_in(read, ["a.nix"]).packages == packages
    assert [package.problem for package in packages if package.problem] == []
    return {
        package.identity: (
            package.label,
            package.source.value("hash") if package.source is not None else None,
            package.skip,
        )
        for package in packages
    }


@pytest.mark.parametrize(
    ("text", "call"),
    [
        (TOOL, f"prev.callPackage ./lib/f.nix {GIVEN}"),
        (TOOL, f"(prev.callPackage ./lib/f.nix) {GIVEN}"),
        (TOOL, f"let f = prev.python3Packages.callPackage ./lib/f.nix; in f {GIVEN}"),
        (TOOL, f"(prev.callPackage ./lib/f.nix {GIVEN}).overrideAttrs {{ doCheck = false; }}"),
        (TOOL, f"(prev.callPackage ./lib/f.nix {GIVEN}).overrideAttrs (old: {{ patches = [ ]; }})"),
        (CURRIED, f"(prev.callPackage ./lib/f.nix {{ }}) {GIVEN}"),
        (CURRIED, f"let f = prev.callPackage ./lib/f.nix {{ }}; in f {GIVEN}"),
        (CURRIED, f"let f = import ./lib/f.nix; in f {{ inherit (prev) fetchPypi; }} {GIVEN}"),
        (FIRST, f"prev.callPackage (import ./lib/f.nix {GIVEN}) {{ }}"),
        (FIRST, f"let f = import ./lib/f.nix; in prev.callPackage (f {GIVEN}) {{ }}"),
        (TEXTS, f'import ./lib/f.nix "tool" "1.0" "{FAKE}"'),
        (TEXTS, f'let f = import ./lib/f.nix; in f "tool" "1.0" "{FAKE}"'),
        (
            TOOL.replace("hash }", 'hash, extra ? "x", ... }@args'),
            f"prev.callPackage ./lib/f.nix {GIVEN}",
        ),
    ],
)
def test_the_caller_is_the_package(tmp_path: Path, text: str, call: str) -> None:
    packages = found(tmp_path, f"final: prev: {{ mine = {call}; }}\n", f=text)
    assert packages == {"a.nix#mine": ("1.0", FAKE, "")}


def test_each_caller_is_a_package_of_its_own(tmp_path: Path) -> None:
    """With what is shared in one literal as one unit."""
    overlay = f"""\
        final: prev: let version = "2.0"; in {{
          a = prev.callPackage ./lib/f.nix {GIVEN};
          b = prev.callPackage ./lib/f.nix {{ pname = "b"; inherit version; hash = "b"; }};
          c = prev.callPackage ./lib/f.nix {{ pname = "c"; inherit version; hash = "c"; }};
          d = prev.callPackage ./lib/plain.nix {{ }};
        }}
        """
    plain = (
        f'{{ fetchPypi }}: mkDerivation rec {{ pname = "d"; version = "3"; hash = ""; {SOURCE} }}'
    )
    assert found(tmp_path, overlay, f=TOOL, plain=plain) == {
        "a.nix#a": ("1.0", FAKE, ""),
        "a.nix#b": ("2.0", "b", ""),
        "a.nix#c": ("2.0", "c", "it shares its version or source with b, and moves with it"),
        "lib/plain.nix#": ("3", "", ""),
    }


def test_a_hash_in_the_function_is_no_callers(tmp_path: Path) -> None:
    text = TOOL.replace(", hash }", " }").replace("version hash;", 'version; hash = "x";')
    packages = found(
        tmp_path, f"final: prev: {{ mine = prev.callPackage ./lib/f.nix {GIVEN}; }}", f=text
    )
    reason = "its hash would have to be given here, too, not in lib/f.nix"
    assert packages == {"a.nix#mine": ("1.0", "x", reason)}


def test_what_the_function_pins_itself_stays_its_own(tmp_path: Path) -> None:
    text = f'{{ flag }}: mkDerivation rec {{ pname = "d"; version = "3"; hash = ""; {SOURCE} }}'
    packages = found(
        tmp_path, "final: prev: { mine = prev.callPackage ./lib/f.nix { flag = true; }; }", f=text
    )
    assert packages == {"lib/f.nix#": ("3", "", "")}


@pytest.mark.parametrize(
    "overlay",
    [
        f"final: prev: {{ mine = prev.callPackage ./a.nix {GIVEN}; }}",
        f"let f = import ./lib/f.nix f; in {{ mine = f {GIVEN}; }}",
        f"rec {{ f = callPackage ./lib/f.nix; mine = f f {GIVEN}; }}",
        f"{{ mine = callPackage ./lib/f.nix {GIVEN} {GIVEN} {GIVEN}; }}",
        "{ mine = callPackage ./lib/f.nix; }",
        "{ mine = import ./lib/f.nix; }",
    ],
)
def test_calls_that_lead_nowhere_end(tmp_path: Path, overlay: str) -> None:
    text = f"args: import ./f.nix args // callPackage ../a.nix {{ }} // {{ x = {TOOL}; }}"
    assert "a.nix#mine" not in found(tmp_path, overlay, f=text)


def test_a_function_that_cannot_be_parsed_makes_no_package(tmp_path: Path) -> None:
    (tmp_path / "f.nix").write_text(TOOL.replace("inherit pname version;", "inherit pname version"))
    (tmp_path / "a.nix").write_text(f"final: prev: {{ mine = prev.callPackage ./f.nix {GIVEN}; }}")
    found = find_packages(tmp_path, ["a.nix"]).packages
    assert [(package.identity, bool(package.problem)) for package in found] == [("f.nix#", True)]


PIN = 'version ? "1.0", hash ? "x"'
OF_DEFAULTS = TOOL.replace("pname, version, hash", f'pname ? "tool", {PIN}')
OF_A_SOURCE = (
    '{ buildPythonPackage, fetchPypi, pname ? "tool", version ? "1.0", '
    'src ? fetchPypi { inherit pname version; hash = "x"; } }: '
    "buildPythonPackage { inherit pname version src; }"
)
OWN = ("1.0", "x", "")
OPEN = (
    "1.0",
    "x",
    (
        "hash and version are defaults of lib/f.nix, and a may give it others: write what it gives "
        "as a set"
    ),
)
PART = "its {} would have to be given here, too, not in lib/f.nix"


@pytest.mark.parametrize(
    ("text", "calls", "packages"),
    [
        (OF_DEFAULTS, "a = C { };", {"lib/f.nix#": OWN}),
        (OF_DEFAULTS, 'a = C { }; b = C { pname = "b"; };', {"lib/f.nix#": OWN}),
        (OF_DEFAULTS, 'a = C { version = "2.0"; hash = "y"; };', {"a.nix#a": ("2.0", "y", "")}),
        (
            OF_DEFAULTS,
            'a = C { }; b = C { version = "2.0"; hash = "y"; };',
            {"a.nix#b": ("2.0", "y", ""), "lib/f.nix#": OWN},
        ),
        (
            OF_DEFAULTS,
            'a = C { hash = "y"; };',
            {"a.nix#a": ("1.0", "y", PART.format("version")), "lib/f.nix#": OWN},
        ),
        (
            OF_DEFAULTS,
            'a = C { version = "2.0"; };',
            {"a.nix#a": ("2.0", "x", PART.format("hash")), "lib/f.nix#": OWN},
        ),
        (OF_A_SOURCE, "a = C { };", {"lib/f.nix#": OWN}),
        (OF_DEFAULTS, "a = prev.callPackage ./lib/f.nix prev.more;", {"lib/f.nix#": OPEN}),
        (OF_DEFAULTS, "a = prev.callPackage ./lib/f.nix (prev.more // { });", {"lib/f.nix#": OPEN}),
        (OF_DEFAULTS, "a = prev.callPackage ./lib/f.nix;", {"lib/f.nix#": OPEN}),
        (
            CURRIED.replace("version, hash", PIN),
            'a = (C { }) { pname = "a"; version = "2.0"; hash = "y"; };',
            {"a.nix#a": ("2.0", "y", "")},
        ),
        (
            OF_A_SOURCE,
            (
                'a = C { version = "2.0"; src = prev.fetchPypi { pname = "a"; version = "2.0"; '
                'hash = "y"; }; };'
            ),
            {"a.nix#a": ("2.0", "y", "")},
        ),
        (
            OF_A_SOURCE,
            "a = C { }; b = C { src = inputs.tool; };",
            {"lib/f.nix#": OWN},
        ),
        (
            OF_A_SOURCE.replace('version; hash = "x";', "version hash;").replace(
                "fetchPypi,", "hash, fetchPypi,"
            ),
            'a = C { version = "2.0"; hash = "y"; };',
            {"a.nix#a": ("2.0", "y", "")},
        ),
    ],
)
def test_a_default_is_the_files_own_unless_the_caller_gives_it(
    tmp_path: Path, text: str, calls: str, packages: dict[str, tuple[str, str, str]]
) -> None:
    """Who gives all of a pin has a package of its own; a part of one holds the default's."""
    overlay = f"final: prev: {{ {calls.replace('C {', 'prev.callPackage ./lib/f.nix {')} }}\n"
    assert found(tmp_path, overlay, f=text) == packages


@pytest.mark.parametrize(
    ("text", "given", "what"),
    [
        (OF_DEFAULTS, 'hash = "y";', "b (a.nix:1)"),
        (OF_DEFAULTS, "version = prev.other.version;", "b"),
        (OF_A_SOURCE, "inherit (inputs) src;", "b"),
        (OF_DEFAULTS, 'version = "2.0"; hash = "y";', ""),
        (OF_DEFAULTS, 'pname = "b";', ""),
    ],
)
def test_a_default_stays_that_a_caller_has_beside_a_pin_of_its_own(
    tmp_path: Path, text: str, given: str, what: str
) -> None:
    (tmp_path / "f.nix").write_text(text)
    calls = f"a = prev.callPackage ./f.nix {{ }}; b = prev.callPackage ./f.nix {{ {given} }};"
    (tmp_path / "a.nix").write_text(f"final: prev: {{ {calls} }}\n")
    packages = find_packages(tmp_path, ["a.nix"]).packages
    (own,) = (package for package in packages if package.file == "f.nix")
    names = "hash and version" if text == OF_DEFAULTS else "src and version"
    assert (own.lent, own.skip) == (
        f"{what} calls f.nix with a part of its pin, and has the rest from here: give it all of "
        f"{names}, or none"
        if what
        else "",
        "",
    )


OVERLAY = """\
final: prev: {
  one = prev.callPackage ../lib/tool.nix {
    pname = "one";
    version = "1.0"; # 1.0
    hash = "FAKE";
  };
  two = prev.callPackage ../lib/other.nix { pname = "two"; version = "1.0"; hash = "FAKE"; };
}
""".replace("FAKE", FAKE)


def test_a_bump_edits_the_caller(project: Project, index: Index) -> None:
    """Each by itself, also where other files make its neighbours; functions stay."""
    index.release("one", "1.0")
    (new,) = index.release("one", "1.1")
    index.release("two", "1.0")
    path = project.overlay("all.nix", OVERLAY)
    function = project.root / "lib" / "tool.nix"
    function.parent.mkdir()
    function.write_text(TOOL)
    (function.parent / "other.nix").write_text(TOOL)
    assert project.run("list").code == 0
    result = project.run("bump", "one")
    assert result.out == "updated  one  1.0  -> 1.1  not built: build: {enabled: false}\n"
    assert path.read_text() == OVERLAY.replace('"1.0"; #', '"1.1"; #').replace(
        FAKE, flat_hash(new.content), 1
    )
    assert function.read_text() == TOOL
    assert project.run("bump", "one").out == "current  one  1.1\n"


def test_a_bump_edits_what_a_called_file_has_by_default(project: Project, index: Index) -> None:
    """Of the caller nothing, however often it calls the file."""
    index.release("tool", "1.0")
    (new,) = index.release("tool", "1.1")
    calls = "tool = prev.callPackage ./f.nix { }; in-a.tool = prev.callPackage ./f.nix { };"
    caller = project.overlay("all.nix", f"final: prev: {{ {calls} }}\n")
    before = caller.read_text()
    text = OF_A_SOURCE.replace('"x"', f'"{FAKE}"')
    path = project.overlay("f.nix", text)
    (row,) = project.run("list", "--json").json["packages"]
    assert (row["name"], row["file"], row["status"]) == ("tool", "overlays/f.nix", "found")
    result = project.run("bump")
    assert result.out == "updated  tool  1.0  -> 1.1  not built: build: {enabled: false}\n"
    wanted = text.replace("1.0", "1.1").replace(FAKE, flat_hash(new.content))
    assert (path.read_text(), caller.read_text()) == (wanted, before)
    assert project.run("bump").out == "current  tool  1.1\n"
    assert project.run("verify").out == "ok  tool  1.1\n"


def test_a_change_that_only_the_function_could_make_is_refused(
    project: Project, index: Index
) -> None:
    """Its pname names the file of every caller, and the release has another spelling."""
    text = TOOL.replace("inherit pname version hash;", 'pname = "One-Tool"; inherit version hash;')
    index.release("one-tool", "1.0")
    index.release("one-tool", "1.1", files=["one_tool-1.1.tar.gz"])
    path = project.overlay("all.nix", OVERLAY.replace('"one"', '"one-tool"'))
    before = path.read_text()
    function = project.root / "lib" / "tool.nix"
    function.parent.mkdir()
    function.write_text(text)
    (function.parent / "other.nix").write_text(text)
    result = project.run("bump", "one")
    assert (result.code, path.read_text(), function.read_text()) == (1, before, text)
    assert "pname would change in lib/tool.nix, which others may call" in " ".join(
        result.out.split()
    )
