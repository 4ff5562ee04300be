"""A package's sources are what its own attributes lead to, made from its own version."""

from __future__ import annotations

import pytest

from tests.overlay.golden import read, skipped

SOURCE = 'fetchPypi { inherit pname version; hash = ""; }'
OTHER = 'fetchurl { url = "https://example.org/${version}.zip"; hash = ""; }'


def sources(text: str) -> dict[str, tuple[str, ...]]:
    """Return the functions that fetch each package's sources, of those that can be followed."""
    return {
        package.name: tuple(source.fetcher for source in package.sources)
        for package in read(text.encode())
        if not skipped(package)
    }


def overlay(bindings: str, attributes: str = "", call: str = OTHER) -> str:
    """Return an overlay of one package below some bindings."""
    inside = f'pname = "tool"; version = "1.0"; src = {SOURCE}; {attributes}'.replace("@", call)
    around = bindings.replace("@", call)
    return f"final: prev: let {around} in {{ tool = mkDerivation rec {{ {inside} }}; }}"


ALONE, BOTH = ("fetchPypi",), ("fetchPypi", "fetchurl")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (overlay("fetchAsset = version: hash: @;"), ALONE),
        (overlay("fetchAsset = { version }: @;", 'data = fetchAsset { version = "2.0"; };'), ALONE),
        (overlay('version = "1.0"; data = @;'), ALONE),
        (overlay('version = "1.0"; data = @;', 'postPatch = "cp ${data} .";'), ALONE),
        (overlay('data = let version = "1.0"; in @;', 'postPatch = "cp ${data} .";'), ALONE),
        (overlay("", "data = @;"), BOTH),
        (overlay("", 'postPatch = "cp ${@} .";'), BOTH),
        (overlay("", "passthru.fetchAsset = version: @;"), ALONE),
        (overlay("", 'data = let version = "0.9"; in @;'), ALONE),
        (
            overlay(
                "",
                "minor = lib.versions.majorMinor version; data = @;",
                OTHER.replace("version", "minor"),
            ),
            BOTH,
        ),
        (overlay("", "data = @;", OTHER.replace("${version}", "${src.version}")), BOTH),
    ],
    ids=[
        "a helper of names",
        "a helper of a set, which is called",
        "a neighbour's",
        "another literal of the same version",
        "a version of its own",
        "an attribute",
        "inside a script",
        "a helper in the package",
        "another version in the package",
        "made through a function",
        "made from the source",
    ],
)
def test_a_further_source_is_made_from_the_packages_own_version(
    text: str, expected: tuple[str, ...]
) -> None:
    assert sources(text)["tool"] == expected


def test_a_call_is_a_source_of_the_packages_that_lead_to_it() -> None:
    text = f"""
        let
          version = "1.0";
          data = {OTHER};
          pname = "x";
          same = {{ inherit version; src = {SOURCE}; }};
        in
        {{
          one = mkDerivation {{ inherit (same) version src; postPatch = "cp ${{data}} ."; }};
          two = mkDerivation {{ inherit (same) version src; }};
          three = mkDerivation rec {{ pname = "three"; version = "1.0"; src = {SOURCE}; }};
        }}
    """
    assert sources(text) == {"one": BOTH, "three": ALONE}
    (member,) = (package for package in read(text.encode()) if package.name == "two")
    assert skipped(member) == "it shares its version or source with one, and moves with it"


FROM_LET = """
    let
      version = "1.0";
      main = SOURCE;
      data = OTHER;
      own = fetchFromGitHub { owner = "o"; repo = "own"; rev = "v0.9"; hash = ""; };
    in
    {
      tool = mkDerivation { inherit version; pname = "tool"; SRC unpack = "cp ${main} ${data}"; };
    }
"""


def test_what_a_package_without_src_is_made_from_is_listed_with_what_to_write() -> None:
    """None of it is passed over in silence; as `src`, one of them leads the others."""
    text = FROM_LET.replace("SOURCE", SOURCE).replace("OTHER", OTHER)
    packages = read(text.replace("SRC", "").encode())
    reason = (
        "its version is that of tool (line 9), which has no `src`; to follow both, write one "
        "there, such as `src = {};`"
    )
    assert {package.name: skipped(package) for package in packages} == {
        "main": reason.format("main"),
        "data": reason.format("data"),
        "own": "it is a source by itself, without a version",
        "tool": "it has no source of its own",
    }
    assert sources(text.replace("SRC", "src = main;"))["tool"] == BOTH


def test_a_source_of_the_name_src_is_inherited() -> None:
    """``src = src;`` would be itself in a `rec`."""
    text = FROM_LET.replace("SOURCE", SOURCE).replace("OTHER", OTHER).replace("SRC", "")
    reasons = {own.name: skipped(own) for own in read(text.replace("main", "src").encode())}
    assert reasons["src"].endswith("such as `inherit src;`")


