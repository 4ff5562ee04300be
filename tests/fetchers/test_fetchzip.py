"""fetchzip: the tree inside the archive."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, SRI, UNTAGGED, call, offered
from updater.fetchers.fetchzip import KIND
from updater.model import Candidate, Fetch, NoFile

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


HUB, LAB = "https://github.com/owner/tool", "https://gitlab.com/group/sub/tool/-/archive"
BRANCHES = {
    "branch": (
        f"{HUB}/archive/main.tar.gz",
        f"{HUB}/archive/v2.0.0.tar.gz",
        f"{HUB}/archive/{COMMIT}.tar.gz",
    ),
    "whole-ref": (
        f"{HUB}/archive/refs/heads/feature/x.zip",
        f"{HUB}/archive/refs/tags/v2.0.0.zip",
        f"{HUB}/archive/{COMMIT}.zip",
    ),
    "moving-tag": (
        f"{HUB}/archive/refs/tags/nightly.tar.gz",
        f"{HUB}/archive/refs/tags/v2.0.0.tar.gz",
        f"{HUB}/archive/{COMMIT}.tar.gz",
    ),
    "named": (
        f"{HUB}/archive/main/main-tool-main.tar.gz",
        f"{HUB}/archive/v2.0.0/main-tool-v2.0.0.tar.gz",
        f"{HUB}/archive/{COMMIT}/main-tool-{COMMIT}.tar.gz",
    ),
    "codeload": (
        "https://codeload.github.com/owner/tool/tar.gz/refs/heads/main",
        "https://codeload.github.com/owner/tool/tar.gz/refs/tags/v2.0.0",
        f"https://codeload.github.com/owner/tool/tar.gz/{COMMIT}",
    ),
    "api": (
        "https://api.github.com/repos/owner/tool/tarball/main",
        "https://api.github.com/repos/owner/tool/tarball/v2.0.0",
        f"https://api.github.com/repos/owner/tool/tarball/{COMMIT}",
    ),
    "gitlab": (
        f"{LAB}/main/tool-main.tar.gz",
        f"{LAB}/v2.0.0/tool-v2.0.0.tar.gz",
        f"{LAB}/{COMMIT}/tool-{COMMIT}.tar.gz",
    ),
    "codeberg": (
        "https://codeberg.org/owner/tool/archive/main.tar.gz",
        "https://codeberg.org/owner/tool/archive/v2.0.0.tar.gz",
        f"https://codeberg.org/owner/tool/archive/{COMMIT}.tar.gz",
    ),
    "sourcehut": (
        "https://git.sr.ht/~owner/tool/archive/master.tar.gz",
        "https://git.sr.ht/~owner/tool/archive/v2.0.0.tar.gz",
        f"https://git.sr.ht/~owner/tool/archive/{COMMIT}.tar.gz",
    ),
    "bitbucket": (
        "https://bitbucket.org/owner/tool/get/main.zip",
        "https://bitbucket.org/owner/tool/get/v2.0.0.zip",
        f"https://bitbucket.org/owner/tool/get/{COMMIT}.zip",
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_the_archive_of_a_branch_becomes_that_of_a_tag_or_commit(name: str) -> None:
    """On every host; only Bitbucket's archives have no id of the commit to compare."""
    branch, *becomes = BRANCHES[name]
    one = call(KIND, f'url = "{branch}";')
    assert one.skip == ""
    carried = "" if name == "bitbucket" else COMMIT
    for candidate, url in zip(
        (Candidate("2.0.0", "v2.0.0", COMMIT), UNTAGGED), becomes, strict=True
    ):
        assert one.fetch(candidate) == Fetch(
            values={"version": candidate.version, "url": url}, url=url, unpack=True, commit=carried
        )


def test_a_tag_with_a_slash_is_written_only_where_its_end_can_be_told() -> None:
    slashed = Candidate("2.0.0", "rel/2.0.0", COMMIT)
    fetched = call(KIND, f'url = "{HUB}/archive/main.tar.gz";').fetch(slashed)
    assert isinstance(fetched, Fetch)
    assert fetched.url == f"{HUB}/archive/refs/tags/rel/2.0.0.tar.gz"
    assert call(KIND, f'url = "{LAB}/main/tool-main.tar.gz";').fetch(slashed) == NoFile(
        "rel/2.0.0 cannot be told in its address, which would become "
        f"{LAB}/rel/2.0.0/tool-rel-2.0.0.tar.gz"
    )


@pytest.mark.parametrize(
    ("url", "refs"),
    [
        (f"{HUB}/archive/feature/x.tar.gz", "feature or feature/x"),
        (f"{HUB}/archive/main/tool.zip", "main or main/tool"),
        (f"{LAB}/feature/x.tar.gz", "feature or feature/x"),
        (f"{LAB}/main/mainly.tar.gz", "main or main/mainly"),
    ],
)
def test_a_slash_that_may_be_in_the_name_of_a_branch_is_not_guessed_at(url: str, refs: str) -> None:
    assert call(KIND, f'url = "{url}";').skip == (
        f"x.nix:1: the address does not tell whether its branch is {refs}: write a tag or a commit "
        "there"
    )


@pytest.mark.parametrize(
    ("name", "becomes"), [("tool-v1.2.0", "tool-v2.0.0"), ("tool-1.2.0", "tool-2.0.0")]
)
def test_the_name_of_an_archive_tells_the_tag_beside_another_label(name: str, becomes: str) -> None:
    """Its source declares 1.9, which is the label then."""
    one = call(KIND, f'url = "{LAB}/v1.2.0/{name}.tar.gz";')
    fetched = one.fetch(Candidate("1.9", "v2.0.0", COMMIT))
    assert isinstance(fetched, Fetch)
    assert fetched.values == {"version": "1.9", "url": f"{LAB}/v2.0.0/{becomes}.tar.gz"}


@pytest.mark.parametrize(
    "addresses",
    [
        f'"{HUB}/archive/main.tar.gz" "https://d.example/tool-main.tar.gz"',
        f'"{HUB}/archive/v1.2.0.tar.gz" "https://d.example/tool.tar.gz"',
        f'"{HUB}/archive/{"d" * 40}.tar.gz" "https://d.example/tool-{"d" * 7}.tar.gz"',
    ],
)
def test_an_address_that_would_stay_beside_one_that_moves_is_refused(addresses: str) -> None:
    other = addresses.split('"')[3]
    assert call(KIND, f"urls = [ {addresses} ];").fetch() == NoFile(
        "x.nix:1: urls[1] would go on naming the old file: write the version into "
        f"{other}, or leave it out"
    )
