"""An update edits the arguments that the fetcher's kind declares, and refuses all others."""

from __future__ import annotations

import pytest

from tests.overlay.golden import NEW, NEWER, changed, read
from updater.errors import PatchError
from updater.find.followable import adopted
from updater.kinds import FETCHERS

# Literals of all arguments that any kind declares, and of some that none does.
LITERALS = {
    "name": "old-name",
    "owner": "old-owner",
    "repo": "old-repo",
    "domain": "old.example",
    "pname": "old-pname",
    "version": "1.2.0",
    "rev": "old-rev",
    "tag": "old-tag",
    "ref": "old-ref",
    "url": "https://old.example/file",
    "urls[0]": "https://old.example/first",
    "urls[1]": "https://old.example/second",
}
NEW_LITERALS = {
    name: "2.0.0" if name == "version" else text.replace("old", "new")
    for name, text in LITERALS.items()
}


def overlay(function: str) -> bytes:
    """Write a package whose source has all the literals."""
    alone = "".join(f'{name} = "{text}"; ' for name, text in LITERALS.items() if "[" not in name)
    listed = " ".join(f'"{text}"' for name, text in LITERALS.items() if "[" in name)
    call = f'{function} {{ {alone}urls = [ {listed} ]; hash = "{NEW}"; }}'
    return f'{{ tool = mkDerivation {{ version = "1.2.0"; src = {call}; }}; }}'.encode()


def may_write(function: str, argument: str) -> bool:
    """Tell whether a kind declares an argument, or the list that it is an element of."""
    return argument.partition("[")[0] in FETCHERS[function].writes | {"version"}


def undeclared(argument: str, function: str) -> str:
    return f"{argument} of {function} in tool is not an argument that an update may change"


@pytest.mark.parametrize("argument", LITERALS)
@pytest.mark.parametrize("function", FETCHERS)
def test_an_argument_is_edited_only_where_its_kind_declares_it(
    function: str, argument: str
) -> None:
    data = overlay(function)
    (package,) = read(data)
    values = {argument: NEW_LITERALS[argument]}
    if may_write(function, argument):
        old, new = (f'"{some[argument]}"'.encode() for some in (LITERALS, NEW_LITERALS))
        assert changed(package, values, data).after == data.replace(old, new)
    else:
        with pytest.raises(PatchError) as refused:
            changed(package, values, data)
        assert refused.value.message == f"overlay.nix:1: {undeclared(argument, function)}"
        assert refused.value.hint == "this is a mistake in the updater: report it"


@pytest.mark.parametrize("function", FETCHERS)
def test_a_further_source_is_edited_only_where_its_kind_declares_it(function: str) -> None:
    further = f'data = {function} {{ name = "data-${{version}}"; owner = "o"; hash = ""; }};'
    data = b"""{ tool = mkDerivation rec {
      pname = "tool"; version = "1"; src = fetchPypi { inherit pname version; hash = "a"; };
      FURTHER
    }; }""".replace(b"FURTHER", further.encode())
    (package,) = read(data)
    own = {"version": "2", "hash": NEW}
    with pytest.raises(PatchError) as refused:
        changed(package, own, data, {"version": "2", "owner": "new", "hash": NEWER})
    assert refused.value.message == f"overlay.nix:3: {undeclared('owner', function)}"


def test_a_call_of_another_function_is_edited_as_what_it_is_like() -> None:
    """`hash: build` takes a wrapper for the fetcher whose arguments it has."""
    data = overlay("fetchFromOurs")
    (package,) = read(data)
    like = adopted(package, "build")
    assert like.source is not None
    assert like.source.fetcher == "fetchFromGitHub"
    after = changed(like, {"rev": "new-rev"}, data).after
    assert after == data.replace(b"old-rev", b"new-rev")
    for taken, argument in ((like, "owner"), (like, "url"), (package, "rev")):
        with pytest.raises(PatchError, match=undeclared(argument, "fetchFromOurs")):
            changed(taken, {argument: NEW_LITERALS[argument]}, data)
