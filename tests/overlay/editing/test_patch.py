"""What a bump refuses to write, and what it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.overlay.golden import (
    NEW,
    NEWER,
    NEWEST,
    PAIRS,
    bumped,
    changed,
    read,
    subject,
    text,
    unchanged,
)
from updater.errors import PatchError
from updater.kinds import WRITABLE
from updater.model import Edit, Package, PinValues, Span
from updater.overlay.editing.edits import apply_edits
from updater.overlay.editing.patch import plan_change, plan_changes
from updater.overlay.reading import syntax
from updater.overlay.reading.file import parse_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import FunctionFile


def refusal(data: bytes, name: str, wanted: dict[str, str]) -> tuple[str, str]:
    """Return why a bump is refused, and the advice."""
    package = next(one for one in read(data) if one.name == name)
    with pytest.raises(PatchError) as refused:
        changed(package, wanted, data)
    return refused.value.message, refused.value.hint


# --- hostile text -------------------------------------------------------------------------------

HOSTILE = [
    "1.0${builtins.readFile /etc/passwd}",
    '1.0"; x = "',
    "1.0''",
    "1.0\\",
    "1.0\n",
    "\n1.0",
    "1.0\r",
    "1.0\0",
    "1.0\x1b[31m",
    "1.0\u202e",
    "1.0\u2066",
    "1.0\u00e9",
    "1.0 ",
    " 1.0",
    "1.0;",
    "1.0#",
    "1.0*/",
    "$1.0",
    "",
    "-1.0",
    "1" * 201,
]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
@pytest.mark.parametrize("field", ["version", "rev", "hash"])
def test_text_that_could_be_nix_code_is_refused(field: str, value: str) -> None:
    message, _ = refusal(text("guide-tag"), "example-package", {field: value})
    assert message == (
        "overlay.nix#python3Packages.example-package: upstream's text for "
        f"{field} is not safe to write into Nix: {value[:80]!a}"
    )


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/${x}",
        'https://example.org/"',
        "https://example.org/a b",
        "https://example.org/\u202e",
        "example.org/x",
        "https://",
        "https://example.org/" + "x" * 2000,
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_address_that_could_be_nix_code_is_refused(value: str) -> None:
    message, _ = refusal(text("address-as-text"), "tool", {"url": value})
    assert "is not safe to write into Nix" in message


def test_a_file_name_of_the_index_that_could_be_nix_code_is_refused() -> None:
    message, _ = refusal(text("pypi-stem"), "tool", {"pname": '${"tool"}'})
    assert "upstream's text for pname is not safe" in message


@pytest.mark.parametrize("tag", ["release/2024.1", "v1.0+local", "foo@1.0", "1.0~rc1", "pkg=1:2"])
def test_tags_that_people_use_are_written(tag: str) -> None:
    data = text("guide-branch")
    package = subject(data, "guide-branch")
    change = changed(package, {"rev": tag}, data)
    assert change.after == data.replace(b'rev = "main"', f'rev = "{tag}"'.encode())


# --- what a bump would leave wrong, or would have to guess --------------------------------------


def test_a_hash_beside_the_source_must_be_given_too() -> None:
    message, hint = refusal(text("side-hashes"), "tool", {"version": "2.0.0", "hash": NEW})
    assert message == (
        "overlay.nix#: cargoDeps.hash (line 13) and vendorHash (line 15) must change with the "
        "source, but the new value is not known"
    )
    assert "build" in hint


def test_a_label_may_change_without_the_hashes_beside_the_source() -> None:
    data = text("side-hashes").replace(b'tag = "v${version}"', b'rev = "abc"')
    (package,) = read(data)
    change = changed(package, {"version": "2.0.0"}, data)
    assert change.after == data.replace(b'version = "1.2.0"', b'version = "2.0.0"')


@pytest.mark.parametrize("name", ["two-sources", "second-source", "source-by-system"])
def test_a_further_source_that_follows_the_version_needs_its_hash(name: str) -> None:
    message, _ = refusal(text(name), "tool", {"version": "2.0.0", "hash": NEW})
    assert "of tool follows the version too, and its new hash is not known" in message


def test_a_shared_version_is_not_changed_for_one_package() -> None:
    data = b"""let version = "1.2.0"; in {
      one = mkDerivation rec {
        pname = "one"; inherit version; src = fetchPypi { inherit pname version; hash = "a"; };
      };
      two = mkDerivation rec {
        pname = "two"; inherit version; src = fetchPypi { inherit pname version; hash = "b"; };
      };
    }"""
    message, hint = refusal(data, "one", {"version": "2.0.0", "hash": NEW})
    assert message == (
        "overlay.nix:6: fetchPypi in two.src of one follows the version too, and its new hash is "
        "not known"
    )
    assert hint == "update this package by hand, or hold it in config.yaml"


def test_a_shared_source_is_not_changed_for_one_package() -> None:
    data = b"""let
      version = "1.2.0";
      src = fetchFromGitHub { owner = "o"; repo = "r"; tag = "v${version}"; hash = "a"; };
    in {
      one = mkDerivation { pname = "one"; inherit version src; };
      two = mkDerivation { pname = "two"; inherit version src; };
    }"""
    message, _ = refusal(data, "two", {"version": "2.0.0", "tag": "v2.0.0", "hash": NEW})
    assert message == "overlay.nix#two: the edit would change overlay.nix#one too"


def test_a_name_that_leads_to_another_meaning_is_not_changed() -> None:
    """The literal is the rev's, and the repository's name as well."""
    data = b"""let it = "v1"; in { one = mkDerivation rec {
      version = "1"; src = fetchFromGitHub { owner = "o"; repo = it; rev = it; hash = ""; };
    }; }"""
    message, _ = refusal(data, "one", {"rev": "branch-2", "hash": NEW})
    assert message == "overlay.nix#one: the edit would change repo too"


def test_a_rev_that_is_the_pname_as_well_is_not_changed() -> None:
    """A pname may have the version in it, and then changes with it (name-with-the-version.nix)."""
    data = b"""let it = "v1"; in { one = mkDerivation rec {
      pname = it; version = "1";
      src = fetchFromGitHub { owner = "o"; repo = "r"; rev = it; hash = ""; };
    }; }"""
    message, _ = refusal(data, "one", {"rev": "branch-2", "hash": NEW})
    assert message == "overlay.nix#one: the edit would change pname too"


def test_two_fields_in_one_place_must_agree() -> None:
    data = b"""let it = "1"; in { one = mkDerivation rec {
      version = it; src = fetchFromGitHub { owner = "o"; repo = "r"; rev = it; hash = ""; };
    }; }"""
    message, _ = refusal(data, "one", {"version": "2", "rev": "v2", "hash": NEW})
    assert "would" in message or "must differ" in message


@pytest.mark.parametrize(
    ("call", "written"),
    [
        (
            "fetchPypi { inherit pname version; }",
            "fetchPypi { inherit pname version; hash = HASH; }",
        ),
        (
            'fetchurl {\n    url = "https://h/one-${version}.tar.gz";\n  }',
            'fetchurl {\n    url = "https://h/one-${version}.tar.gz";\n    hash = HASH;\n  }',
        ),
        (
            'builtins.fetchTarball { url = "https://h/one-${version}.tar.gz"; }',
            'builtins.fetchTarball { url = "https://h/one-${version}.tar.gz"; sha256 = HASH; }',
        ),
        (
            'fetchFromGitHub {\r\n  owner = "o";\r\n  repo = "r";\r\n  rev = version;\r\n}',
            (
                'fetchFromGitHub {\r\n  owner = "o";\r\n  repo = "r";\r\n  rev = version;\r\n'
                "  hash = HASH;\r\n}"
            ),
        ),
    ],
    ids=["in line", "on lines", "builtin", "CRLF"],
)
def test_a_call_without_a_hash_gets_one(call: str, written: str) -> None:
    text = f'{{ one = mkDerivation rec {{ pname = "one"; version = "1"; src = {call}; }}; }}'
    (package,) = read(text.encode())
    change = changed(package, {"version": "2", "hash": NEW}, text.encode())
    now = text.replace('"1"', '"2"').replace(call, written.replace("HASH", f'"{NEW}"'))
    assert change.after.decode() == now


def test_a_call_whose_arguments_are_elsewhere_gets_no_hash() -> None:
    data = b"""let it = { owner = "o"; repo = "r"; rev = "v1"; }; in { one = mkDerivation rec {
      pname = "one"; version = "1"; src = fetchFromGitHub it;
    }; }"""
    message, hint = refusal(data, "one", {"version": "2", "hash": NEW})
    assert message == "overlay.nix:2: fetchFromGitHub of one has no hash"
    assert hint == 'add hash = "";'


def test_a_computed_rev_is_refused_with_advice() -> None:
    data = b"""{ one = mkDerivation rec {
      version = "1";
      src = fetchFromGitHub { owner = "o"; repo = "r"; rev = f version; hash = "a"; };
    }; }"""
    message, hint = refusal(data, "one", {"version": "2", "rev": "v2"})
    assert message == "overlay.nix:3: rev of one is computed (f version), not a literal"
    assert "config.yaml: packages: {one: {hold: computed rev}}" in hint


def test_a_hash_of_another_algorithm_that_stands_elsewhere_is_refused() -> None:
    data = b"""let sha512 = "a"; in { one = mkDerivation rec {
      pname = "one"; version = "1"; src = fetchPypi { inherit pname version sha512; };
    }; }"""
    message, hint = refusal(data, "one", {"version": "2", "hash": NEW})
    place = "overlay.nix:2"
    assert message == f"{place}: the new hash of one does not fit sha512, which is set elsewhere"
    assert hint == 'write hash = ""; in the call of fetchPypi, not sha512'


def test_a_further_source_is_not_changed_where_nothing_is_to_be_written() -> None:
    """The literal is the further source's rev, and its repository's name as well."""
    data = b"""let it = "v1"; in { one = mkDerivation rec {
      version = "1";
      src = fetchFromGitHub { owner = "o"; repo = "r"; tag = "v${version}"; hash = ""; };
      data = fetchFromGitHub {
        name = "data-${version}"; owner = "o"; repo = it; rev = it; hash = "";
      };
    }; }"""
    (package,) = read(data)
    own = {"version": "2", "tag": "v2", "hash": NEW}
    with pytest.raises(PatchError, match=r"#one: the edit would change data\.repo too"):
        changed(package, own, data, {"rev": "v2", "version": "2", "hash": NEWER})


# --- as few parses as the proof needs -----------------------------------------------------------


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is parsed from now on, in order."""
    texts: list[bytes] = []

    def parse(data: bytes, functions: Sequence[FunctionFile] = ()) -> syntax.NixText:
        texts.append(data)
        return original(data, functions)

    original = syntax.parse
    monkeypatch.setattr(syntax, "parse", parse)
    parse_file.cache_clear()  # of the tests before
    return texts


