"""What `updater prefetch` takes is read without a request."""

from __future__ import annotations

import pytest

from updater.errors import UsageError
from updater.kinds import HOST_KINDS, KNOWN_HOSTS, REV_FETCHERS
from updater.model import Project
from updater.pipeline.hash.reference import NamedSource, parse

HOSTS = KNOWN_HOSTS | {
    name: HOST_KINDS[kind].host(name, web)
    for name, kind, web in (
        ("hub.example", "github", "https://hub.example"),
        ("lab.example", "gitlab", "https://lab.example"),
        ("tea.example", "gitea", "https://10.0.0.1:3000/tea"),
        ("git.example", "git", "https://git.example"),
    )
}

# The reference, with its second argument behind a space; the project and rev; the host's kind.
NAMED = {
    "github:o/r@v1": ("https://github.com/o/r", "v1", "github"),
    "github:o/r v1": ("https://github.com/o/r", "v1", "github"),
    "github:o/r.git@release/1.0": ("https://github.com/o/r", "release/1.0", "github"),
    "github:o/r@pkg@1.0": ("https://github.com/o/r", "pkg@1.0", "github"),
    "gitlab:a/b/c@v1": ("https://gitlab.com/a/b/c", "v1", "gitlab"),
    "codeberg:a/b@v1": ("https://codeberg.org/a/b", "v1", "gitea"),
    "sourcehut:~a/b@v1": ("https://git.sr.ht/~a/b", "v1", "sourcehut"),
    "bitbucket:a/b@v1": ("https://bitbucket.org/a/b", "v1", "bitbucket"),
    "https://github.com/o/r@v1": ("https://github.com/o/r", "v1", "github"),
    "https://github.com/o/r.git v1": ("https://github.com/o/r", "v1", "github"),
    "https://github.com/o/r/ v1": ("https://github.com/o/r", "v1", "github"),
    "https://hub.example/o/r@v1": ("https://hub.example/o/r", "v1", "github"),
    "https://lab.example/a/b/c@v1": ("https://lab.example/a/b/c", "v1", "gitlab"),
    "https://10.0.0.1:3000/tea/o/r@v1": ("https://tea.example/o/r", "v1", "gitea"),
    "https://git.sr.ht/~a/b v1": ("https://git.sr.ht/~a/b", "v1", "sourcehut"),
    "https://git.example/some/where/r v1": ("https://git.example/some/where/r", "v1", "git"),
    "https://nobody.example/r.git@v1": ("https://nobody.example/r", "v1", "git"),
    "git+https://nobody.example/r@v1": ("https://nobody.example/r", "v1", "git"),
    "git+https://github.com/o/r v1": ("https://github.com/o/r", "v1", "git"),
}


@pytest.mark.parametrize(("text", "named"), NAMED.items(), ids=NAMED)
def test_a_repository_is_named_with_its_rev(text: str, named: tuple[str, str, str]) -> None:
    """Its hash is that of the fetcher which pins what is on such a host; of git's with ``git+``."""
    project, rev, kind = named
    ref, _, second = text.partition(" ")
    expected = NamedSource(Project.parse(project), rev, REV_FETCHERS[kind])
    assert parse(ref, second, HOSTS) == expected


def test_each_kind_of_host_has_its_fetcher() -> None:
    assert set(REV_FETCHERS) == set(HOST_KINDS)


@pytest.mark.parametrize("text", ["pypi:Tool_Kit@1.0", "pypi:tool-kit 1.0"])
def test_a_release_of_the_index_is_named_with_its_version(text: str) -> None:
    ref, _, second = text.partition(" ")
    assert parse(ref, second, HOSTS) == NamedSource(Project.indexed("tool-kit"), "1.0", None)


FILES = [
    "https://files.example/tool-1.0.tar.gz",
    "https://files.example/tool/",
    "https://files.example/tool@1.0.tar.gz",
    "https://files.example/@scope/tool-1.0.tgz",
    "https://files.example/x?sha=v1@2",
    "https://user:word@files.example/x",
    "https://github.com/o/r/archive/v1.tar.gz",
    "https://gitlab.com/a/b/-/archive/v1/b-v1.tar.gz",
    "https://gitlab.com/api/v4/projects/1/packages/npm/@scope/pkg/-/@scope/pkg-1.0.tgz",
    "https://git.example/some/snapshot/r-1.0.tar.gz",
]


@pytest.mark.parametrize("url", FILES)
def test_another_address_is_that_of_a_file(url: str) -> None:
    assert parse(url, "", HOSTS) is None


PAGES = {
    "https://github.com/o/r": "write https://github.com/o/r@REV",
    "https://github.com/o/r.git": "write https://github.com/o/r.git@REV",
    "https://gitlab.com/a/b/c/": "write https://gitlab.com/a/b/c@REV",
    "https://nobody.example/r.git": "write git+https://nobody.example/r.git@REV",
    "git+https://nobody.example/r": "write git+https://nobody.example/r@REV",
}


@pytest.mark.parametrize(("ref", "hint"), PAGES.items(), ids=PAGES)
def test_a_repository_without_a_rev_says_what_to_write(ref: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(ref, "", HOSTS)
    name = ref.removeprefix("git+").rstrip("/")
    assert str(caught.value) == f"{name} is a repository, not a file"
    assert caught.value.hint == f"{hint}, where REV is a tag, branch or commit"


INVALID = {
    "": "",
    "tool": "",
    "npm:a@1": "",
    "github:o@v1": "",
    "github:o/r@": "",
    "github:../r@v1": "",
    "git+ssh://git.example/r@v1": "",
    "git@github.com:o/r": "",
    "git+http://git.nobody.example/r@v1": "",
    "http://nobody.example/r v1": "",
    "https://files.example/@scope/x v1": "",
    "gitlab:a/b": "write gitlab:a/b@REV, where REV is a tag, branch or commit",
    "pypi:tool": "write pypi:tool@VERSION",
    "https://github.com/o/r/tree/main v1": (
        "write https://github.com/o/r@REV, where REV is a tag, branch or commit"
    ),
}
FORMS = (
    "(expected bitbucket:OWNER/REPO@REV, codeberg:OWNER/REPO@REV, github:OWNER/REPO@REV, "
    "gitlab:GROUP/REPO@REV, sourcehut:~OWNER/REPO@REV, pypi:NAME@VERSION, "
    "git+https://HOST/PATH@REV, https://HOST/OWNER/REPO@REV or the URL of a file)"
)


@pytest.mark.parametrize(("text", "hint"), INVALID.items(), ids=INVALID)
def test_anything_else_is_refused_with_the_forms(text: str, hint: str) -> None:
    ref, _, second = text.partition(" ")
    with pytest.raises(UsageError) as caught:
        parse(ref, second, HOSTS)
    assert str(caught.value) == f"{ref!r} is not a valid source {FORMS}"
    assert caught.value.hint == hint


@pytest.mark.parametrize("ref", ["github:o/r@v1", "https://github.com/o/r@v1"])
def test_two_revs_are_one_too_many(ref: str) -> None:
    with pytest.raises(UsageError, match="two revs are given, 'v1' and 'v2'"):
        parse(ref, "v2", HOSTS)


def test_no_message_shows_what_an_address_is_opened_with() -> None:
    with pytest.raises(UsageError) as caught:
        parse("git+https://me:word@git.example/r@v1", "", HOSTS)
    assert "word" not in str(caught.value) + caught.value.hint
