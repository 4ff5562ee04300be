"""fetchFromRepoOrCz: snapshots of repositories that have no owner."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_from_repo_or_cz import KIND
from updater.model import Fetch


def test_a_candidate_is_its_commits_snapshot() -> None:
    one = call(KIND, 'repo = "tool"; rev = "v${version}";')
    assert str(one.project) == "https://repo.or.cz/tool"
    assert one.fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url=f"https://repo.or.cz/tool.git/snapshot/{COMMIT}.tar.gz",
        unpack=True,
    )