@pytest.mark.parametrize("name", PAIRS)
def test_a_change_is_parsed_once_before_and_once_after(name: str, parsed: list[bytes]) -> None:
    data = text(name)
    package = subject(data, name)
    parsed.clear()
    change = bumped(data, name, package)
    files = [text for text in parsed if not text.startswith(b'{ "')]  # and not a set of hashes
    rejected = [text for text in files if text not in (change.before, change.after)]
    assert files == [change.before, *rejected, change.after]
    # Where packages share a placeholder, the first plan would have changed another of them.
    assert len(rejected) == (name == "hash-shared-placeholder")


def test_a_change_that_edits_nothing_is_parsed_once(parsed: list[bytes]) -> None:
    data = text("guide-tag")
    package = subject(data, "guide-tag")
    parsed.clear()
    assert unchanged(data, package).edits == ()
    assert parsed == [data]


# --- edits --------------------------------------------------------------------------------------


def test_edits_are_applied_whatever_their_order() -> None:
    edits = [Edit(Span(1, 2), b"xx"), Edit(Span(4, 4), b"y"), Edit(Span(2, 3), b"")]
    assert apply_edits(b"abcdef", edits) == apply_edits(b"abcdef", edits[::-1]) == b"axxdyef"


def test_packages_of_one_file_are_bumped_one_after_the_other() -> None:
    """The second change is planned on the text that the first one made."""
    data = text("several-packages")
    for name in ("one", "two", "three"):
        package = next(one for one in read(data) if one.name == name)
        data = bumped(data, "several-packages-all", package).after if name != "three" else data
    assert data.count(b'version = "2.0.0"') == 2
    assert data.count(b'version = "1.2.0"') == 2
    assert data.count(NEW.encode()) == 2
    assert NEWER.encode() not in data


