"""What another place says is nobody's mistake here: it is left alone, with that place."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read

SOURCE = 'fetchurl { url = "https://example.org/${version}.zip"; hash = ""; }'
FIELDS = f'pname = "tool"; src = {SOURCE}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            f"{{ version }}: mkDerivation {{ inherit version; {FIELDS}; }}",
            "its version is the argument version of a function",
        ),
        (
            f'{{ a }}: let version = "${{a}}-1"; in mkDerivation {{ inherit version; {FIELDS}; }}',
            "its version is the argument a of a function",
        ),
        (
            f"let p = importJSON ./p; in mkDerivation rec {{ inherit (p) version; {FIELDS}; }}",
            "its version is read from ./p",
        ),
        (
            f"mkDerivation rec {{ version = (fromJSON (readFile ./x)).v; {FIELDS}; }}",
            "its version is read from ./x",
        ),
        (
            f"{{ sources }}: mkDerivation rec {{ version = sources.tool.version; {FIELDS}; }}",
            "its version is made from sources.tool.version, which is not written here",
        ),
        (
            f"{{ other }}: mkDerivation rec {{ inherit (other) version; {FIELDS}; }}",
            "its version is made from other.version, which is not written here",
        ),
        (
            'mkDerivation { version = "1"; src = fetchurl (import ./source.nix); }',
            "what it fetches is read from ./source.nix",
        ),
        (
            '{ sources }: mkDerivation { version = "1"; src = fetchurl sources; }',
            "what it fetches is the argument sources of a function",
        ),
    ],
)
def test_what_is_written_elsewhere_is_skipped_with_its_place(text: str, reason: str) -> None:
    (package,) = read(text.encode())
    assert (package.problem, package.skip) == ("", reason)


@pytest.mark.parametrize("version", ["prev.lib.x", "f x", '"${a}-1"'])
def test_what_is_computed_here_is_left_alone_and_told(version: str) -> None:
    (package,) = read(
        f"prev: {{ tool = mkDerivation rec {{ version = {version}; {FIELDS}; }}; }}".encode()
    )
    why = f"line 1: version of tool is computed: {version}; to follow it, write it as a literal"
    assert package.skip == f'{why}, such as version = "1.0"'
    assert not package.problem


@pytest.mark.parametrize(
    ("version", "label"),
    [("toString 1", "1"), ('"${own}.1"', "1.2.1"), ('"${own}-r${own}"', "1.2-r1.2")],
)
def test_a_version_of_several_texts_is_skipped_with_what_to_write(version: str, label: str) -> None:
    inside = f"version = {version}; {FIELDS};"
    text = f'let own = "1.2"; in {{ x = mkDerivation rec {{ {inside} }}; }}'
    (package,) = read(text.encode())
    reason = (
        f"its version (line 1) is made of several texts: {version}; to follow it, write it as one, "
        f'version = "{label}"'
    )
    assert (package.problem, package.skip) == ("", reason)


def test_an_inherited_version_of_several_texts_does_not_show_its_own_name_as_them() -> None:
    text = (
        'let own = "1.2"; version = "${own}.1"; in '
        f"{{ x = mkDerivation {{ inherit version; {FIELDS}; }}; }}"
    )
    (package,) = read(text.encode())
    assert package.skip == (
        "its version (line 1) is made of several texts; to follow it, write it as one, "
        'version = "1.2.1"'
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            'url = "https://x/${(import ./pin.nix).rev}"; hash = ""',
            "its url is read from ./pin.nix",
        ),
        (
            'url = "https://x"; sha256 = sources.tool.rev',
            "its sha256 is made from sources.tool.rev, which is not written here",
        ),
        (
            'inherit (url) rev; url = "x"',
            "its rev is made from url.rev, which is not written here",
        ),
        ("inherit url hash", "its hash is the argument hash of a function"),
        ('inherit url; hash = "x"', ""),
        (
            'url = "https://x/${url.pname}.zip"; hash = ""',
            "its url is made from url.pname, which is not written here",
        ),
    ],
)
def test_a_source_that_is_given_elsewhere_is_skipped_with_its_argument(
    fields: str, reason: str
) -> None:
    text = f'{{ url, hash }}: mkDerivation {{ version = "1"; src = fetchurl {{ {fields}; }}; }}'
    (package,) = read(text.encode())
    assert (package.problem, package.skip) == ("", reason)


@pytest.mark.parametrize(
    "function",
    [
        f"{{ version, hash }}: mkDerivation {{ inherit version; {FIELDS}; }}",
        f"version: hash: mkDerivation {{ inherit version; {FIELDS}; }}",
        f"args: let src = {SOURCE}; in mkDerivation {{ inherit (args) version; inherit src; }}",
        'src: mkDerivation { pname = "x"; inherit src; }',
        f"version: {SOURCE}",
        f"{{ version }}: (if version then {SOURCE} else null)",
    ],
)
def test_a_function_that_makes_packages_is_none(function: str) -> None:
    assert [package.name for package in read(f"final: prev: {{ mk = {function}; }}".encode())] == []
    assert [package.name for package in read(f"let mk = {function}; in mk".encode())] == []


def test_a_function_whose_package_is_all_written_here_is_one() -> None:
    text = f'{{ tool = {{ lib, mkDerivation }}: mkDerivation rec {{ version = "1"; {FIELDS}; }}; }}'
    assert [(package.name, package.label) for package in read(text.encode())] == [("tool", "1")]


def test_self_is_no_name_of_a_package() -> None:
    text = f'let self = mkDerivation rec {{ version = "1"; {FIELDS}; }}; in self'
    (package,) = read(text.encode())
    assert (package.name, package.identity) == ("tool", "overlay.nix#")


@pytest.mark.parametrize("body", ["self // { x = 1; }", "lib.lowPrio self", "[ self ]"])
def test_nor_is_it_where_something_is_made_of_it(body: str) -> None:
    own = f'self = mkDerivation rec {{ version = "1"; {FIELDS}; }};'
    (package,) = read(f"final: prev: {{ a.tool = let {own} in {body}; }}".encode())
    assert (package.name, package.identity) == ("tool", "overlay.nix#a.tool")


@pytest.mark.parametrize("name", ["self", "package", "tool"])
@pytest.mark.parametrize("around", ["", "callPackage ({ mkDerivation }: ", "lib.makeOverridable ("])
def test_a_let_that_is_one_of_its_own_names_is_no_part_of_the_path(name: str, around: str) -> None:
    """What is around it is the package, however its value is called inside."""
    own = f'{name} = mkDerivation rec {{ version = "1"; {FIELDS}; }}; other = 1;'
    end = ") { }" if around.startswith("call") else ")" if around else ""
    text = f"final: prev: {{ a.tool = {around}let {own} in {name}{end}; }}"
    (package,) = read(text.encode())
    assert package.identity == "overlay.nix#a.tool"


def test_a_let_of_which_only_a_part_is_used_keeps_its_names() -> None:
    own = f'inner = mkDerivation rec {{ version = "1"; {FIELDS}; }};'
    (package,) = read(f"final: prev: {{ tool = let {own} in [ inner ]; }}".encode())
    assert package.identity == "overlay.nix#tool.inner"


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("python3Packages.buildPythonPackage rec", "pypi:tool"),
        ("buildPythonApplication rec", "pypi:tool"),
        ("buildPythonApplication.override { } rec", "pypi:tool"),
        ("prev.tool.overridePythonAttrs (old: rec", "pypi:tool"),
        ("mkDerivation rec", None),
        ("buildGoModule rec", None),
        ("prev.tool.overrideAttrs (old: rec", None),
    ],
)
def test_only_the_name_of_a_python_package_means_something_to_the_index(
    text: str, indexed: str | None
) -> None:
    end = ")" if "(" in text else ""
    (package,) = read(f'{{ x = {text} {{ version = "1"; {FIELDS}; }}{end}; }}'.encode())
    assert (package.indexed and str(package.indexed)) == indexed


def test_a_source_of_the_index_is_pythons_whatever_builds_it() -> None:
    source = 'fetchPypi { inherit pname version; hash = ""; }'
    (package,) = read(
        f'mkDerivation rec {{ pname = "t"; version = "1"; src = {source}; }}'.encode()
    )
    assert str(package.indexed) == "pypi:t"
