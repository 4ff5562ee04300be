"""builtins.fetchTree: a commit of a repository, of the kind that it names."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, OTHER_COMMIT, UNTAGGED, call
from updater.fetchers.fetch_tree import KIND
from updater.model import Fetch, NoFile, Pin

GITHUB = f'type = "github"; owner = "owner"; repo = "tool"; rev = "{OTHER_COMMIT}";'
GIT = f'type = "git"; url = "https://git.example.org/a/tool.git"; rev = "{OTHER_COMMIT}";'
HASH = 'narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";'


@pytest.mark.parametrize(
    ("arguments", "project"),
    [
        (GITHUB, "https://github.com/owner/tool"),
        (f'{GITHUB} host = "github.example";', "https://github.example/owner/tool"),
        (GITHUB.replace("github", "gitlab"), "https://gitlab.com/owner/tool"),
        (
            GITHUB.replace("github", "gitlab").replace('"owner"', '"group%2Fowner"'),
            "https://gitlab.com/group/owner/tool",
        ),
        (
            GITHUB.replace("github", "sourcehut").replace('"owner"', '"~owner"'),
            "https://git.sr.ht/~owner/tool",
        ),
        (GIT, "https://git.example.org/a/tool"),
    ],
)
def test_the_project_is_what_the_type_makes_of_the_arguments(arguments: str, project: str) -> None:
    assert str(call(KIND, arguments).project) == project
    assert call(KIND, arguments).skip == ""


def test_the_archive_of_github_is_hashed_as_nix_unpacks_it() -> None:
    one = call(KIND, f"{GITHUB} {HASH}")
    assert one.pin == Pin("1.2.0", OTHER_COMMIT, hash="sha256-" + "A" * 43 + "=")
    assert one.fetch() == Fetch(
        values={"rev": COMMIT, "version": "2.0.0"},
        url=f"https://github.com/owner/tool/archive/{COMMIT}.tar.gz",
        unpack=True,
        unpacking="fetchTarball",
        commit=COMMIT,
    )


@pytest.mark.parametrize(("more", "hashless"), [("", True), (HASH, False)])
def test_what_git_fetches_has_a_hash_that_nix_tells(more: str, *, hashless: bool) -> None:
    fetched = call(KIND, f"{GIT} {more}").fetch()
    assert isinstance(fetched, Fetch)
    assert (fetched.hashless, bool(fetched.blocked)) == (hashless, not hashless)
    assert fetched.values == {"rev": COMMIT, "version": "2.0.0"}


def test_a_ref_that_names_a_tag_moves_with_the_commit() -> None:
    one = call(KIND, f'{GIT} ref = "refs/tags/v${{version}}";')
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True)
    fetched = one.fetch()
    assert isinstance(fetched, Fetch)
    assert fetched.values["ref"] == "refs/tags/v2.0.0"
    assert one.fetch(UNTAGGED) == NoFile(f"its ref is a tag, but {COMMIT} has no tag")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            'type = "tarball"; url = "https://d.example/a.tar.gz";',
            "it has no narHash, so Nix takes what is at its address at the time: to follow it",
        ),
        (
            f'type = "tarball"; url = "https://d.example/a.tar.gz"; {HASH}',
            "it is a file at https://d.example/a.tar.gz, without its version",
        ),
        ('type = "file"; url = "https://d.example/a.tar.gz";', "fetchTree of file names no commit"),
        ('url = "https://d.example/a.tar.gz";', "fetchTree is given no `type`: write a set"),
        ('type = "github"; owner = "o"; repo = "r"; ref = "main";', "it has no rev, so it pins"),
    ],
)
def test_what_pins_no_commit_is_skipped(arguments: str, reason: str) -> None:
    assert call(KIND, arguments).skip.startswith(reason)


TARBALL = 'type = "tarball"; url = "https://github.com/owner/tool/archive/v${version}.tar.gz";'


def test_a_tarball_is_an_address_that_nix_unpacks_itself() -> None:
    one = call(KIND, f"{TARBALL} {HASH}")
    assert (str(one.project), one.skip) == ("https://github.com/owner/tool", "")
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True, hash="sha256-" + "A" * 43 + "=")
    url = "https://github.com/owner/tool/archive/v2.0.0.tar.gz"
    assert one.fetch() == Fetch(
        values={"version": "2.0.0", "url": url},
        url=url,
        unpack=True,
        unpacking="fetchTarball",
        commit=COMMIT,
    )
    told = call(KIND, f"{TARBALL} {HASH} lastModified = 1700000000;")
    assert told.fetch() == NoFile("only Nix can tell the new lastModified")


@pytest.mark.parametrize(
    ("arguments", "tells", "takes"),
    [
        (f"{TARBALL} {HASH}", True, False),
        (f'type = "tarball"; url = "https://d.example/a-${{version}}.tgz"; {HASH}', False, True),
        (f"{GIT} {HASH}", True, False),
    ],
)
def test_config_yaml_may_name_the_upstream_of_an_address_alone(
    arguments: str, *, tells: bool, takes: bool
) -> None:
    one = call(KIND, arguments)
    assert KIND.tells_upstream(one.package, one.source) is tells
    assert KIND.takes_upstream(one.package, one.source) is takes


def test_what_only_nix_tells_is_not_guessed() -> None:
    fetched = call(KIND, f"{GITHUB} {HASH} lastModified = 1700000000;").fetch()
    assert fetched == NoFile("only Nix can tell the new lastModified")
