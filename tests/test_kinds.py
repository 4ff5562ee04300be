"""What is known of hosts: which archives their APIs give, and which repositories pages are of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from updater.kinds import HOST_KINDS, KNOWN_HOSTS, RepositoryPage, guarded, page_at, read_project
from updater.model import Fetch, Project

COMMIT = "c" * 40
ARCHIVE = Fetch(url=f"https://h.example/o/r/archive/{COMMIT}.tar.gz", unpack=True, commit=COMMIT)
HOSTS = KNOWN_HOSTS | {
    name: HOST_KINDS[kind].host(name, f"https://{name}")
    for name, kind in (("hub.example", "github"), ("lab.example", "gitlab"), ("a.example", "git"))
}
ADDRESSES = {
    "github.com/o/r": f"https://api.github.com/repos/o/r/tarball/{COMMIT}",
    "hub.example/o/r": f"https://hub.example/api/v3/repos/o/r/tarball/{COMMIT}",
    "gitlab.com/o/r": (
        f"https://gitlab.com/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha={COMMIT}"
    ),
    "lab.example/a/b/c.d": (
        f"https://lab.example/api/v4/projects/a%2Fb%2Fc.d/repository/archive.tar.gz?sha={COMMIT}"
    ),
    "codeberg.org/o/r": f"https://codeberg.org/api/v1/repos/o/r/archive/{COMMIT}.tar.gz",
    "a.example/o/r": "",
    "unknown.example/o/r": "",
}


@pytest.mark.parametrize(("path", "address"), ADDRESSES.items(), ids=ADDRESSES)
def test_each_kind_of_host_names_a_commits_archive_below_its_api(path: str, address: str) -> None:
    """A host that git alone speaks to, and one that nobody knows, give none."""
    found = guarded(ARCHIVE, Project.parse(f"https://{path}"), HOSTS)
    assert found == replace(ARCHIVE, guarded=address)


OTHERS = {
    "a commit that is not known": replace(ARCHIVE, commit=""),
    "a file's own hash": replace(ARCHIVE, unpack=False),
    "a tree with its top folder": replace(ARCHIVE, unpacking="flat"),
    "another kind of archive": replace(ARCHIVE, url="https://h.example/o/r/archive/v1.zip"),
}


@pytest.mark.parametrize("fetch", OTHERS.values(), ids=OTHERS)
def test_what_would_have_another_hash_there_is_not_asked_for(fetch: Fetch) -> None:
    assert guarded(fetch, Project.parse("https://github.com/o/r"), HOSTS) == fetch


READ = {
    "github:o/r": "https://github.com/o/r",
    "github:o/r.git": "https://github.com/o/r",
    "gitlab:a/b/c": "https://gitlab.com/a/b/c",
    "codeberg:o/r": "https://codeberg.org/o/r",
    "sourcehut:~o/r": "https://git.sr.ht/~o/r",
    "bitbucket:o/r": "https://bitbucket.org/o/r",
    "pypi:A_b": "pypi:a-b",
    "https://git.example/o/r": "https://git.example/o/r",
}


@pytest.mark.parametrize(("text", "project"), READ.items(), ids=READ)
def test_a_project_is_read_in_short(text: str, project: str) -> None:
    assert str(read_project(text)) == project


@pytest.mark.parametrize(
    "text", ["github:o", "github:", "github:o//r", "other:o/r", "gitlab:a/b@v", "github:../r"]
)
def test_another_text_is_not_a_project(text: str) -> None:
    with pytest.raises(ValueError, match="is not a project"):
        read_project(text)


WEB = "http://127.0.0.1:3000/git"
PLACES = KNOWN_HOSTS | {
    "lab.example:8443": HOST_KINDS["gitlab"].host("lab.example:8443", "https://lab.example:8443"),
    "tea.example": HOST_KINDS["gitea"].host("tea.example", WEB),
    "git.example": HOST_KINDS["git"].host("git.example", "https://git.example"),
}
PAGES = {
    "a repository": ("https://github.com/o/fig", "https://github.com/o/fig", ""),
    "as git clones it": ("https://github.com/o/fig.git", "https://github.com/o/fig", ""),
    "with a slash": ("https://www.github.com/o/fig/", "https://github.com/o/fig", ""),
    "a page of it": ("http://github.com/o/fig/issues?q=1#2", "https://github.com/o/fig", "issues"),
    "in groups": ("https://gitlab.com/a/b/fig", "https://gitlab.com/a/b/fig", ""),
    "a page of it in groups": (
        "https://gitlab.com/a/b/fig/-/issues/1",
        "https://gitlab.com/a/b/fig",
        "-/issues/1",
    ),
    "at its web address": (
        f"{WEB}/o/fig/src/branch/main",
        "https://tea.example/o/fig",
        "src/branch/main",
    ),
    "a host with a port": ("https://lab.example:8443/a/b", "https://lab.example:8443/a/b", ""),
    "an owner with a tilde": ("https://git.sr.ht/~o/fig/tree", "https://git.sr.ht/~o/fig", "tree"),
    "a workspace": ("https://bitbucket.org/o/fig.git/", "https://bitbucket.org/o/fig", ""),
}


@pytest.mark.parametrize(("address", "project", "below"), PAGES.values(), ids=PAGES)
def test_a_page_is_of_a_repository_on_a_known_host(address: str, project: str, below: str) -> None:
    assert page_at(address, PLACES) == RepositoryPage(Project.parse(project), below)


OTHER_PAGES = {
    "an owner": "https://github.com/o",
    "a page of GitHub": "https://github.com/sponsors/anna",
    "an unknown host": "https://fig.example/o/fig",
    "a host that looks like it": "https://github.com.fig.example/o/fig",
    "a user before the host": "https://github.com@fig.example/o/fig",
    "another scheme": "javascript://github.com/o/fig",
    "a path that climbs": "https://github.com/../fig",
    "an escaped path": "https://github.com/o/fig%2f..",
    "a host that only git speaks to": "https://git.example/o/fig",
    "no address": "https://[",
}


@pytest.mark.parametrize("address", OTHER_PAGES.values(), ids=OTHER_PAGES)
def test_another_page_is_of_none(address: str) -> None:
    assert page_at(address, PLACES) is None
