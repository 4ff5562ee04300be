"""fetchgit: any git address, pinned and edited, hashed by a checkout only."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, UNTAGGED, call
from updater.fetchers.base import Fetch
from updater.fetchers.fetchgit import KIND
from updater.model import Pin


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
    assert call(KIND, f'url = "{url}"; rev = "v1";').project == project.removesuffix(".git")


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
    blocked = "fetchgit hashes a checkout, with its submodules"
    assert one.fetch() == Fetch(
        values={"rev": "refs/tags/v2.0.0", "version": "2.0.0"},
        url="https://example.org/x",
        unpack=True,
        blocked=blocked,
    )
    assert one.fetch(UNTAGGED) == Fetch(
        values={"rev": COMMIT, "version": UNTAGGED.version},
        url="https://example.org/x",
        unpack=True,
        blocked=blocked,
    )
