"""Names of refs in archives: what git writes, what it may have written, and what waits."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.project import unpacked_hash
from updater.identify.names import RefNames, depends_on_refs, floating_tags, guesses
from updater.identify.trees import TreeHasher
from updater.model import Hashed, Sri

if TYPE_CHECKING:
    from tests.identify.conftest import History

REFS = {
    "none": (RefNames(), "b"),
    "a tag": (RefNames(tags=("v1.0",)), "b"),
    "HEAD and a tag": (RefNames("main", ("v1.0",)), "a"),
    "tags": (RefNames(tags=("v1.9", "a", "v1.10", "B")), "b"),
    "branches": (RefNames("", (), ("dev", "zz", "Alpha")), "b"),
    "all": (RefNames("main", ("v2", "v10"), ("old/x", "dev")), "a"),
}


@pytest.mark.parametrize(("names", "commit"), REFS.values(), ids=REFS)
def test_refs_are_listed_as_git_lists_them(history: History, names: RefNames, commit: str) -> None:
    """``main`` is at the second of two commits, where HEAD leads."""
    repository = history.repository
    text = "$Format:%d$|$Format:%D$"
    files = {".gitattributes": "refs export-subst\n", "refs": text}
    commits = {"b": repository.commit(files), "a": repository.commit({"other": "x"})}
    for tag in names.tags:
        repository.tag(tag, commits[commit])
    for branch in names.branches:
        repository.branch(branch, commits[commit])
    repository.settle()
    archive = ["git", "archive", "--format=tar", commits[commit], "refs"]
    tar = subprocess.run(archive, cwd=repository.path, check=True, capture_output=True).stdout
    assert f"{names.decoration}|{names.listed}".encode() in tar


def test_the_likeliest_names_come_first_and_end() -> None:
    offered = list(guesses(("v1", "latest"), "main", ["main", "dev"]))
    assert offered[:2] == [RefNames("main", ("v1", "latest")), RefNames("", ("v1", "latest"))]
    assert RefNames("trunk", ("v1", "latest")) in offered
    assert {(), ("v1",), ("latest",)} < {names.tags for names in offered}
    assert RefNames("", ("v1",), ("dev",)) in offered
    many = [f"branch-{number}" for number in range(1000)]
    assert len(list(guesses(many, "trunk", many))) <= 40
    tags = ("v2.1.0", "v2", "v2.1", "v2.0.9", "nightly", "v1", "2.0-rc1")
    floating = floating_tags(tags, ["v2.1.0"])
    assert floating == ["nightly", "v1", "v2", "v2.1"]
    assert RefNames("main", ("v2.1.0", "v2")) in guesses(["v2.1.0"], "main", [], floating)


ALL = "$Format:%H %D$ $Format:%cI$ $Format:%h$ $Format:%(describe:tags=true,match=v*)$"


@pytest.mark.parametrize("text", ["$Format:%d$", "$Format:%cI$ $Format:%D$", ALL, "$Format:%h$"])
def test_an_archive_has_one_of_the_hashes(history: History, text: str) -> None:
    """It is that of git's own archive, with what git describes today."""
    repository = history.repository
    commit = repository.commit({".gitattributes": "v export-subst\n", "v": text})
    repository.tag("v1.0", commit)
    unpacked = unpacked_hash(repository, commit, history.folder)
    mirror = history.mirror
    entry = mirror.commit(commit)
    assert entry is not None
    with history.objects() as objects:
        hashes = TreeHasher(objects).hashes(
            commit,
            entry.tree,
            guesses(("v1.0",), "main", ()),
            lambda placeholders: mirror.described(commit, placeholders),
        )
        assert unpacked in [str(sri) for _, sri in hashes]


MARKED = {".gitattributes": b"*.h export-subst\n"}
WAITING = {
    "archival": ({".git_archival.txt": b"node: x\nref-names: HEAD -> main, tag: v1\n"}, "main"),
    "another branch": ({".git_archival.txt": b"ref-names: tag: v1, release/1\n"}, "release/1"),
    "versioneer": ({"p/_version.py": b'    git_refnames = " (HEAD -> main, tag: v1)"\n'}, "main"),
    "any marked file": ({"git.h": b'#define REFS " (HEAD -> main)"\n', **MARKED}, "main"),
    "marked in a folder": (
        {"a/refs.txt": b"tag: v1, dev\n", "a/.gitattributes": b"refs.* export-subst\n"},
        "dev",
    ),
    "only a tag": ({".git_archival.txt": b"ref-names: tag: v1\n"}, ""),
    "only tags": ({"git.h": b'"tag: v1, tag: v2"\n', **MARKED}, ""),
    "not substituted": ({".git_archival.txt": b"ref-names: $Format:%D$\n"}, ""),
    "not marked": ({"git.h": b'"HEAD -> main"\n'}, ""),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize(("files", "branch"), WAITING.values(), ids=WAITING)
def test_an_archive_that_names_a_branch_waits(files: dict[str, bytes], branch: str) -> None:
    reason = depends_on_refs(Hashed(Sri("sha256", b"x" * 32), "embedded", 0, files))
    assert bool(reason) == bool(branch)
    assert f"names the branch {branch}, which is at" in reason or not branch
