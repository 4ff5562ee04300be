"""What is selected by a key that can be read is that alone; by one that cannot, it is no guess."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read

A, B = (f"sha256-{letter * 43}=" for letter in "AB")
HASHES = f'{{ tool = "{A}"; other = "{B}"; a.b = "{B}"; "1.0" = "{B}"; }}'
PINS = f'{{ "1.0" = {{ hash = "{A}"; }}; }}'


def tool(sri: str, more: str = "") -> str:
    """Return an overlay of a package whose hash is an expression."""
    source = f'fetchFromGitHub {{ owner = "o"; repo = "r"; rev = "v${{version}}"; hash = {sri}; }}'
    inside = f'pname = "tool"; version = "1.0"; {more} src = {source};'
    return (
        f"final: {{ lib, ... }}: let h = {HASHES}; in {{ tool = mkDerivation rec {{ {inside} }}; }}"
    )


@pytest.mark.parametrize(
    ("sri", "value"),
    [
        ("h.tool", A),
        ("h.${pname}", A),
        ('h."${pname}"', A),
        ('h.${"to" + "ol"}', A),
        ("builtins.getAttr pname h", A),
        ('lib.getAttr "other" h', B),
        ("(builtins.getAttr pname { tool = { hash = h.other; }; }).hash", B),
        ('h.${pname} or "x"', A),
        ('h.${pname + "-b"} or h.other', B),
        ("h.none or h.tool", A),
        ("h.a.b or h.tool", None),
        ("h.a.c or h.tool", None),
        ("h.a or h.tool", None),
        ("h.none", None),
        ("h.${final.which}", None),
        ("lib.getAttr final.which h", None),
        ("(h // final.more).none or h.tool", None),
        ("{ ${final.which} = h.other; }.none or h.tool", None),
        ("(getAttr: getAttr pname h) (_: _: h.other)", None),
    ],
)
def test_the_key_decides(sri: str, value: str | None) -> None:
    (package,) = read(tool(sri).encode())
    assert package.source is not None
    assert package.source.value("hash") == value
    assert package.companions == (), "the hash of another key is another's"


@pytest.mark.parametrize(
    ("sri", "more", "name"),
    [
        ("h.${version}", "", "hash"),
        ('h."${version}"', "", "hash"),
        ("builtins.getAttr version h", "", "hash"),
        ('h.${lib.concatStrings [ version "" ]}', "", "hash"),
        (f"({PINS}.${{version}}).hash", "", "hash"),
        ("pin.hash", f"pin = {PINS}.${{version}};", "hash"),
        ("h.tool", "cargoHash = h.${version};", "cargoHash"),
    ],
)
def test_a_hash_that_the_version_chooses_is_not_followed(sri: str, more: str, name: str) -> None:
    """The set has nothing for the next version, so that Nix could not evaluate what is written."""
    (package,) = read(tool(sri, more).encode())
    assert package.skip == (
        f"its {name} (line 1) is chosen by its version, and the set has none for the next one; "
        f"to follow it, write {name} without a set"
    )


@pytest.mark.parametrize("default", ['"x86"', '"none"'])
@pytest.mark.parametrize(
    "chosen", ["{ x86 = X86; arm = ARM; }.${which}", 'if which == "x86" then X86 else ARM']
)
def test_what_a_caller_of_the_file_may_choose_is_open(default: str, chosen: str) -> None:
    """The default is one choice: the hash of the others would be stale."""

    def choice(x86: str, arm: str) -> str:
        return chosen.replace("X86", f'"{x86}"').replace("ARM", f'"{arm}"')

    inside = (
        'pname = "tool"; inherit version; src = fetchurl { url = "https://d.example/${version}-${'
        f'{choice("a", "b")}}}.zip"; hash = {choice(A, B)}; }};'
    )
    arguments = f'{{ mkDerivation, fetchurl, version ? "1.0", which ? {default} }}'
    (package,) = read(f"{arguments}: mkDerivation {{ {inside} }}".encode())
    assert (package.label, package.skip) == ("1.0", "")
    assert [source.value("hash") for source in package.sources] == [A, B]


@pytest.mark.parametrize(
    "each",
    [
        '(x: names.${x} or "none")',
        "(x: names.${x})",
        "(x: builtins.getAttr x names)",
        '(x: if x == final.which then "a" else "b")',
        '(x: if final.which x then "a" else "b")',
        '(x: names.${final.which x} or "none")',
        '(x: names.${if x == "" then "none" else x} or "none")',
        "(final.spell)",
        "(x: y: x)",
        "({ x }: x)",
    ],
)
def test_what_an_element_chooses_is_not_read(each: str) -> None:
    """No key and no branch is that of all elements."""
    names = 'names = { tool = "a"; "" = "b"; };'
    made = f'builtins.concatStringsSep "" (map {each} [ pname ])'
    (package,) = read(tool("h.tool", f"{names} name = 1;").replace('"r"', made).encode())
    assert package.source is not None
    assert (package.source.value("repo"), package.source.value("hash")) == (None, A)
    assert package.companions == ()


def test_a_source_that_the_version_chooses_is_not_followed() -> None:
    call = f'fetchurl {{ url = "https://d.example/tool-1.0.zip"; hash = "{A}"; }}'
    inside = f'pname = "tool"; version = "1.0"; src = {{ "1.0" = {call}; }}.${{version}};'
    (package,) = read(f"self: super: {{ tool = mkDerivation rec {{ {inside} }}; }}".encode())
    assert package.skip.startswith("its src (line 1) is chosen by its version")


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ('"https://d.example/${version}.zip"', 0),
        ('"https://d.example/${version}-${system}.zip"', 2),
    ],
)
def test_one_file_with_several_hashes_is_not_read(url: str, count: int) -> None:
    """At most one of them is true, and what the others are of is not said."""
    keys = "x86_64-linux", "aarch64-linux"
    names = " ".join(f'{key} = "{key}";' for key in keys)
    hashes = " ".join(f'{key} = "{own}";' for key, own in zip(keys, (A, B), strict=True))
    url = url.replace("system", f"{{ {names} }}.${{system}}")
    inside = f'pname = "tool"; version = "1.0"; src = fetchurl {{ url = {url}; '
    package = f"mkDerivation rec {{ {inside} hash = {{ {hashes} }}.${{system}}; }}; }}"
    text = f"{{ system }}: {{ tool = {package}; }}"
    (tool,) = read(text.encode())
    sources = tool.sources if tool.source and tool.source.value("hash") else ()
    assert [source.value("hash") for source in sources] == [A, B][:count]
