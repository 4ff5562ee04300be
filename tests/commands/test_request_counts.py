"""How many requests a run takes; `benchmarks/mixed.py` and `pulls.py` have more figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.github import TOKEN
from tests.loopback.messages import text
from tests.project import github_overlay, unpacked_hash
from updater.effects.git import lazy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.repository import Home
    from tests.loopback.github import GitHub
    from tests.project import Project

LOOKS = 4
"""The base; its folders; what is open, with what was said; and what was closed, with files."""


def run(home: Home) -> tuple[int, int]:
    """Run once; return how many requests went to GitHub, and how many of them write."""
    before = len(home.github.server.requests("/api/"))
    result = home.bump()
    assert result.code == 0, result.out
    asked = home.github.server.requests("/api/")[before:]
    writes = [
        request
        for request in asked
        if request.method != "GET" and ("/repos/" in request.path or b"mutation" in request.body)
    ]
    return len(asked), len(writes)


def test_requests_grow_with_what_is_written_alone(home: Home) -> None:
    changes = 3
    home.configure("max_open: 3\n")
    home.add("fig")
    home.release("fig", "2.0")

    first = run(home)
    nothing_new = run(home)
    home.push("main", {"README": "more\n"})
    base_moved = run(home)
    home.release("apple", "3.0")
    one_newer = run(home)

    assert len(home.hosted.pulls) == changes
    assert (first, nothing_new, base_moved, one_newer) == (
        (LOOKS + 3 * changes, 3 * changes),
        (LOOKS, 0),
        (LOOKS, 0),
        (LOOKS + 4, 4),
    )


def test_what_waits_and_what_was_declined_takes_no_request_each(home: Home) -> None:
    """Nor does the dashboard, which is read with the rest."""
    home.configure("max_open: 1\ndashboard: true\n")
    home.add("fig", "kiwi")
    for name in ("fig", "kiwi"):
        home.release(name, "2.0")
    home.bump()
    home.pull(1).state = "closed"
    home.bump()
    (*_, last) = home.hosted.pulls.values()
    home.push(last.branch, {"README": "by hand\n"})
    home.bump()  # says once why it stops
    assert [pull.state for pull in home.hosted.pulls.values()] == ["closed", "open"]
    assert run(home) == (LOOKS, 0)


def test_a_project_of_tags_and_moving_revs(
    project: Project, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages share their requests, but a moving rev's clone, and an archive that is hashed."""
    names = {"apple": "v${version}", "fig": "v${version}", "kiwi": "main"}
    repositories = {name: github.repository("o", name) for name in names}
    for name, rev in names.items():
        repository = repositories[name]
        commit = repository.commit({"setup.py": "setup(version='1.0')\n"})
        if rev != "main":
            repository.tag("v1.0", commit)
        sri = unpacked_hash(repository, commit, tmp_path)
        project.overlay(f"{name}.nix", github_overlay(name, "1.0", rev=rev, sri=sri))
    project.add_configuration("defaults: {cross_check: false}\n")

    def requests(*arguments: str) -> int:
        before = len(github.server.requests())
        assert project.run(*arguments).code == 0
        return len(github.server.requests()) - before

    clone = 2  # git's greeting, and what it fetches: the look-up has told which refs there are
    refs = len(names)
    assert (requests("check"), requests("check")) == (refs + clone, refs)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert requests("check") == 1
    for name, rev in names.items():
        repository = repositories[name]
        commit = repository.commit({"setup.py": "setup(version='1.1')\n"})
        if rev != "main":
            repository.tag("v1.1", commit)
    look_up, newer_tags, files, requirements = 1, 1, 1, 1
    history = 2  # git's greeting, and what it fetches
    assert requests("check") == look_up + newer_tags + files + history
    assert requests("check") == look_up  # what was asked of tags comes with it
    assert requests("check", "--json") == look_up + requirements
    assert requests("check", "--json") == look_up
    for repository in (repositories["apple"], repositories["fig"]):
        repository.tag("v1.2", repository.commit({"setup.py": "setup(version='1.2')\n"}))
    assert requests("check") == look_up + newer_tags  # what was foreseen is not the newest
    assert requests("bump", "--no-build") == look_up + requirements + len(names)


@pytest.mark.parametrize("is_page", [False, True], ids=["host", "page"])
def test_a_host_is_asked_whether_it_speaks_git_where_git_is_old(
    project: Project,
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_page: bool,
) -> None:
    """What is behind needs a history, whose clone is a partial one."""
    monkeypatch.setattr(lazy, "can_be_forbidden", lambda: False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    project.add_configuration("defaults: {cross_check: false}\n")
    repository = github.repository("o", "kiwi")
    commit = repository.commit({"setup.py": "setup(version='1.0')\n"})
    sri = unpacked_hash(repository, commit, tmp_path)
    project.overlay("kiwi.nix", github_overlay("kiwi", "1.0", rev="main", sri=sri))
    assert project.run("check", "kiwi").code == 0
    repository.commit({"setup.py": "setup(version='1.1')\n"})
    before = len(github.server.requests())
    if is_page:
        github.server.fail("/o/kiwi.git", text("<html>log in</html>\n"))
    result = project.run("check", "kiwi")
    asked = [one for one in github.server.requests()[before:] if "/o/kiwi.git" in one.path]
    assert ("does not answer in the git protocol" in result.out) is is_page
    assert [one.method for one in asked] == (["GET"] if is_page else ["GET", "GET", "POST"])


def test_a_moving_rev_is_cloned_and_nothing_else(
    project: Project, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its newer commit is hashed from the clone; other branches come for a hash that it lacks."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    project.add_configuration("defaults: {cross_check: false}\n")

    def asked(name: str, hashed: str) -> list[str]:
        repository = github.repository("o", name)
        first = repository.commit({"setup.py": "setup(version='1.0')\n"})
        repository.commit({"setup.py": "setup(version='1.1')\n"}, branch="dev")
        repository.commit({"setup.py": "setup(version='1.2')\n"})
        commit = first if hashed == "first" else repository.head(hashed)
        sri = unpacked_hash(repository, commit, tmp_path)
        project.overlay(f"{name}.nix", github_overlay(name, "1.0", rev="main", sri=sri))
        before = len(github.server.requests())
        assert project.run("bump", "--no-build", name).code == 0
        requests = github.server.requests()[before:]
        assert not [one for one in requests if "tar" in one.path]
        return [
            "refs" if b"command=ls-refs" in one.body else one.method
            for one in requests
            if "/o/" in one.path
        ]

    clone = ["GET", "POST"]
    assert asked("fig", hashed="first") == clone
    assert asked("kiwi", hashed="dev") == [*clone, "GET", "refs", "POST", "POST"]
