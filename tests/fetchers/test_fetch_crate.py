"""fetchCrate: the one file of a version, in the registry whose index config.yaml names."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.fetchers.calls import SRI, call
from updater.errors import ReadError
from updater.fetchers.fetch_crate import KIND
from updater.model import Candidate, Distribution, Fetch, NoFile, Pin

OWN = 'inherit pname version; hash = "h";'


def crate(address: str = "https://f.example/tool/2.0.0/download") -> Candidate:
    """Return a version whose file is at an address."""
    file = Distribution("tool-2.0.0.crate", address, SRI, None, None)
    return replace(Candidate("2.0.0"), distributions=(file,))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(OWN, "tool"), (f'{OWN} crateName = "Tool";', "Tool"), (f"{OWN} crateName = pname;", "tool")],
)
def test_project_and_pin_are_name_version_and_hash(arguments: str, name: str) -> None:
    one = call(KIND, arguments)
    assert str(one.project) == f"crates:{name}"
    assert one.pin == Pin("1.2.0", through_version=True, hash="h")
    assert KIND.registry(one.package, one.source) == "crates"


@pytest.mark.parametrize(
    ("more", "unpack", "unpacking", "blocked"),
    [
        ("", True, "fetchzip", ""),
        ("unpack = true;", True, "fetchzip", ""),
        ("unpack = false;", False, "fetchzip", ""),
        ("stripRoot = false;", True, "flat", ""),
        ('postFetch = "rm a";', True, "fetchzip", "postFetch changes what is hashed"),
        ("unpack = false; executable = false;", False, "fetchzip", ""),
        (
            "unpack = false; executable = true;",
            False,
            "fetchzip",
            "executable changes what is hashed",
        ),
    ],
)
def test_a_candidate_is_the_file_that_the_index_tells(
    more: str,
    unpack: bool,  # noqa: FBT001 - a case
    unpacking: str,
    blocked: str,
) -> None:
    assert call(KIND, f"{OWN} {more}").fetch(crate()) == Fetch(
        values={"version": "2.0.0"},
        url="https://f.example/tool/2.0.0/download",
        unpack=unpack,
        unpacking=unpacking,  # type: ignore[arg-type]  # one of its words
        sri=SRI,
        blocked=blocked,
    )


def test_another_registry_than_that_of_the_index_is_not_guessed_at() -> None:
    own = call(KIND, f'{OWN} registryDl = "https://f.example";')
    assert isinstance(own.fetch(crate()), Fetch)
    assert own.fetch(crate("https://g.example/tool/2.0.0/download")) == NoFile(
        "its registryDl is https://f.example, but the index of config.yaml has its files "
        "elsewhere, at https://g.example/tool/2.0.0/download"
    )


def test_a_version_without_a_file_is_refused() -> None:
    assert call(KIND, OWN).fetch(Candidate("2.0.0")) == NoFile(
        "2.0.0 of tool has no file in the index"
    )


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [("inherit version;", "crateName or pname"), ("inherit pname;", "version")],
)
def test_a_call_without_name_or_version_is_refused(arguments: str, missing: str) -> None:
    one = call(KIND, f'{arguments} hash = "h";')
    with pytest.raises(ReadError, match=f"fetchCrate of tool has no {missing}"):
        str((one.project, one.pin))
