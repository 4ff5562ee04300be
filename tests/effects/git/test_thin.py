"""A thin mirror has all commits, and of their files those that somebody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from tests.loopback.faults import Drip
from updater.effects.git import partial, seal
from updater.effects.git.history import History
from updater.effects.git.mirror import Mirror
from updater.errors import GitTooSlow, Offline, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted


def history(github: GitHub) -> tuple[Hosted, list[str]]:
    """Make a repository of four commits with an annotated tag; return its trees, oldest first."""
    repository = github.repository("o", "r")
    commits = [
        repository.commit({"kept/a": "same", "b/c/d": f"{number}"}, branch=branch)
        for number, branch in enumerate(("main", "dev", "main", "main"))
    ]
    repository.tag("v1", commits[0], annotated=True)
    return repository, [repository.git("rev-parse", f"{commit}^{{tree}}") for commit in commits]


def fetches(github: GitHub) -> int:
    """How often git fetched something."""
    return sum(b"command=fetch" in one.body for one in github.server.requests("^POST "))


def files(mirror: Mirror, tree: str) -> list[str]:
    """What the mirror has of a tree, as git lists it."""
    listed = mirror._git("rev-list", "--objects", "--missing=print", "--no-object-names", tree)
    return [line for line in listed.splitlines() if not line.startswith("?")]


def test_files_come_when_they_are_asked_for_and_once(github: GitHub, tmp_path: Path) -> None:
    repository, trees = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, is_large=True) as mirror:
        assert [entry.tree for entry in mirror.log()] == trees[::-1]
        assert mirror.tags() == {"v1": repository.git("rev-parse", "v1^{commit}")}
        assert set(mirror.branches()) == {"main", "dev"}
        with pytest.raises(UpstreamError):
            files(mirror, trees[0])
        # The commits, and the newest one's tree as a whole
        assert (fetches(github), len(files(mirror, trees[3]))) == (2, 6)
        mirror.provide(trees[:3])  # then the trees, and the files that are new
        assert (fetches(github), [len(files(mirror, tree)) for tree in trees]) == (4, [6] * 4)
        mirror.provide(trees[:3])
    with Mirror.opened(url, tmp_path) as mirror:  # it stays what it is
        mirror.provide(trees[:3])
        assert mirror.is_thin
    assert fetches(github) == 4
    seen = [request.body for request in github.server.requests("^POST .*upload-pack")]
    assert sum(trees[0].encode() in body for body in seen) == 1


def test_what_upstream_lost_is_noted_and_the_rest_comes(github: GitHub, tmp_path: Path) -> None:
    repository, trees = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, is_large=True) as mirror:
        mirror.provide(trees[:1])
        repository.delete("refs/heads/dev")
        repository.git("reflog", "expire", "--expire=now", "--all")
        repository.git("repack", "-a", "-d", "-q")
        repository.git("prune", "--expire=now")
        mirror.provide(trees)
        assert [mirror.lacks(tree) for tree in trees] == [False, True, False, False]


def test_a_host_that_gives_no_trees_is_cloned_whole(
    github: GitHub, tmp_path: Path, serve_first_version: Callable[[Hosted], None]
) -> None:
    """As where a proxy takes away the header that asks for the protocol's second version."""
    repository, trees = history(github)
    serve_first_version(repository)
    with Mirror.opened(f"{github.url}/o/r.git", tmp_path, is_large=True) as mirror:
        assert not mirror.is_thin
        assert [len(files(mirror, tree)) for tree in trees] == [6] * 4


def test_offline_nothing_is_fetched(github: GitHub, tmp_path: Path) -> None:
    _, trees = history(github)
    url = f"{github.url}/o/r.git"
    with Mirror.opened(url, tmp_path, is_large=True) as mirror:
        mirror.provide(trees[:1])
    asked = len(github.server.requests())
    with Mirror.opened(url, tmp_path, offline=True) as mirror:
        mirror.provide(trees[:1])
        with pytest.raises(Offline):
            mirror.provide(trees)
    assert len(github.server.requests()) == asked


def test_all_that_is_fetched_has_one_time(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, trees = history(github)
    github.server.fail("POST /o/r.git/git-upload-pack", Drip(1, 0.1), skip=3)
    monkeypatch.setattr(partial, "_LEAST_SECONDS", 0.5)
    opened = Mirror.opened(f"{github.url}/o/r.git", tmp_path, is_large=True)
    with opened as mirror:
        mirror.begin(0)
        with pytest.raises(GitTooSlow):
            mirror.provide(trees)


def test_a_killed_run_s_files_stay_and_a_damaged_mirror_is_cloned_as_thin(
    github: GitHub, tmp_path: Path
) -> None:
    _, trees = history(github)
    url, told = f"{github.url}/o/r.git", list[str]()
    with Mirror.opened(url, tmp_path, is_large=True) as mirror:
        mirror.provide(trees[:2])
    seal.begin(mirror.folder)
    with Mirror.opened(url, tmp_path, is_large=True, detail=told.append) as mirror:
        assert (told, len(files(mirror, trees[1]))) == ([], 6)
    (mirror.folder / "config").write_text("")
    with Mirror.opened(url, tmp_path, is_large=True, detail=told.append) as mirror:
        assert mirror.is_thin
        mirror.provide(trees)
        assert [len(files(mirror, tree)) for tree in trees] == [6] * 4
    assert told == [f"{mirror.folder} is damaged and was dropped; it is cloned again"]


def test_a_history_that_borrows_from_it_reads_files_all_the_same(
    github: GitHub, tmp_path: Path
) -> None:
    repository, _ = history(github)
    url, head = f"{github.url}/o/r.git", repository.git("rev-parse", "main")
    with Mirror.opened(url, tmp_path, is_large=True) as mirror:
        pass

    async def read() -> tuple[bool, bool, bytes | None, int]:
        with History.opened(url, mirror=mirror.folder) as borrowed:
            has = await borrowed.has([head]), await borrowed.has_files([head])
            content = await borrowed.read(head, "b/c/d", 100)
            return *has, content, len(await borrowed.reachable(head))

    assert anyio.run(read) == (True, False, b"3", 3)
