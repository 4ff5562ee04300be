"""fetchFromGitea and fetchFromForgejo: the domain is part of the call."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, call
from updater.errors import ReadError
from updater.fetchers.fetch_from_gitea import KIND
from updater.model import Fetch

ARGUMENTS = 'domain = "git.example.org"; owner = "owner"; repo = "tool"; rev = "v${version}";'


@pytest.mark.parametrize("function", ["fetchFromGitea", "fetchFromForgejo"])
def test_a_candidate_is_its_commits_archive(function: str) -> None:
    one = call(KIND, ARGUMENTS, function=function)
    assert str(one.project) == "https://git.example.org/owner/tool"
    assert one.fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url=f"https://git.example.org/owner/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
        commit=COMMIT,
    )


def test_without_a_domain_there_is_no_project() -> None:
    one = call(KIND, 'owner = "o"; repo = "r"; rev = "v1";', function="fetchFromGitea")
    with pytest.raises(ReadError, match="fetchFromGitea of tool has no domain"):
        _ = one.project