def test_a_file_below_what_is_fetched_may_have_a_name_that_is_made() -> None:
    source = f'let zip = {SOURCE}; base = "tool-v${{version}}"; in "${{zip}}/${{base}}.AppImage"'
    wrap = f"tool = wrapType2 {{ inherit pname version; src = {source}; }};"
    around = 'pname = "tool"; version = "1.0";'
    text = f"let {around} in {{ {wrap.replace('wrapType2', 'mkDerivation')} }}"
    assert sources(text) == {"tool": ALONE}
    beside = text.replace('"${zip}/${base}', '"${zip}${base}')  # no folder of what is fetched
    assert sources(beside) == {}


def test_what_a_package_with_an_unread_source_is_made_from_is_listed_with_the_reason() -> None:
    text = FROM_LET.replace("SOURCE", SOURCE).replace("OTHER", OTHER).replace("SRC", "src = ./.;")
    reasons = {package.name: skipped(package) for package in read(text.encode())}
    assert reasons["data"] == (
        "its version is that of tool (line 9), which is not followed: its source is the path ./."
    )


def test_what_passthru_says_of_a_source_is_called_as_the_source() -> None:
    """So other tools are told of it; it is called neither ``passthru`` nor as what it is in."""
    source = 'fetchFromGitHub { owner = "o"; repo = "lib"; rev = "v2.0"; hash = ""; passthru = {'
    own = f'passthru.lib = {source} pname = "lib"; version = "2.0"; src = passthru.lib; }}; }};'
    tool = f'pname = "tool"; version = "1.0"; src = {SOURCE}; {own}'
    text = f"{{ tool = mkDerivation rec {{ {tool} }}; }}"
    paths = {package.attribute for package in read(text.encode()) if not skipped(package)}
    assert paths == {("tool",), ("tool", "passthru", "lib")}


def test_what_is_inherited_from_a_set_that_is_written_there_is_found() -> None:
    tool = f'tool = mkDerivation rec {{ pname = "tool"; version = "1.0"; src = {SOURCE}; }};'
    text = f"final: prev: {{ inherit (rec {{ {tool} other = tool; }}) tool other; x = 1; }}"
    assert sources(text) == {"tool": ALONE}


def test_finalattrs_may_be_any_attribute_of_the_package() -> None:
    text = f"""{{ tool = mkDerivation (finalAttrs: {{
        pname = "tool"; version = "1.0";
        src = fetchPypi {{ inherit (finalAttrs) pname version; hash = ""; }};
        data = {OTHER.replace("version", "finalAttrs.passthru.data")};
        model = {OTHER.replace("version", "finalAttrs.pname")};
    }}); }}"""
    assert sources(text) == {"tool": BOTH}


LIST = """{{ tool = mkDerivation rec {{ pname = "tool"; version = "1.0"; srcs = [ {} ]; }}; }}"""
TAGGED = '(fetchFromGitHub { owner = "o"; repo = "tool"; tag = "v${version}"; hash = "a"; })'


@pytest.mark.parametrize(
    ("further", "count"),
    [
        ('(fetchFromGitHub { owner = "o"; repo = "x"; rev = "v0.9"; hash = "b"; })', 1),
        ('(fetchFromGitHub { owner = "o"; repo = "x"; rev = "v1.0.1"; hash = "b"; })', 1),
        ('(fetchFromGitHub { owner = "o"; repo = "x"; rev = "v1.0"; hash = "b"; })', 2),
        ('(fetchFromGitHub { owner = "o"; repo = "x"; rev = f version; hash = "b"; })', 2),
        ('(fetchurl { url = "https://example.org/a.zip"; hash = "b"; })', 1),
        ('(fetchurl { url = "https://example.org/a-1.0.zip"; hash = "b"; })', 2),
        ('(fetchurl { urls = [ "https://example.org/a-1.0.zip" ]; hash = "b"; })', 2),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_an_element_of_srcs_at_a_pin_of_its_own_stays(further: str, count: int, order: int) -> None:
    """Whichever stands first, the source is the one of the package's version."""
    (package, *others) = read(LIST.format(" ".join([TAGGED, further][::order])).encode())
    assert package.source is not None
    if count == 1:
        assert package.source.value("repo") == "tool"
    assert len(package.sources) == count
    assert [skipped(other) for other in others] == [
        "tool has it beside its main source, with its own pin"
    ] * (2 - count)


@pytest.mark.parametrize("version", ['"0.9"', "f rev", 'lib.removePrefix "v" rev'])
def test_packages_of_one_rev_that_do_not_move_together_stay(version: str) -> None:
    source = 'src = fetchFromGitHub { owner = "o"; repo = "r"; inherit rev; hash = "h"; };'
    one = f'one = build {{ pname = "one"; version = "1.0"; {source} }};'
    two = f'two = build {{ pname = "two"; version = {version}; {source} }};'
    found = read(f'let rev = "v1.0"; in {{ {one} {two} }}'.encode())
    assert [bool(package.lent or package.skip) for package in found] == [True, True]
    assert found[0].lent == (
        "two (line 1) has its rev, too, and would not move with it: give each a rev of its own, or "
        "both one `version`"
    )
