"""fetchzip: the tree inside the archive."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, call, offered
from updater.fetchers.base import Fetch
from updater.fetchers.fetchzip import KIND

URL = 'url = "https://github.com/owner/tool/archive/v${version}.tar.gz";'
NEW = "https://github.com/owner/tool/archive/v2.0.0.tar.gz"


def test_the_hash_is_that_of_the_tree() -> None:
    assert call(KIND, URL).fetch() == Fetch(
        values={"version": "2.0.0", "url": NEW}, url=NEW, unpack=True, commit=COMMIT
    )


def test_the_hash_of_an_archive_on_the_index_is_not_the_published_one() -> None:
    one = call(KIND, 'url = "mirror://pypi/t/tool/tool-${version}.tar.gz";')
    fetched = one.fetch(offered("tool-2.0.0.tar.gz"))
    assert isinstance(fetched, Fetch)
    assert (fetched.sri, fetched.unpack) == (None, True)


@pytest.mark.parametrize(
    ("switch", "blocked"),
    [
        ("stripRoot = false;", "stripRoot = false keeps what is usually stripped"),
        ("stripRoot = true;", ""),
        ('postFetch = "x";', "postFetch changes what is hashed"),
    ],
)
def test_what_changes_the_tree_blocks_its_hash(switch: str, blocked: str) -> None:
    fetched = call(KIND, URL + switch).fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == blocked
