"""Which repository a release's own metadata names."""

from __future__ import annotations

import pytest

from updater.metadata.repositories import from_metadata, from_tree, repository
from updater.model import Host, Project

HOSTS = {
    name: Host(name, kind, f"https://{name}", f"https://{name}", f"https://{name}")
    for name, kind in (("github.com", "github"), ("gitlab.com", "gitlab"), ("git.example", "gitea"))
}


def test_addresses_are_read_the_likeliest_first() -> None:
    metadata = (
        b"Metadata-Version: 2.1\n"
        b"Home-page: https://fig.example\n"
        b"Project-URL: Issue Tracker, https://github.com/o/issues-of-fig/issues\n"
        b"Project-URL: Funding, https://github.com/sponsors/anna\n"
        b"Project-URL: Source Code, https://github.com/o/fig\n"
        b"Project-URL: no comma\n"
        b"\n"
        b"Project-URL: Source, https://github.com/in-the/description\n"
    )
    found = (
        "https://github.com/o/fig",
        "https://fig.example",
        "https://github.com/o/issues-of-fig/issues",
    )
    assert from_metadata(metadata) == found
    assert (
        from_tree({"PKG-INFO": metadata, "pyproject.toml": b"[project.urls]\nsource='x'"}) == found
    )


PROJECTS = {
    "urls": (
        b"[project.urls]\nRepository = 'https://github.com/o/fig'\n",
        ("https://github.com/o/fig",),
    ),
    "no text": (b"[project.urls]\nRepository = 1\n", ()),
    "no table": (b"[project]\nurls = 1\n", ()),
    "no project": (b"project = 1\n", ()),
    "nothing": (b"", ()),
    "not TOML": (b"\xff", ()),
}


@pytest.mark.parametrize(("data", "found"), PROJECTS.values(), ids=PROJECTS)
def test_a_source_tree_without_metadata_has_its_pyproject(
    data: bytes, found: tuple[str, ...]
) -> None:
    assert from_tree({"pyproject.toml": data}) == found


NAMED = {
    "the repository": ("https://github.com/o/fig", "https://github.com/o/fig"),
    "as git clones it": ("https://github.com/o/fig.git", "https://github.com/o/fig"),
    "with a slash": ("https://www.github.com/o/fig/", "https://github.com/o/fig"),
    "a page of it": ("http://github.com/o/fig/issues?q=1#2", "https://github.com/o/fig"),
    "in groups": ("https://gitlab.com/a/b/fig", "https://gitlab.com/a/b/fig"),
    "a page of it in groups": ("https://gitlab.com/a/b/fig/-/issues", "https://gitlab.com/a/b/fig"),
    "another host": ("https://git.example/o/fig/src/branch/main", "https://git.example/o/fig"),
    "an owner": ("https://github.com/o", None),
    "a page of GitHub": ("https://github.com/sponsors/anna", None),
    "an unknown host": ("https://fig.example/o/fig", None),
    "a host that looks like it": ("https://github.com.fig.example/o/fig", None),
    "a user before the host": ("https://github.com@fig.example/o/fig", None),
    "another scheme": ("javascript://github.com/o/fig", None),
    "a path that climbs": ("https://github.com/../fig", None),
    "an escaped path": ("https://github.com/o/fig%2f..", None),
    "no address": ("https://[", None),
}


@pytest.mark.parametrize(("address", "project"), NAMED.values(), ids=NAMED)
def test_an_address_names_a_repository_on_a_known_host(address: str, project: str | None) -> None:
    expected = Project.parse(project) if project is not None else None
    assert repository([address], HOSTS) == expected


def test_the_first_address_that_names_one_counts() -> None:
    addresses = ["https://fig.example", "https://github.com/o/fig", "https://github.com/o/other"]
    assert repository(addresses, HOSTS) == Project.parse("https://github.com/o/fig")
