"""A function of the file that makes packages is none itself: those are that call it."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import declarations

HASHES = [f"sha256-{letter * 43}=" for letter in "BCD"]
MAKE = (
    "make = { pname, version, hash, ... }: buildPythonPackage "
    "{ inherit pname version; src = fetchPypi { inherit pname version hash; }; };"
)


def call(name: str, version: str, sri: str) -> str:
    return f'{name} = make {{ pname = "{name}"; version = "{version}"; hash = "{sri}"; }};'


def shown(text: str) -> list[tuple[str, str | None, str | None]]:
    """Return name, version and hash of the packages that can be followed."""
    return [
        (package.name, package.label, package.source.value("hash"))
        for package in read(text.encode())
        if package.source is not None and not package.skip and not package.problem
    ]


@pytest.mark.parametrize(
    "around",
    [
        f"self: super: let {MAKE} in {{ ONE TWO }}",
        f"self: super: rec {{ {MAKE} ONE TWO }}",
        f"self: super: let {MAKE} in {{ set = super.set // {{ ONE TWO }}; }}",
        f"let {MAKE} in self: super: with super; {{ ONE TWO }}",
        f"self: super: let {MAKE} other = args: make (args // {{ x = 1; }}); in {{ ONE TWO }}",
    ],
)
def test_each_caller_is_a_package_with_what_it_says(around: str) -> None:
    one, two = call("one", "1.0", HASHES[0]), call("two", "2.0", HASHES[1])
    text = around.replace("ONE", one).replace("TWO", two)
    assert shown(text) == [("one", "1.0", HASHES[0]), ("two", "2.0", HASHES[1])]
    first, second = (package for package in read(text.encode()) if not package.skip)
    assert text[first.span.start : first.span.end] == one.partition(" = ")[2].rstrip(";")
    assert (first.members, second.leader) == ((), "")


MADE = "src = fetchPypi { inherit pname version hash; };"
OF_TEXTS = f'"one" "1.0" "{HASHES[0]}"'
OF_A_SET = f'{{ pname = "one"; hash = "{HASHES[0]}"; }}'


@pytest.mark.parametrize(
    ("function", "arguments", "version"),
    [
        (f"pname: version: hash: build {{ inherit pname version; {MADE} }}", OF_TEXTS, "1.0"),
        (
            f'{{ pname, hash, version ? "1.0" }}: buildX {{ inherit pname version; {MADE} }}',
            OF_A_SET,
            "1.0",
        ),
        (
            (
                f'args@{{ pname, hash, ... }}: let version = args.version or "1.0"; in '
                f"buildX {{ inherit pname version; {MADE} }}"
            ),
            OF_A_SET,
            "1.0",
        ),
        (
            (
                'args: buildX ({ version = "1.0"; src = fetchPypi { inherit (args) pname hash; '
                'version = "1.0"; }; } // removeAttrs args [ "hash" ])'
            ),
            OF_A_SET,
            "1.0",
        ),
    ],
    ids=["texts", "defaults", "or", "args"],
)
def test_functions_of_many_forms_are_read(
    function: str, arguments: str, version: str | None
) -> None:
    text = f"self: super: let make = {function}; in {{ one = make {arguments}; }}"
    packages = read(text.replace("build ", "buildX ").encode())
    assert [package.name for package in packages] == ["one"]
    expected = [("one", version, HASHES[0])] if version else []
    assert shown(text.replace("build ", "buildX ")) == expected


PIN = f'{{ version = "1.0"; hash = "{HASHES[0]}"; }}'


def each(name: str, version: str, sri: str) -> str:
    source = f"fetchPypi {{ pname = {name}; version = {version}; hash = {sri}; }}"
    return f"buildX {{ pname = {name}; version = {version}; src = {source}; }}"


@pytest.mark.parametrize(
    "made",
    [
        f"mapAttrs (name: pin: {each('name', 'pin.version', 'pin.hash')}) {{ one = {PIN}; }}",
        f'mapAttrs (_: f) {{ one = {PIN} // {{ pname = "one"; }}; }}',
        f"mapAttrs' (n: p: nameValuePair n (f ({{ pname = n; }} // p))) {{ one = {PIN}; }}",
        (
            'listToAttrs (map (p: rec { name = "one"; value = f (p // { pname = name; }); }) '
            f"[ {PIN} ])"
        ),
        "listToAttrs (lib.forEach pins (p: nameValuePair p.pname (f p)))",
    ],
)
def test_each_element_of_what_is_mapped_is_a_package(made: str) -> None:
    """The element is its text, and a neighbour in the same set is not touched by it."""
    text = (
        f"self: super: let f = {{ pname, version, hash }}: {each('pname', 'version', 'hash')}; "
        f'pins = [ (\n  {{ pname = "one"; version = "1.0"; hash = "{HASHES[0]}"; }}) ]; in {made}'
    )
    (package,) = (own for own in read(text.encode()) if own.name == "one")
    assert shown(text) == [("one", "1.0", HASHES[0])]
    assert package.attribute == ("one",)
    assert text[package.span.start : package.span.end].count('version = "1.0"') == 1
    assert declarations(syntax.parse(text.encode()), package) is None, "they stand elsewhere"


@pytest.mark.parametrize(
    "made",
    [
        f'mapAttrs (version: hash: {each("x", "version", "hash")}) {{ one = "{HASHES[0]}"; }}',
        f"mapAttrs (n: p: {each('n', 'p.version', 'p.hash')}) {{ inherit one; }}",
        f'mapAttrs (n: p: {each("n", "p.version", "p.hash")}) {{ one.version = "1.0"; }}',
        f"mapAttrs (n: p: {each('n', 'p.version', 'p.hash')}) (f {{ one = {PIN}; }})",
        f"mapAttrs (n: {{ version, hash }}: {each('n', 'version', 'hash')}) {{ one = g; }}",
        f"listToAttrs (map (p: g p {each('x', 'p.version', 'p.hash')}) [ {PIN} ])",
        (
            "let mapAttrs = f: x: x; in "
            f"mapAttrs (n: p: {each('n', 'p.version', 'p.hash')}) {{ one = {PIN}; }}"
        ),
        f"listToAttrs (map (p: {{ name = g; value = {each('x', '1', 'p.hash')}; }}) [ {PIN} ])",
        f"genAttrs names (n: {each('n', 'n', 'n')})",
        f"genAttrs [ g ] (n: {each('n', 'n', 'n')})",
        f"genAttrs (attrNames g) (n: {each('n', 'n', 'n')})",
    ],
)
def test_elements_that_are_not_written_as_such_are_left_alone(made: str) -> None:
    assert shown(f"self: super: {made}") == []
    assert read(f"self: super: {made}".encode()), "it is listed, with the reason"


@pytest.mark.parametrize("names", ['[ "one" "two" ]', "(attrNames pins)", "(lib.attrNames pins)"])
def test_each_name_is_a_package(names: str) -> None:
    """Of a set, it stands where the set has it."""
    made = each("n", "pins.${n}.version", "(getAttr n pins).hash")
    pins = f'{{ one = {PIN}; two = {{ version = "2.0"; hash = "{HASHES[1]}"; }}; }}'
    text = f"self: super: with lib; let pins = {pins}; in lib.genAttrs {names} (n: {made})"
    assert shown(text) == [("one", "1.0", HASHES[0]), ("two", "2.0", HASHES[1])]
    assert [package.attribute for package in read(text.encode())] == [("one",), ("two",)]


def test_a_version_that_is_the_name_of_an_attribute_is_told_as_such() -> None:
    made = each("x", "v", "getAttr v pins")
    text = f"with lib; genAttrs (attrNames pins) (v: {made})"
    text = f'self: super: let pins = {{ "1.0" = "{HASHES[0]}"; }}; in {text}'
    (package,) = read(text.encode())
    assert package.skip == (
        "its version (line 1) is the name of an attribute; to follow it, write it as one, "
        'version = "1.0"'
    )


def test_what_is_made_for_each_system_is_one_package() -> None:
    text = (
        'self: super: { tools = genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: '
        f"{each('x', '1', 'y')}); }}"
    ).replace("= 1", '= "1.0"')
    (package,) = read(text.encode())
    assert (package.attribute, package.label) == (("tools",), "1.0")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("einops = change prev.einops;", ["einops"]),
        ("inherit (prev.lib.mapAttrs (name: change) prev.some) einops;", []),
        ("some = map change [ prev.einops ];", []),
    ],
)
def test_a_function_that_changes_packages_is_none(text: str, names: list[str]) -> None:
    change = "change = pkg: pkg.overridePythonAttrs (old: { doCheck = false; });"
    found = read(f"final: prev: let {change} in {{ {text} }}".encode())
    assert [package.name for package in found] == names


def test_callers_that_share_what_the_function_says_are_one_unit() -> None:
    text = (
        'self: super: let make = pname: buildX { inherit pname; version = "1.0"; '
        f'src = fetchPypi {{ pname = "all"; version = "1.0"; hash = "{HASHES[0]}"; }}; }}; '
        'in { one = make "one"; two = make "two"; }'
    )
    leader, member = read(text.encode())
    assert (leader.name, [part.name for part in leader.members]) == ("one", ["two"])
    assert member.leader == leader.identity


def test_what_is_given_to_the_function_may_be_the_source() -> None:
    text = (
        "self: super: let make = { src, version }: "
        'mkDerivation { pname = "x"; inherit src version; }; '
        'in { one = make rec { version = "1.0"; src = fetchFromGitHub '
        f'{{ owner = "o"; repo = "r"; rev = "v${{version}}"; hash = "{HASHES[0]}"; }}; }}; }}'
    )
    assert shown(text) == [("one", "1.0", HASHES[0])]


ENDLESS = (
    "self: super: let f = x: f (mkDerivation { pname = x; version = y; src = z; }); in { a = f; }",
    (
        "rec { f = { v }: g { inherit v; }; g = { v }: f { inherit v; }; a = f { v = 1; }; "
        "h = { v }: mkDerivation { pname = v; version = v; src = g { inherit v; }; }; "
        "b = h { v = 1; }; }"
    ),
    f"self: super: let {MAKE} in {{ a = make; b = make 1 2 3; c = make {{ }}; }}",
)


@pytest.mark.parametrize("text", ENDLESS)
def test_functions_that_lead_nowhere_end(text: str) -> None:
    assert shown(text) == []


def test_functions_that_call_each_other_many_times_are_bounded() -> None:
    """Each calls the one before twice: two to the power of thirty applications."""
    functions = 'f0 = v: mkDerivation { pname = "x"; version = v; src = y; };' + "".join(
        f"f{n} = v: {{ a = f{n - 1} v; b = f{n - 1} v; }};" for n in range(1, 30)
    )
    text = f'self: super: let {functions} in {{ a = f29 "1"; }}'
    assert len(read(text.encode())) < 5000


@pytest.mark.parametrize(
    ("condition", "given", "file"),
    [
        ("core", "", "tool-1.0.zip"),
        ("core", "core = true;", "tool-core-1.0.zip"),
        ("core", "core = false;", "tool-1.0.zip"),
        ("(!core)", "core = true;", "tool-1.0.zip"),
        ("own", "core = true;", "tool-core-1.0.zip"),
        ("set.own", "core = true;", "tool-core-1.0.zip"),
        ("inherited", "core = true;", "tool-core-1.0.zip"),
        # a text is no truth, in Nix either, and what the caller computes is not known
        ("core", 'core = "true";', None),
        ("core", "core = lib.isLinux;", None),
    ],
)
def test_a_function_s_truths_are_known_where_its_caller_gives_them(
    condition: str, given: str, file: str | None
) -> None:
    url = 'url = "https://h.example/tool${lib.optionalString CONDITION "-core"}-${version}.zip";'
    url = url.replace("CONDITION", condition)
    around = "let own = core; set = { inherit own; }; outer = { inherited = own; }; in"
    body = f'build {{ inherit version; pname = "tool"; src = fetchurl {{ {url} hash = ""; }}; }}'
    inside = f"let inherit (outer) inherited; in {body}"
    make = f"make = {{ version, core ? false }}: {around} {inside};"
    text = f'{{ lib }}: let {make} in {{ tool = make {{ version = "1.0"; {given} }}; }}'
    (package,) = (own for own in read(text.encode()) if own.name == "tool")
    assert package.source is not None
    value = package.source.value("url")
    assert value == (f"https://h.example/{file}" if file is not None else None)
