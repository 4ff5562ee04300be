"""What a token opens: which archives the API of a host gives, and where."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from updater.kinds import HOST_KINDS, KNOWN_HOSTS, guarded, read_project
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
    "a tree with its top folder": replace(ARCHIVE, strip_root=False),
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
    "pypi:A_b": "pypi:a-b",
    "https://git.example/o/r": "https://git.example/o/r",
}


@pytest.mark.parametrize(("text", "project"), READ.items(), ids=READ)
def test_a_project_is_read_in_short(text: str, project: str) -> None:
    assert str(read_project(text)) == project


@pytest.mark.parametrize(
    "text", ["github:o", "github:", "github:o//r", "other:o/r", "gitlab:a/b@v"]
)
def test_another_text_is_not_a_project(text: str) -> None:
    with pytest.raises(ValueError, match="is not a project"):
        read_project(text)