SEVERAL = [("three", "1.2.1", NEWEST), ("one", "2.0.0", NEW), ("two", "10.0", NEWER)]


def several(data: bytes, *names: str) -> list[tuple[Package, PinValues]]:
    """Return packages of a golden overlay, not in its order, with what they shall read."""
    by_name = {package.name: package for package in read(data)}
    return [
        (by_name[name], PinValues({"version": version, "hash": sri}, ()))
        for name, version, sri in SEVERAL
        if name in names
    ]


def test_packages_of_one_file_are_planned_together_as_one_after_the_other(
    parsed: list[bytes],
) -> None:
    data = text("several-packages")
    wanted = several(data, "one", "two", "three")
    parsed.clear()
    together = plan_changes(wanted, data, WRITABLE)
    assert parsed == [data, together[-1].after]
    for (package, values), change in zip(wanted, together, strict=True):
        alone = plan_change(package, values, data, WRITABLE)
        assert (change.before, change.edits, change.after) == (data, alone.edits, alone.after)
        data = change.after


def test_what_cannot_be_planned_is_left_out_of_what_is_planned_together() -> None:
    data = text("several-packages")
    one, two = several(data, "one", "two")
    hostile = (two[0], PinValues({"version": '2"', "hash": NEW}, ()))
    gone = (replace(two[0], attribute=("gone",)), two[1])
    changes = plan_changes([hostile, one, gone], data, WRITABLE)
    assert changes == (plan_change(*one, data, WRITABLE),)
    assert plan_changes([hostile, gone], data, WRITABLE) == ()


