"""fetchFromSourcehut: owners with a tilde, git and Mercurial."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_from_sourcehut import KIND
from updater.model import Fetch

OWNER = 'owner = "~owner"; repo = "tool"; rev = version;'


@pytest.mark.parametrize(
    ("more", "project"),
    [
        ("", "https://git.sr.ht/~owner/tool"),
        ('vc = "hg";', "https://hg.sr.ht/~owner/tool"),
        ('domain = "example.org";', "https://git.example.org/~owner/tool"),
    ],
)
def test_the_project_is_on_the_service_for_its_kind_of_repository(more: str, project: str) -> None:
    assert str(call(KIND, OWNER + more).project) == project


def test_a_candidate_is_its_commits_archive() -> None:
    assert call(KIND, OWNER).fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url=f"https://git.sr.ht/~owner/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
    )
