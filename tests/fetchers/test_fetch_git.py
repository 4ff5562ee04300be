"""builtins.fetchGit: its rev is the whole pin."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, TAGGED, UNTAGGED, call
from updater.fetchers.fetch_git import KIND
from updater.model import Candidate, Checkout, Fetch, NoFile, Pin

URL = 'url = "https://git.example.org/owner/tool.git";'
REV = f'rev = "{OTHER_COMMIT}";'


def test_the_pin_is_version_and_rev() -> None:
    one = call(KIND, URL + REV)
    assert str(one.project) == "https://git.example.org/owner/tool"
    assert one.pin == Pin("1.2.0", OTHER_COMMIT)


@pytest.mark.parametrize(
    ("more", "candidate", "values"),
    [
        ("", TAGGED, {"rev": COMMIT, "version": "2.0.0"}),
        (
            'ref = "refs/tags/v1.2.0";',
            TAGGED,
            {"rev": COMMIT, "ref": "refs/tags/v2.0.0", "version": "2.0.0"},
        ),
        ('ref = "main";', UNTAGGED, {"rev": COMMIT, "version": UNTAGGED.version}),
    ],
)
def test_a_candidate_is_its_commit_and_the_tag_to_find_it_by(
    more: str, candidate: Candidate, values: dict[str, str]
) -> None:
    url = "https://git.example.org/owner/tool.git"
    assert call(KIND, URL + REV + more).fetch(candidate) == Fetch(
        values=values,
        url=url,
        unpack=True,
        hashless=True,
        clone=Checkout(url, candidate.commit),
    )


def test_a_nar_hash_is_one_that_takes_a_checkout() -> None:
    fetched = call(KIND, f'{URL} {REV} narHash = "sha256-x";').fetch()
    assert isinstance(fetched, Fetch)
    assert (fetched.blocked, fetched.hashless) == ("narHash is the hash of a checkout", False)


def test_a_candidate_without_a_commit_cannot_be_written() -> None:
    fetched = call(KIND, URL + REV).fetch(Candidate("2.0.0", "v2.0.0"))
    assert fetched == NoFile("the commit of 2.0.0 is not known, and `rev` needs one")


def test_a_tag_that_it_is_looked_for_in_is_the_pin() -> None:
    """Nix finds the commit only in its ref, so that both move together."""
    one = call(KIND, f'{URL} {REV} ref = "refs/tags/v${{version}}";')
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True)
    assert one.fetch(UNTAGGED) == NoFile(f"its ref is a tag, but {COMMIT} has no tag")


@pytest.mark.parametrize("arguments", [URL, f'{URL} ref = "main";', '"https://example.org/x.git"'])
def test_a_call_without_a_rev_pins_nothing(arguments: str) -> None:
    assert call(KIND, arguments).skip == "it has no rev, so it pins nothing"
    assert call(KIND, URL + REV).skip == ""
