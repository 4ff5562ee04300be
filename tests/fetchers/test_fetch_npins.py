"""An entry of npins: rev, tag and address name one commit, and move together."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_npins import KIND
from updater.model import Fetch, NoFile, Pin

OLD = "0123456789" * 4
RELEASE = f'owner = "o"; repo = "tool"; tag = "v1.2.0"; rev = "{OLD}"; sha256 = "h"; '
TARBALL = "https://api.github.com/repos/o/tool/tarball/refs/tags/"


def test_a_release_is_its_commits_archive() -> None:
    one = call(KIND, f'{RELEASE}url = "{TARBALL}v1.2.0";')
    assert str(one.project) == "https://github.com/o/tool"
    assert one.pin == Pin("1.2.0", "v1.2.0", hash="h")
    assert one.fetch() == Fetch(
        values={
            "tag": "v2.0.0",
            "version": "2.0.0",
            "rev": COMMIT,
            "url": f"{TARBALL}v2.0.0",
        },
        url=f"https://github.com/o/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
        commit=COMMIT,
    )


def test_an_address_that_does_not_name_the_tag_is_not_guessed() -> None:
    one = call(KIND, f'{RELEASE}url = "https://github.com/o/tool/archive/x.tar.gz";')
    assert one.fetch() == NoFile(
        "its address https://github.com/o/tool/archive/x.tar.gz does not name v1.2.0 once"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        'url = "https://releases.nixos.org/nixpkgs/nixexprs.tar.xz"; sha256 = "h";',
        RELEASE + 'url = "https://gitlab.com/o/tool/-/archive/v1.2.0.tar.gz";',
        'owner = "o"; repo = "tool"; sha256 = "h";',
    ],
)
def test_any_other_entry_is_left_to_npins(arguments: str) -> None:
    one = call(KIND, arguments)
    assert KIND.skip(one.package, one.source) == (
        "its entry is not a commit of a GitHub repository: let its program update it"
    )
