"""Which repository pull requests go to, and whose token that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from updater.config import load as config
from updater.errors import UsageError
from updater.publish.target import find_target

if TYPE_CHECKING:
    from tests.project import Project

HOSTS = """\
hosts:
  git.example:
    {kind: github, web: 'https://git.example', api: 'https://api.example', token_env: MY_TOKEN}
"""


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token for each host."""
    monkeypatch.setenv("GH_TOKEN", "hush-github")
    monkeypatch.setenv("MY_TOKEN", "hush-mine")


def found(project: Project) -> tuple[str, str, str]:
    """Return host, repository and the token's variable."""
    target = find_target(config.load(project.root, None))
    assert "hush" not in repr(target)
    return target.host.name, target.repository, target.variable


GITHUB, MINE = ("github.com", "GH_TOKEN"), ("git.example", "MY_TOKEN")
ORIGINS = {
    "https://github.com/o/r.git": GITHUB,
    "https://user:secret@github.com/o/r": GITHUB,
    "git@github.com:o/r.git": GITHUB,
    "ssh://git@git.example:2222/o/r.git": MINE,
    "https://git.example/o/r/": MINE,
}


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize(("origin", "expected"), ORIGINS.items(), ids=ORIGINS)
def test_without_more_it_is_the_remote_origin(
    project: Project, origin: str, expected: tuple[str, str]
) -> None:
    project.configure(HOSTS)
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", origin)
    host, variable = expected
    assert found(project) == (host, "o/r", variable)


@pytest.mark.usefixtures("tokens")
def test_github_repository_comes_before_the_remote_and_the_configuration_before_both(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.configure(HOSTS)
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", "https://github.com/o/remote")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/environment")
    assert found(project) == ("github.com", "o/environment", "GH_TOKEN")
    project.configure(f"{HOSTS}repository: o/configured\n")
    assert found(project) == ("github.com", "o/configured", "GH_TOKEN")
    project.configure(f"{HOSTS}repository: git.example:o/configured\n")
    assert found(project) == ("git.example", "o/configured", "MY_TOKEN")


ELSEWHERE = {
    "a password": ("https://user:secret@elsewhere.example/o/r", "https://elsewhere.example/o/r"),
    "an @ in it": ("https://user:se@cret@elsewhere.example/o/r", "https://elsewhere.example/o/r"),
    "a slash in it": ("https://u:se@/cret@elsewhere.example/o/r", "https://elsewhere.example/o/r"),
    "a parameter": ("https://elsewhere.example/o/r?token=secret", "https://elsewhere.example/o/r?"),
    "SSH's short form": ("user:secret@elsewhere.example:o/r", "elsewhere.example:o/r"),
}


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize(("origin", "shown"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_remote_of_no_known_host_is_an_error_that_hides_its_password(
    project: Project, origin: str, shown: str
) -> None:
    project.configure(HOSTS)
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", origin)
    with pytest.raises(UsageError) as caught:
        found(project)
    assert str(caught.value).startswith(f"no host of `hosts:` has the repository '{shown}")
    assert "cret" not in str(caught.value)
    assert caught.value.hint == "write `repository: OWNER/NAME` into config.yaml"


@pytest.mark.parametrize("name", ["gitlab.com:o/r", "codeberg.org:o/r"])
def test_a_host_that_is_not_a_github_is_refused_in_one_sentence(
    project: Project, name: str
) -> None:
    project.configure(f"repository: {name}\n")
    with pytest.raises(UsageError) as caught:
        found(project)
    host, _, _ = name.partition(":")
    kind = {"gitlab.com": "gitlab", "codeberg.org": "gitea"}[host]
    assert (str(caught.value), caught.value.hint) == (
        f"pull requests can be opened on GitHub only, and o/r is on {host} (kind: {kind})",
        "",
    )


def test_a_remote_on_such_a_host_is_refused_too(project: Project) -> None:
    project.git("init", "--quiet")
    project.git("remote", "add", "origin", "git@gitlab.com:o/r.git")
    with pytest.raises(UsageError, match=r"on GitHub only, and o/r is on gitlab\.com"):
        found(project)


def test_without_a_remote_that_is_said(project: Project) -> None:
    project.git("init", "--quiet")
    with pytest.raises(UsageError, match=r"^no repository is known .*: there is no remote"):
        found(project)


def test_without_a_token_the_rights_that_it_needs_are_named(project: Project) -> None:
    project.configure("repository: o/r\n")
    with pytest.raises(UsageError) as caught:
        found(project)
    assert str(caught.value) == "pull requests in o/r need a token for github.com"
    assert caught.value.hint == (
        "set GITHUB_TOKEN or GH_TOKEN to a token with the rights contents=write and "
        "pull_requests=write, nothing more"
    )
