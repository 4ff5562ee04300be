"""fetchzip: the tree inside the archive."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, SRI, call, offered
from updater.fetchers.fetchzip import KIND
from updater.model import Fetch

URL = 'url = "https://github.com/owner/tool/archive/v${version}.tar.gz";'
NEW = "https://github.com/owner/tool/archive/v2.0.0.tar.gz"


def test_the_hash_is_that_of_the_tree() -> None:
    assert call(KIND, URL).fetch() == Fetch(
        values={"version": "2.0.0", "url": NEW}, url=NEW, unpack=True, commit=COMMIT
    )


def test_gitlab_s_name_of_the_file_says_the_commit_that_is_fetched() -> None:
    page, old = "https://gitlab.com/owner/tool/-/archive", "d" * 40
    new = f"{page}/{COMMIT}/tool-{COMMIT}.tar.gz"
    one = call(KIND, f'url = "{page}/{old}/tool-{old}.tar.gz";')
    assert one.fetch() == Fetch(
        values={"version": "2.0.0", "url": new}, url=new, unpack=True, commit=COMMIT
    )


def test_an_archive_on_the_index_is_unpacked_and_its_file_has_the_published_hash() -> None:
    one = call(KIND, 'url = "mirror://pypi/t/tool/tool-${version}.tar.gz";')
    fetched = one.fetch(offered("tool-2.0.0.tar.gz"))
    assert isinstance(fetched, Fetch)
    assert (fetched.sri, fetched.unpack) == (SRI, True)


@pytest.mark.parametrize(
    ("switch", "blocked"),
    [
        ("stripRoot = false;", ""),
        ("stripRoot = true;", ""),
        ('postFetch = "x";', "postFetch changes what is hashed"),
        ('postFetch = ""; curlOptsList = [ ];', ""),
        ('curlOpts = "-H x";', "curlOpts changes what is hashed"),
    ],
)
def test_what_changes_the_tree_blocks_its_hash(switch: str, blocked: str) -> None:
    fetched = call(KIND, URL + switch).fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == blocked


@pytest.mark.parametrize(("switch", "strip"), [("", True), ("stripRoot = false;", False)])
def test_the_top_folder_is_stripped_unless_told_otherwise(switch: str, *, strip: bool) -> None:
    fetched = call(KIND, URL + switch).fetch()
    assert isinstance(fetched, Fetch)
    assert (fetched.unpacking == "fetchzip") is strip
