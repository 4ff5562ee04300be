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


LAB = (
    'type = "GitLab"; server = "https://lab.example/"; path = "group/sub/tool"; '
    f'tag = "v1.2.0"; rev = "{OLD}"; sha256 = "h"; '
)
LAB_ARCHIVE = "https://lab.example/api/v4/projects/group%2Fsub%2Ftool/repository/archive.tar.gz?"
TEA = (
    'type = "Forgejo"; server = "https://tea.example:3000/"; owner = "o"; repo = "tool"; '
    f'tag = "v1.2.0"; rev = "{OLD}"; sha256 = "h"; '
)
TEA_ARCHIVE = "https://tea.example:3000/api/v1/repos/o/tool/archive/"


@pytest.mark.parametrize(
    ("entry", "address", "project", "moved", "archive"),
    [
        (
            LAB,
            f"{LAB_ARCHIVE}sha=v1.2.0",
            "https://lab.example/group/sub/tool",
            f"{LAB_ARCHIVE}sha=v2.0.0",
            f"{LAB_ARCHIVE}sha={COMMIT}",
        ),
        (
            LAB.replace('tag = "v1.2.0"; ', ""),
            f"{LAB_ARCHIVE}sha={OLD}",
            "https://lab.example/group/sub/tool",
            f"{LAB_ARCHIVE}sha={COMMIT}",
            f"{LAB_ARCHIVE}sha={COMMIT}",
        ),
        (
            TEA,
            f"{TEA_ARCHIVE}v1.2.0.tar.gz",
            "https://tea.example:3000/o/tool",
            f"{TEA_ARCHIVE}v2.0.0.tar.gz",
            f"https://tea.example:3000/o/tool/archive/{COMMIT}.tar.gz",
        ),
        (
            TEA.replace('tag = "v1.2.0"; ', ""),
            f"https://tea.example:3000/o/tool/archive/{OLD}.tar.gz",
            "https://tea.example:3000/o/tool",
            f"https://tea.example:3000/o/tool/archive/{COMMIT}.tar.gz",
            f"https://tea.example:3000/o/tool/archive/{COMMIT}.tar.gz",
        ),
    ],
    ids=["GitLab, a release", "GitLab, a branch", "Forgejo, a release", "Forgejo, a branch"],
)
def test_an_entry_of_another_forge_is_the_archive_there(
    entry: str, address: str, project: str, moved: str, archive: str
) -> None:
    one = call(KIND, f'{entry}url = "{address}";')
    fetch = one.fetch()
    assert (one.skip, str(one.project)) == ("", project)
    assert isinstance(fetch, Fetch)
    assert (fetch.values["rev"], fetch.values["url"]) == (COMMIT, moved)
    assert (fetch.url, fetch.commit) == (archive, COMMIT)


@pytest.mark.parametrize(
    "arguments",
    [
        'url = "https://releases.nixos.org/nixpkgs/nixexprs.tar.xz"; sha256 = "h";',
        RELEASE + 'url = "https://gitlab.com/o/tool/-/archive/v1.2.0.tar.gz";',
        'owner = "o"; repo = "tool"; sha256 = "h";',
        # GitLab knows no `ref`, and gives the head of the default branch
        f'{LAB}url = "{LAB_ARCHIVE}ref=v1.2.0";',
        f'{LAB}url = "{LAB_ARCHIVE}private_token=secret";',
        f'{LAB}url = "{LAB_ARCHIVE}sha=v1.2.0&private_token=secret";',
        f'{LAB}url = "https://elsewhere.example/archive.tar.gz?sha=v1.2.0";',
        f'{TEA}url = "https://elsewhere.example/o/tool/archive/v1.2.0.tar.gz";',
        LAB + "url = null;",
    ],
)
def test_any_other_entry_is_left_to_npins(arguments: str) -> None:
    one = call(KIND, arguments)
    assert one.skip == (
        "its entry is not an archive of a commit on GitHub, GitLab or Forgejo: run `npins update`"
    )


def test_a_checkout_is_left_to_npins() -> None:
    """Its hash is that of what git checks out, from a host that is no known forge."""
    entry = f'type = "Git"; rev = "{OLD}"; fetchSubmodules = false; sha256 = "h";'
    assert call(KIND, entry).skip == (
        "its entry is a git checkout, not an archive of a commit on GitHub, GitLab or Forgejo: "
        "run `npins update`"
    )
