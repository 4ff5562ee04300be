"""fetchTarball, the builtin: a tree, and its hash if there is one."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, call
from updater.fetchers.fetch_tarball import KIND
from updater.fetchers.fetchurl import KIND as BUILTIN
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


@pytest.mark.parametrize("ref", ["main", "v1.2.0", COMMIT])
def test_without_a_hash_it_is_skipped_with_what_to_write(ref: str) -> None:
    """A text alone has no place for a hash, and a set has; an empty one is written by `bump`."""
    why = (
        "it has no sha256, so Nix takes what is at its address at the time: to follow it, write "
        "{} the address, and `updater bump` finds the hash"
    )
    in_a_set = why.format('`sha256 = "";` beside')
    alone = why.format('`{ url = ...; sha256 = ""; }` for')
    assert call(KIND, f'url = "{HOME}/{ref}.tar.gz";').skip == in_a_set
    assert call(KIND, f'"{HOME}/{ref}.tar.gz"').skip == alone
    assert call(BUILTIN, f'"{HOME}/{ref}.tar.gz"').skip == alone
    assert call(KIND, f'url = "{HOME}/{ref}.tar.gz"; sha256 = "";').skip == ""
