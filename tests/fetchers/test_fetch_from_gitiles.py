"""fetchFromGitiles: any repository of a Gitiles by its address; Nix hashes its archives."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, UNTAGGED, call
from updater.fetchers.fetch_from_gitiles import KIND
from updater.model import Fetch, Pin

URL = 'url = "https://chromium.googlesource.com/a/tool";'


def test_the_project_is_where_the_address_leads() -> None:
    one = call(KIND, f'{URL} rev = "v${{version}}"; hash = "h";')
    assert str(one.project) == "https://chromium.googlesource.com/a/tool"
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True, hash="h")


def test_the_edit_is_known_and_the_hash_is_left_to_nix() -> None:
    one = call(KIND, f'{URL} rev = "v1.2.0"; hash = "h";')
    assert one.fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url="https://chromium.googlesource.com/a/tool/+archive/v2.0.0.tar.gz",
        unpack=True,
        unpacking="flat",
        blocked="a Gitiles packs its archives anew for each download",
    )
    untagged = one.fetch(UNTAGGED)
    assert isinstance(untagged, Fetch)
    assert untagged.values == {"rev": COMMIT, "version": UNTAGGED.version}


def test_a_commit_by_itself_is_an_archive_too() -> None:
    fetch = KIND.plain(call(KIND, f'{URL} rev = "v1";').project, "", "", COMMIT)
    assert fetch.url.endswith(f"/a/tool/+archive/{COMMIT}.tar.gz")
    assert fetch.blocked
