"""fetchFromGitHub, and all that every fetcher of a code host does."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, TAGGED, UNTAGGED, call
from updater.errors import ReadError
from updater.fetchers.fetch_from_github import KIND
from updater.model import Candidate, Fetch, NoFile, Pin

OWNER = 'owner = "owner"; repo = "tool";'


def test_the_project_is_the_repository_on_its_host() -> None:
    enterprise = f'{OWNER} githubBase = "github.example.org"; rev = "v1.2.0";'
    assert str(call(KIND, f'{OWNER} rev = "v1.2.0";').project) == "https://github.com/owner/tool"
    assert str(call(KIND, enterprise).project) == "https://github.example.org/owner/tool"


@pytest.mark.parametrize(
    ("arguments", "pin"),
    [
        (
            'rev = "v${version}"; hash = "a";',
            Pin("1.2.0", "v1.2.0", through_version=True, hash="a"),
        ),
        ('tag = version; sha256 = "b";', Pin("1.2.0", "1.2.0", through_version=True, hash="b")),
        ('rev = "v1.2.0";', Pin("1.2.0", "v1.2.0")),
        ('rev = "refs/tags/v1.2.0";', Pin("1.2.0", "v1.2.0")),
        (f'rev = "{COMMIT}";', Pin("1.2.0", COMMIT)),
        ('rev = "main"; hash = lib.fakeHash;', Pin("1.2.0", "main")),
    ],
)
def test_the_pin_is_version_rev_or_tag_and_hash(arguments: str, pin: Pin) -> None:
    assert call(KIND, f"{OWNER} {arguments}").pin == pin


@pytest.mark.parametrize(
    ("arguments", "candidate", "values"),
    [
        ('rev = "v1.2.0";', TAGGED, {"rev": "v2.0.0", "version": "2.0.0"}),
        ('tag = "v1.2.0";', TAGGED, {"tag": "v2.0.0", "version": "2.0.0"}),
        ('rev = "refs/tags/v1.2.0";', TAGGED, {"rev": "refs/tags/v2.0.0", "version": "2.0.0"}),
        (f'rev = "{OTHER_COMMIT}";', UNTAGGED, {"rev": COMMIT, "version": UNTAGGED.version}),
    ],
)
def test_a_candidate_is_its_commits_archive_named_as_the_call_names_it(
    arguments: str, candidate: Candidate, values: dict[str, str]
) -> None:
    assert call(KIND, f"{OWNER} {arguments}").fetch(candidate) == Fetch(
        values=values,
        url=f"https://github.com/owner/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
        commit=COMMIT,
    )


def test_the_archive_comes_from_the_host_as_it_is_configured() -> None:
    fetched = call(KIND, f'{OWNER} rev = "v1.2.0";').fetch(web="http://127.0.0.1:8000")
    assert isinstance(fetched, Fetch)
    assert fetched.url == f"http://127.0.0.1:8000/owner/tool/archive/{COMMIT}.tar.gz"


def test_a_package_without_a_version_gets_none() -> None:
    fetched = call(KIND, f'{OWNER} rev = "v1.2.0";', version="").fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.values == {"rev": "v2.0.0"}


@pytest.mark.parametrize(
    "switch",
    [
        "fetchSubmodules = true;",
        "leaveDotGit = true;",
        'sparseCheckout = [ "x" ];',
        'rootDir = "x";',
        'postFetch = "rm -r $out/x";',
        "stripRoot = false;",
    ],
)
def test_what_is_more_than_the_archive_blocks_its_hash(switch: str) -> None:
    fetched = call(KIND, f'{OWNER} rev = "v1.2.0"; {switch}').fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == f"{switch.partition(' ')[0]} asks for more than the archive"
    assert fetched.values == {"rev": "v2.0.0", "version": "2.0.0"}


@pytest.mark.parametrize(
    "switch",
    [
        "fetchSubmodules = false;",
        "leaveDotGit = null;",
        "sparseCheckout = [ ];",
        'rootDir = "";',
        "stripRoot = true;",
    ],
)
def test_a_switch_that_is_off_blocks_nothing(switch: str) -> None:
    fetched = call(KIND, f'{OWNER} rev = "v1.2.0"; {switch}').fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.blocked == ""


def test_a_tag_attribute_takes_no_commit() -> None:
    assert call(KIND, f'{OWNER} tag = "v1.2.0";').fetch(UNTAGGED) == NoFile(
        f"x.nix:1: `tag` cannot hold a commit, and {COMMIT} has no tag; write `rev` instead of "
        f"`tag`"
    )


def test_without_a_commit_there_is_no_archive() -> None:
    """A candidate of another project has a version and no commit."""
    fetched = call(KIND, f'{OWNER} rev = "v1.2.0";').fetch(Candidate("2.0.0", "v2.0.0"))
    assert fetched == NoFile("the commit of 2.0.0 is not known")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('repo = "tool"; rev = "v1";', "x.nix:1: fetchFromGitHub of tool has no owner"),
        ('owner = lib.x; repo = "tool"; rev = "v1";', "x.nix:1: owner of tool is computed: lib.x"),
    ],
)
def test_an_upstream_that_is_not_text_is_an_error(arguments: str, said: str) -> None:
    with pytest.raises(ReadError) as error:
        _ = call(KIND, arguments).project
    assert str(error.value) == said


def test_a_rev_that_is_missing_is_an_error() -> None:
    with pytest.raises(ReadError, match="has no tag or rev"):
        _ = call(KIND, OWNER).pin
