"""Control characters of an overlay act nowhere, and hide nothing from a reviewer."""

from __future__ import annotations

import pytest

from tests.hostile import HOSTILE, acting, texts
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import FileContent, read_packages

OVERLAY = """\
# updater: hold (hold)
self: super: {
  "tool(attribute)" = super.buildPythonPackage rec {
    pname = "tool(pname)";
    version = "1.0(version)"; # (comment)
    src = super.fetchFromGitHub {
      owner = "o(owner)";
      repo = "tool";
      rev = "v1.0(rev)";
      "(field)" = "1";
      hash = "(hash)";
      postFetch = "one
        (script)";
    };
    cargoHash = "sha256-(cargo)";
    patches = [ (super.fetchpatch { url = "https://h/(patch)"; hash = ""; }) ];
    meta.description = "(meta)";
  };
  "other(called)" = super.callPackage ./other(path) { };
  third = super.stdenv.mkDerivation {
    pname = "third"; version = "1.0";
    src = super."fetch(function)" { url = "https://h/a.tar.gz"; sha256 = ""; };
  };
  (broken) ]
}
"""
REFUSED = {
    "attribute": "line 3: its name has the control character U+202E",
    "pname": "line 3: its pname has the control character U+202E",
    "version": "line 5: version has the control character U+202E",
    "owner": "line 7: owner has the control character U+202E",
    "rev": "line 9: rev has the control character U+202E",
    "field": "line 10: the name of an attribute has the control character U+202E",
    "hash": "line 11: hash has the control character U+202E",
    "cargo": "line 15: cargoHash has the control character U+202E",
}
LEFT = ("hold", "comment", "script", "patch", "meta", "called", "path", "function", "broken")


def with_text(place: str, hostile: str) -> FileContent:
    """Read the overlay with a text at one of its places, and nothing at the others."""
    text = OVERLAY if place == "broken" else OVERLAY.replace("  (broken) ]\n", "")
    for one in (*REFUSED, *LEFT):
        text = text.replace(f"({one})", hostile if one == place else "")
    return read_packages(text.encode(), "a.nix", FETCH_FUNCTIONS)


@pytest.mark.parametrize("place", [*REFUSED, *LEFT])
@pytest.mark.parametrize("hostile", [HOSTILE, f"\n{HOSTILE}"], ids=["in a line", "in lines"])
def test_no_text_of_an_overlay_acts(place: str, hostile: str) -> None:
    found = with_text(place, hostile)
    assert acting("".join(texts([found.packages, [str(one) for one in found.problems]]))) == []
    assert acting("".join(texts(found.files))) == []


@pytest.mark.parametrize("place", REFUSED)
def test_where_a_character_could_lie_the_package_is_refused(place: str) -> None:
    (tool,) = (one for one in with_text(place, "\u202e").packages if one.name.startswith("tool"))
    assert (tool.problem, tool.hint) == (REFUSED[place], "write it without that character")
    assert "<U+202E>" in "".join(texts(tool))


@pytest.mark.parametrize("place", ["", *LEFT])
def test_where_it_is_not_read_the_package_is_followed(place: str) -> None:
    found = with_text(place, "\u202e")
    problems = {one.name: one.problem for one in found.packages if one.name != "third"}
    assert problems == {"tool": ""}


def test_a_call_that_lies_is_told() -> None:
    found = with_text("called", "\u202e")
    first, *_ = sorted(found.problems, key=lambda one: -one.line)
    assert str(first) == (
        "a control character is in the name of the package at line 19, column 14\n"
        '  "other" = super.callPackage ./other { };\n'
        "            ^"
    )
    assert found.files == ()


def test_two_names_that_look_the_same_stay_two() -> None:
    data = '{ super, ... }: { "a\u202e" = PACKAGE; a = PACKAGE; }'.replace(
        "PACKAGE",
        'super.mkDerivation { pname = "a"; version = "1"; src = super.fetchurl { url = "u"; }; }',
    )
    found = read_packages(data.encode(), "a.nix", FETCH_FUNCTIONS).packages
    assert [one.identity for one in found] == ['a.nix#"a<U+202E>"', "a.nix#a"]


def test_the_ends_of_lines_on_windows_are_no_control_characters() -> None:
    text = OVERLAY.replace("\n", "\r\n").replace("  (broken) ]\r\n", "")
    for one in (*REFUSED, *LEFT):
        text = text.replace(f"({one})", "")
    found = read_packages(text.encode(), "a.nix", FETCH_FUNCTIONS)
    assert [one.problem for one in found.packages] == ["", ""]
    assert acting("".join(texts(found.packages))) == []
