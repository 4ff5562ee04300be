"""fetchFromBitbucket: archives below ``get``."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_from_bitbucket import KIND
from updater.model import Fetch


def test_a_candidate_is_its_commits_archive() -> None:
    one = call(KIND, 'owner = "owner"; repo = "tool"; rev = "v${version}";')
    assert str(one.project) == "https://bitbucket.org/owner/tool"
    assert one.fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url=f"https://bitbucket.org/owner/tool/get/{COMMIT}.tar.gz",
        unpack=True,
    )
