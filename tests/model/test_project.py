"""A project's identity: its text, and what is read of it."""

from __future__ import annotations

import pytest

from updater.model import Host, Project

REPOSITORY = Project("https", "git.example:8443", "a/b/tool")
INDEXED = Project("pypi", "", "tool-kit")

PARSED = {
    "a repository": ("https://git.example:8443/a/b/tool", REPOSITORY),
    "a repository as git has it": ("https://git.example:8443/a/b/tool.git", REPOSITORY),
    "a repository with a slash at its end": ("https://git.example:8443/a/b/tool/", REPOSITORY),
    "an owner with a tilde": ("https://git.sr.ht/~o/r", Project("https", "git.sr.ht", "~o/r")),
    "a name of the index": ("pypi:tool-kit", INDEXED),
    "another spelling of it": ("pypi:Tool_Kit", INDEXED),
}


@pytest.mark.parametrize(("text", "project"), PARSED.values(), ids=PARSED)
def test_a_text_is_read(text: str, project: Project) -> None:
    """Two spellings of one project are equal, and have one hash."""
    assert {Project.parse(text): 1} == {project: 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tool",
        "pypi:",
        "pypi:-tool",
        "pypi:a b",
        "github:o/r",
        "http://git.example/o/r",
        "https://git.example",
        "https://user@git.example/o/r",
        "https://git.example/o/r?x",
        "https://git.example/o/r#x",
        "https://git.example/o r",
    ],
)
def test_another_text_is_not_a_project(text: str) -> None:
    with pytest.raises(ValueError, match="expected https://HOST/PATH or pypi:NAME") as caught:
        Project.parse(text)
    assert str(caught.value).startswith(repr(text))


TEXTS = {
    "https://git.example:8443/a/b/tool": REPOSITORY,
    "pypi:tool-kit": INDEXED,
    "https://files.example/tool": Project("https", "files.example", "tool"),
    "https://files.example": Project("https", "files.example", ""),
    "mirror://gnu/tool": Project("mirror", "gnu", "tool"),
}


@pytest.mark.parametrize(("text", "project"), TEXTS.items(), ids=TEXTS)
def test_its_text_is_its_identity(text: str, project: Project) -> None:
    assert str(project) == text


def test_what_is_read_of_it() -> None:
    assert (REPOSITORY.on_index, REPOSITORY.name) == (False, "tool")
    assert (INDEXED.on_index, INDEXED.name) == (True, "tool-kit")


def test_its_host_and_page_are_as_they_are_configured() -> None:
    """Only a repository that is reached by https is on a host."""
    web = "http://127.0.0.1:8080/git"
    host = Host(REPOSITORY.host, "git", web, web, web)
    hosts = {host.name: host, "": host}
    assert REPOSITORY.on(hosts) == host
    assert REPOSITORY.on({}) is None
    assert INDEXED.on(hosts) is None
    assert Project("http", host.name, "a/b").on(hosts) is None
    assert REPOSITORY.page(web) == f"{web}/a/b/tool"
    assert REPOSITORY.page() == str(REPOSITORY)
