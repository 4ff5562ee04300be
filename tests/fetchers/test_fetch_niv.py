"""An entry of niv: rev and address name one commit, and move together."""

from __future__ import annotations

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_niv import KIND
from updater.model import Fetch, NoFile, Pin

OLD = "0123456789" * 4
ARCHIVE = "https://github.com/o/tool/archive/"
ENTRY = f'owner = "o"; repo = "tool"; rev = "{OLD}"; sha256 = "h"; '


def test_an_entry_is_its_commits_archive() -> None:
    one = call(KIND, f'{ENTRY}url = "{ARCHIVE}{OLD}.tar.gz";')
    assert str(one.project) == "https://github.com/o/tool"
    assert one.pin == Pin("1.2.0", OLD, hash="h")
    fetch = one.fetch()
    assert isinstance(fetch, Fetch)
    assert fetch.values["url"] == f"{ARCHIVE}{COMMIT}.tar.gz"
    assert (fetch.values["rev"], fetch.url) == (COMMIT, f"{ARCHIVE}{COMMIT}.tar.gz")


def test_an_address_that_names_another_commit_is_not_guessed() -> None:
    one = call(KIND, f'{ENTRY}url = "{ARCHIVE}main.tar.gz";')
    assert one.fetch() == NoFile(f"its address {ARCHIVE}main.tar.gz does not name {OLD} once")
