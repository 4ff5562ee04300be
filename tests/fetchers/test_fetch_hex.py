"""fetchHex: a release by its name and version, hashed as its archive is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.fetchers.calls import SRI, call
from updater.errors import ReadError
from updater.fetchers.fetch_hex import KIND
from updater.model import Candidate, Distribution, Fetch, Pin

OWN = 'pkg = "tool_kit"; inherit version; sha256 = "h";'
URL = "https://h.example/packages/tool_kit/releases/2.0.0"


def test_project_and_pin_are_name_version_and_hash() -> None:
    one = call(KIND, OWN)
    assert str(one.project) == "hex:tool_kit"
    assert one.pin == Pin("1.2.0", through_version=True, hash="h")
    assert KIND.registry(one.package, one.source) == "hex"


def test_the_hash_is_the_one_that_the_release_tells() -> None:
    file = Distribution("tool_kit-2.0.0.tar", URL, SRI, None, None)
    candidate = replace(Candidate("2.0.0"), distributions=(file,))
    assert call(KIND, OWN).fetch(candidate) == Fetch(values={"version": "2.0.0"}, url=URL, sri=SRI)


def test_without_a_checksum_only_a_build_can_tell_it() -> None:
    fetched = call(KIND, OWN).fetch(Candidate("2.0.0"))
    assert isinstance(fetched, Fetch)
    assert (fetched.sri, fetched.blocked) == (None, "its Hex tells no checksum of the release")


def test_a_call_without_its_name_is_refused() -> None:
    with pytest.raises(ReadError, match="fetchHex of tool has no pkg"):
        str(call(KIND, 'inherit version; sha256 = "h";').project)
