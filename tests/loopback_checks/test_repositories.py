"""The repositories are what was asked for, seen through git's own commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.repositories import Executable, Repository, Submodule, Symlink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    made = Repository(tmp_path / "one.git")
    yield made
    assert made.git("fsck", "--strict", "--no-dangling") == ""


def test_the_same_calls_make_the_same_commit(repository: Repository) -> None:
    commit = repository.commit(
        {"pyproject.toml": "[project]\n"}, date="2025-01-01T12:00:00+02:00", message="première"
    )
    assert commit == "8c49c0dd27c8e75e9a12128ba973d93cb0585eb7"
    assert repository.git("cat-file", "commit", commit).splitlines() == [
        "tree 051ba3af5db6c49bc35b5296f7f3d05e259c633f",
        "author Loop Back <loop@example.org> 1735725600 +0200",
        "committer Loop Back <loop@example.org> 1735725600 +0200",
        "",
        "première",
    ]


def test_every_kind_of_entry_is_kept(repository: Repository) -> None:
    repository.commit(
        {
            "a/empty": "",
            "a/bytes": b"\x00\xff\n\n",
            "run": Executable("#!/bin/sh\n"),
            "link": Symlink("a/empty"),
            "part": Submodule("1" * 40),
            "with space é": "x",
        }
    )
    listed = repository.git("ls-tree", "-r", "-z", "HEAD").removesuffix("\0").split("\0")
    assert listed == [
        "100644 blob 5cb9c0e55925fd809bfd90ded22df77fded536b0\ta/bytes",
        "100644 blob e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\ta/empty",
        "120000 blob 5816495bb2a6b6d92b2afddaba6afd970e75f926\tlink",
        f"160000 commit {'1' * 40}\tpart",
        "100755 blob 1a2485251c33a70432394c93fb89330ef214bfc9\trun",
        "100644 blob c1b0730e0133447badcfd47fd144e254807b06e1\twith space é",
    ]


def test_a_commit_changes_its_parent(repository: Repository) -> None:
    first = repository.commit({"kept": "1", "gone": "1", "changed": "1"})
    second = repository.commit({"gone": None, "changed": "2"})
    assert repository.git("diff", "--name-status", first, second) == "M\tchanged\nD\tgone"
    assert repository.git("log", "--format=%H %ct") == "\n".join(
        [f"{second} 1735776000", f"{first} 1735689600"]
    )


def test_branches_merges_and_loose_commits(repository: Repository) -> None:
    base = repository.commit({"a": "1"})
    side = repository.commit({"b": "1"}, branch="side", parents=[base])
    loose = repository.commit({"c": "1"}, branch=None, parents=[base])
    main = repository.commit({"a": "2"})
    merge = repository.commit({"b": "1"}, parents=[main, side])
    orphan = repository.commit({"d": "1"}, branch="pages", parents=[])
    assert repository.git("rev-list", "--parents", "--max-count=1", merge).split() == [
        merge,
        main,
        side,
    ]
    assert repository.git("rev-list", "--count", orphan) == "1"
    assert repository.git("rev-parse", f"{loose}^") == base
    assert {ref.name: ref.commit for ref in repository.refs()} == {
        "refs/heads/main": merge,
        "refs/heads/pages": orphan,
        "refs/heads/side": side,
    }


def test_tags_are_lightweight_annotated_or_nested(repository: Repository) -> None:
    commit = repository.commit({"a": "1"}, date="2025-01-01T00:00:00+00:00")
    repository.tag("light", commit)
    inner = repository.tag("full", commit, annotated=True, date="2025-02-01T00:00:00+01:00")
    repository.settle()
    outer = repository.tag("nested/full", inner, annotated=True, date="2025-03-01T00:00:00+00:00")
    made = repository.refs()[0].committed
    tags = [ref for ref in repository.refs() if ref.name.startswith("refs/tags/")]
    assert [(ref.short, ref.object, ref.commit, ref.annotated) for ref in tags] == [
        ("full", inner, commit, True),
        ("light", commit, commit, False),
        ("nested/full", outer, commit, True),
    ]
    assert [(ref.tagged and ref.tagged.isoformat()) for ref in tags] == [
        "2025-02-01T00:00:00+01:00",
        None,
        "2025-03-01T00:00:00+00:00",
    ]
    assert {ref.committed for ref in tags} == {made}


def test_a_repository_can_change_after_it_was_read(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    repository.tag("v1", first)
    repository.branch("release")
    assert len(repository.refs()) == 3
    second = repository.commit({"a": "2"})
    repository.tag("v1", second)
    repository.delete("refs/heads/release")
    assert [(ref.name, ref.commit) for ref in repository.refs()] == [
        ("refs/heads/main", second),
        ("refs/tags/v1", second),
    ]
    assert repository.git("rev-parse", f"{second}^") == first


def test_the_default_branch_is_where_head_points(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "two.git", default_branch="master")
    commit = repository.commit({"a": "1"})
    assert repository.git("symbolic-ref", "HEAD") == "refs/heads/master"
    assert repository.head() == commit
    repository.branch("main")
    repository.set_default_branch("main")
    assert repository.git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_the_same_commit_may_be_made_twice(repository: Repository) -> None:
    date = "2025-01-01T00:00:00+00:00"
    first = repository.commit({"a": "1"}, date=date)
    again = repository.commit({"a": "1"}, date=date, parents=[])
    later = repository.commit({"a": "2"}, date=date)
    repository.tag("v1", first)
    repository.tag("v2", later)
    assert first == again
    assert [ref.commit for ref in repository.refs()] == [later, first, later]


def test_a_mistake_of_the_caller_is_told(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "three.git")
    with pytest.raises(RuntimeError, match="git fast-import"):
        repository.commit({"a": "1"}, parents=["2" * 40])
