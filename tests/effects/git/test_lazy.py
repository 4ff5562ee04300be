"""git fetches nothing that a partial clone lacks behind the updater's back, nor does an old git."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.killed import working_in
from tests.loopback.messages import text
from updater.effects.git import lazy
from updater.effects.git.history import History
from updater.effects.git.mirror import Mirror
from updater.errors import BadAnswer, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub

GONE = "1" * 40
PAGES = {
    "page": "<html>log in</html>\n",
    "nothing": "",
    "list": f"{GONE}\trefs/heads/main\n",
}
MOST = 14
"""Requests to a host that answers each with the same page."""


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A git that does not know the variable."""
    folder = tmp_path / "old"
    folder.mkdir()
    program = folder / "git"
    program.write_text(f'#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    lazy.can_be_forbidden.cache_clear()
    yield
    lazy.can_be_forbidden.cache_clear()


def test_a_newer_git_can_be_forbidden_to() -> None:
    lazy.can_be_forbidden.cache_clear()
    assert lazy.can_be_forbidden()


def test_where_there_is_no_git_whoever_starts_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lazy.can_be_forbidden.cache_clear()
    assert lazy.can_be_forbidden()
    lazy.can_be_forbidden.cache_clear()
    with (
        pytest.raises(UpstreamError, match="git is not installed"),
        Mirror.opened("http://127.0.0.1:9/o/r.git", tmp_path / "cache", is_large=True),
    ):
        pass
    lazy.can_be_forbidden.cache_clear()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_history_that_gets_a_page_asks_for_few_things(github: GitHub, page: str) -> None:
    github.server.fail("/o/r.git", text(page))

    async def work() -> None:
        with History.opened(f"{github.url}/o/r.git") as history:
            await history.fetch([GONE])

    with pytest.raises(BadAnswer, match="does not answer in the git protocol"):
        anyio.run(work)
    assert len(github.server.requests()) <= MOST


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_file_that_is_asked_for_behind_a_page_asks_for_few_things(
    github: GitHub, page: str
) -> None:
    """The page comes after the history was fetched."""
    commit = github.repository("o", "r").commit({"a/b": "1"})

    async def work() -> None:
        with History.opened(f"{github.url}/o/r.git") as history:
            await history.fetch([commit])
            github.server.fail("/o/r.git", text(page))
            await history.read(commit, "a/b", 100)

    with pytest.raises(BadAnswer, match="does not answer in the git protocol"):
        anyio.run(work)
    assert len(github.server.requests()) <= 2 + MOST


def test_a_file_takes_a_fetch_of_trees_and_one_of_its_own(github: GitHub) -> None:
    commit = github.repository("o", "r").commit({"a/b": "1", "a/c": "2", "d": "3"})

    async def work() -> list[bytes | None]:
        with History.opened(f"{github.url}/o/r.git") as history:
            await history.fetch([commit])
            paths = ("a/b", "a/b", "a/c", "a", "a/none", "none/b")
            return [await history.read(commit, path, 100) for path in paths]

    assert anyio.run(work) == [b"1", b"1", b"2", None, None, None]
    packs = [one for one in github.server.requests() if b"command=fetch" in one.body]
    assert len(packs) == 1 + 1 + 2


@pytest.mark.usefixtures("old_git")
def test_an_old_git_clones_a_large_repository_whole(github: GitHub, tmp_path: Path) -> None:
    """Also where a newer one has left a thin clone."""
    assert not lazy.can_be_forbidden()
    repository = github.repository("o", "r")
    repository.commit({"a": "1"})
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path / "new", is_large=True) as mirror:
        assert not mirror.is_thin
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr(lazy, "can_be_forbidden", lambda: True)
        with Mirror.opened(url, tmp_path / "left", is_large=True) as mirror:
            assert mirror.is_thin
        with Mirror.opened(url, tmp_path / "left", offline=True) as mirror:
            assert mirror.is_thin
    with Mirror.opened(url, tmp_path / "left", is_large=True) as mirror:
        assert not mirror.is_thin
        with mirror.archive(repository.head()) as pieces:
            assert b"".join(pieces)


@pytest.mark.usefixtures("old_git")
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_an_old_git_asks_for_few_things_too(github: GitHub, tmp_path: Path, page: str) -> None:
    github.server.fail("/o/r.git", text(page))
    opened = Mirror.opened(f"{github.url}/o/r.git", tmp_path / "new", is_large=True, seconds=20)
    with pytest.raises(BadAnswer), opened:
        pass
    assert len(github.server.requests()) <= MOST
    assert working_in(tmp_path / "new") == []
