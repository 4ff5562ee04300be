"""fetchFromGitLab: projects in groups of any depth, archives from the API."""

from __future__ import annotations

import pytest

from tests.fetchers.calls import COMMIT, call
from updater.fetchers.fetch_from_gitlab import KIND
from updater.model import Fetch, Pin


@pytest.mark.parametrize(
    ("arguments", "project"),
    [
        ('owner = "owner"; repo = "tool";', "https://gitlab.com/owner/tool"),
        (
            'domain = "gitlab.example.org"; group = "a"; owner = "b/c.d"; repo = "tool";',
            "https://gitlab.example.org/a/b/c.d/tool",
        ),
    ],
)
def test_the_project_has_domain_and_groups(arguments: str, project: str) -> None:
    assert str(call(KIND, f'{arguments} rev = "v1.2.0";').project) == project


def test_the_archive_is_the_apis_with_its_path_escaped() -> None:
    """As nixpkgs writes it: dots and slashes of the project's path."""
    one = call(KIND, 'group = "a"; owner = "b.c"; repo = "tool"; rev = "v${version}"; hash = "h";')
    assert one.pin == Pin("1.2.0", "v1.2.0", through_version=True, hash="h")
    assert one.fetch() == Fetch(
        values={"rev": "v2.0.0", "version": "2.0.0"},
        url="https://gitlab.com/api/v4/projects/a%2Fb%2Ec%2Ftool/repository/archive.tar.gz"
        f"?sha={COMMIT}",
        unpack=True,
        commit=COMMIT,
    )


def test_the_archive_comes_from_the_host_as_it_is_configured() -> None:
    fetched = call(KIND, 'owner = "o"; repo = "r"; tag = "v1.2.0";').fetch(web="http://127.0.0.1:1")
    assert isinstance(fetched, Fetch)
    assert fetched.url == (
        f"http://127.0.0.1:1/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha={COMMIT}"
    )