SHARED = b"""\
self: super: let v = "1.0"; in {
  a = super.mk rec { pname = "a"; version = v; src = super.fetchPypi { inherit pname version; hash = ""; }; };
  b = super.mk rec { pname = "b"; version = v; src = super.fetchPypi { inherit pname version; hash = ""; }; };
  c = super.mk rec { pname = "c"; version = "1.0"; src = super.fetchPypi { inherit pname version; hash = ""; }; };
}
"""  # noqa: E501 - as short as three packages can be


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_what_shares_a_literal_is_not_planned_together(names: str) -> None:
    """Also where both would write the same into it: nobody has shown that each may alone."""
    wanted = [
        (replace(package, members=(), leader=""), PinValues({"version": "2.0", "hash": NEW}, ()))
        for package in read(SHARED)
        if package.name in names
    ]
    with pytest.raises(PatchError):
        plan_changes(wanted, SHARED, WRITABLE)


@pytest.mark.parametrize(
    ("tag", "ref", "written"),
    [
        ('lib.removePrefix "1" version', "v2.0", '"v${lib.removePrefix "1" version}"'),
        ('"v${lib.removePrefix "1" version}"', "2.0", '"${lib.removePrefix "1" version}"'),
        ('"v${lib.versions.major version}"', "refs/v2", '"refs/v${lib.versions.major version}"'),
    ],
)
def test_before_what_a_function_makes_other_text_may_stand(
    tag: str, ref: str, written: str
) -> None:
    """The function is kept."""
    data = f"""{{ lib }}: {{ tool = mkDerivation rec {{ version = "1.0"; src = fetchFromGitHub {{
        owner = "o"; repo = "tool"; tag = {tag}; hash = "a"; }}; }}; }}""".encode()
    (package,) = read(data)
    change = changed(package, {"version": "2.0", "tag": ref, "hash": NEW}, data)
    assert f"tag = {written};" in apply_edits(data, change.edits).decode()


@pytest.mark.parametrize(
    ("tag", "ref", "message"),
    [
        (
            'lib.removePrefix "1" version',
            "v2.0-",
            'tag of tool would become 2.0, and upstream has v2.0-: lib.removePrefix "1" version',
        ),
        (
            'lib.versions.major "1.0"',
            "v2.0",
            'tag of tool is computed (lib.versions.major "1.0"), not a literal',
        ),
    ],
)
def test_what_a_function_makes_is_never_written_over(tag: str, ref: str, message: str) -> None:
    data = f"""{{ lib }}: {{ tool = mkDerivation rec {{ version = "1.0"; src = fetchFromGitHub {{
        owner = "o"; repo = "tool"; tag = {tag}; hash = "a"; }}; }}; }}""".encode()
    (package,) = read(data)
    with pytest.raises(PatchError) as caught:
        changed(package, {"version": "2.0", "tag": ref, "hash": NEW}, data)
    assert str(caught.value) == f"overlay.nix:2: {message}"
