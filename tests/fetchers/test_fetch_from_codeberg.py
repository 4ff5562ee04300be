"""fetchFromCodeberg: a Forgejo whose domain goes without saying."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_from_codeberg import KIND
from updater.model import Fetch, Pin


def test_a_candidate_is_its_commits_archive_on_codeberg() -> None:
    one = call(KIND, 'owner = "owner"; repo = "tool"; tag = "v${version}"; hash = "h";')
    assert str(one.project) == "https://codeberg.org/owner/tool"
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True, hash="h")
    assert one.fetch() == Fetch(
        values={"tag": "v2.0.0", "version": "2.0.0"},
        url=f"https://codeberg.org/owner/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
        commit=COMMIT,
    )
