"""fetchgit: any git address, pinned and edited, hashed by a checkout only."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.fetchers.calls import COMMIT, UNTAGGED, call
from updater.fetchers.fetchgit import KIND
from updater.model import Checkout, Fetch, Pin


@pytest.mark.parametrize(
    ("url", "project"),
    [
        ("https://github.com/owner/tool", "https://github.com/owner/tool"),
        ("https://github.com/owner/tool.git", "https://github.com/owner/tool"),
        (
            "https://user@git.example.org:8443/a/b/tool.git/",
            "https://git.example.org:8443/a/b/tool.git",
        ),
        ("git://git.example.org/tool", "https://git.example.org/tool"),
        ("ssh://git@git.example.org/tool.git", "https://git.example.org/tool"),
        ("git@github.com:owner/tool.git", "https://github.com/owner/tool"),
    ],
)
def test_the_project_is_where_the_address_leads(url: str, project: str) -> None:
    one = call(KIND, f'url = "{url}"; rev = "v1";')
    assert str(one.project) == project.removesuffix(".git")


@pytest.mark.parametrize(
    ("rev", "pin"),
    [
        ('rev = "refs/tags/v${version}";', Pin("1.2.0", "v1.2.0", through_version=True, hash="h")),
        ('tag = "v1.2.0";', Pin("1.2.0", "v1.2.0", hash="h")),
    ],
)
def test_the_pin_is_version_rev_or_tag_and_hash(rev: str, pin: Pin) -> None:
    assert call(KIND, f'url = "https://example.org/x"; {rev} hash = "h";').pin == pin


def test_the_edit_is_known_and_the_hash_takes_a_checkout() -> None:
    one = call(KIND, 'url = "https://example.org/x"; rev = "refs/tags/v1.2.0"; hash = "h";')
    expected = Fetch(
        values={"rev": "refs/tags/v2.0.0", "version": "2.0.0"},
        url="https://example.org/x",
        unpack=True,
        blocked="fetchgit hashes a checkout, with its submodules",
        checkout=Checkout("https://example.org/x", COMMIT, ("fetch-submodules",)),
        clone=Checkout("https://example.org/x", COMMIT),
    )
    assert one.fetch() == expected
    untagged = {"rev": COMMIT, "version": UNTAGGED.version}
    assert one.fetch(UNTAGGED) == replace(expected, values=untagged)


@pytest.mark.parametrize(
    ("argument", "what"),
    [
        ("", "with its submodules"),
        ("fetchSubmodules = true;", "with its submodules"),
        ("fetchSubmodules = false;", "not an archive"),
        ("fetchSubmodules = false; leaveDotGit = true;", "not an archive"),
    ],
)
def test_the_submodules_are_named_only_where_they_are_fetched(argument: str, what: str) -> None:
    fetched = call(KIND, f'url = "https://example.org/x"; rev = "v1.2.0"; {argument}').fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == f"fetchgit hashes a checkout, {what}"


CHECKOUTS: dict[str, tuple[str, Checkout | None]] = {
    "no submodules": ("fetchSubmodules = false;", Checkout("https://example.org/x", COMMIT)),
    "LFS": (
        "fetchLFS = true;",
        Checkout("https://example.org/x", COMMIT, ("fetch-submodules", "fetch-lfs")),
    ),
    "history": ("deepClone = true;", None),
    "git's own folder": ("leaveDotGit = true;", None),
    "tags": ("fetchTags = true;", None),
    "a part": ('sparseCheckout = [ "a" ];', None),
    "a folder": ('rootDir = "a";', None),
    "a script": ('postFetch = "x";', None),
    "what is off": (
        'leaveDotGit = false; sparseCheckout = [ ]; deepClone = null; rootDir = "";',
        Checkout("https://example.org/x", COMMIT, ("fetch-submodules",)),
    ),
}


@pytest.mark.parametrize(("argument", "checkout"), CHECKOUTS.values(), ids=CHECKOUTS)
def test_only_a_commits_own_files_can_be_checked_out_by_others(
    argument: str, checkout: Checkout | None
) -> None:
    """What is left to the fetcher itself is built by it."""
    fetched = call(KIND, f'url = "https://example.org/x"; rev = "v1"; {argument}').fetch()
    assert isinstance(fetched, Fetch)
    assert (bool(fetched.blocked), fetched.checkout) == (True, checkout)


@pytest.mark.parametrize(
    "url", ["git@example.org:x", "ssh://git@example.org/x", "https://user:pass@example.org/x"]
)
def test_an_address_that_takes_a_key_is_left_to_the_fetcher(url: str) -> None:
    fetched = call(KIND, f'url = "{url}"; rev = "v1";').fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.checkout is None
