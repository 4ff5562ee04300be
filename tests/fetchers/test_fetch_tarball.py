"""fetchTarball, the builtin: a tree, or nothing that is pinned."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, call
from updater.fetchers.fetch_tarball import KIND
from updater.model import Fetch, Pin

HOME = "https://github.com/owner/tool/archive"


def test_a_commit_in_the_address_is_the_pin() -> None:
    one = call(KIND, f'url = "{HOME}/{OTHER_COMMIT}.tar.gz"; sha256 = "h";')
    assert one.pin == Pin("1.2.0", OTHER_COMMIT, hash="h")
    assert one.fetch() == Fetch(
        values={"version": "2.0.0", "url": f"{HOME}/{COMMIT}.tar.gz"},
        url=f"{HOME}/{COMMIT}.tar.gz",
        unpack=True,
        unpacking="fetchTarball",
        commit=COMMIT,
    )


def test_without_a_hash_it_pins_nothing() -> None:
    why = "it has no sha256, so it pins nothing"
    assert call(KIND, f'url = "{HOME}/v1.2.0.tar.gz";').skip == why
    assert call(KIND, f'"{HOME}/v1.2.0.tar.gz"').skip == why
    assert call(KIND, f'url = "{HOME}/v1.2.0.tar.gz"; sha256 = "";').skip == ""
    assert call(KIND, f'url = "{HOME}/main.tar.gz"; sha256 = "";').skip == (
        "it is a file on 'main', without a version in its address; write a tag or a commit there"
    )
