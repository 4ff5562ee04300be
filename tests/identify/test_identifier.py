"""Identify finds the commit of every tree that it is given: the tag's, else the oldest.

Of the branches that a look-up named, if it named some and one of them has it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loopback.github import GitHub
from tests.loopback.repositories import Executable, Submodule, Symlink
from tests.project import FAKE, unpacked_hash
from updater.effects.answers import Answers
from updater.effects.git.mirror import Mirror
from updater.identify.identifier import Identifier
from updater.identify.questions import HashQuestion, Identity, SearchBudget
from updater.identify.search import NothingFound
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from tests.loopback.hosting import Hosted
    from tests.loopback.repositories import Entry

FILES: list[dict[str, Entry]] = [
    {"a": "1"},
    {"a": "2"},
    {"a": None, "b/ü.txt": "$Id$\n"},
    {"b/run": Executable("#!/bin/sh\n"), "b/link": Symlink("../a")},
    {"vendor": Submodule("1" * 40)},
    {".gitattributes": "*.txt ident eol=crlf\n/docs export-ignore\n", "docs/x": "x"},
    {".gitattributes": "v export-subst\n", "v": "$Format:%H$\n"},
    {".gitattributes": '"v" export-subst\n', "v": "$Format:%H$\n"},
    {"empty/deep/file": ""},
]


class Step(NamedTuple):
    """One commit of a random history."""

    files: dict[str, Entry]
    branch: str
    merged: str | None
    rewrites: bool
    tag: str | None
    annotated: bool


BRANCHES = st.sampled_from(["main", "dev", "old"])
STEPS = st.builds(
    Step,
    st.sampled_from(FILES),
    BRANCHES,
    st.one_of(st.none(), BRANCHES),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([None, None, "v1", "v2", "nightly"]),
    st.booleans(),
)


def build(repository: Hosted, steps: list[Step]) -> dict[str, str]:
    """Make a history with merges, branches, rewritten ones and tags; return tag -> commit."""
    heads: dict[str, str] = {}
    tags: dict[str, str] = {}
    for step in steps:
        below = [] if step.rewrites else [heads[step.branch]] if step.branch in heads else []
        if step.merged in heads and step.merged != step.branch:
            below.append(heads[step.merged])
        files = {"kept": "x", **step.files}
        parents = list(dict.fromkeys(below))
        heads[step.branch] = repository.commit(files, branch=step.branch, parents=parents)
        if step.tag and step.tag not in tags:
            repository.tag(step.tag, heads[step.branch], annotated=step.annotated)
            tags[step.tag] = heads[step.branch]
    repository.settle()
    return tags


@settings(max_examples=12, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=8), st.booleans(), st.sets(BRANCHES, max_size=2))
def test_every_commit_of_a_random_history_is_found(
    steps: list[Step],
    is_large: bool,  # noqa: FBT001
    looked_up: set[str],
) -> None:
    with TemporaryDirectory() as name, GitHub(Path(name) / "github") as github:
        folder = Path(name)
        repository = github.repository("o", "r")
        tags = build(repository, steps)
        oldest_first = repository.git("rev-list", "--all", "--date-order", "--reverse").split()
        branches = repository.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
        heads = {f"heads/{name}": repository.head(name) for name in looked_up & {*branches.split()}}
        refs = heads and heads | {f"tags/{name}": commit for name, commit in tags.items()}
        near = repository.git("rev-list", *refs.values()).split() if refs else oldest_first
        hashes = {commit: unpacked_hash(repository, commit, folder) for commit in oldest_first}
        tagged = [tags[tag] for tag in ("v2", "v1") if tag in tags]
        identifier = Identifier(
            folder,
            folder / "cache",
            Answers(folder / "answers"),
            SearchBudget(),
            note=lambda _: None,
            token=lambda _: "",
        )

        async def identified(commit: str) -> tuple[str, bool]:
            url, pinned = f"{github.url}/o/r.git", parse_hash(hashes[commit], "sha256")
            tags = tuple(tagged)
            asked = HashQuestion(
                url, pinned, "a.nix", hashes[commit], commit, (), tags, "", refs, is_large=is_large
            )
            found = await identifier.answer(asked)
            assert isinstance(found, Identity)
            return found.commit, found.is_named

        for commit in oldest_first:
            same = [one for one in oldest_first if hashes[one] == hashes[commit]]
            best = [one for one in (*tagged, *tags.values()) if one in same]
            best = best or [one for one in same if one in near] or same
            assert anyio.run(identified, commit) == (best[0], True)


def test_tells_how_far_a_search_is(tmp_path: Path, github: GitHub) -> None:
    repository = github.repository("o", "r")
    for number in range(120):
        repository.commit({"a": str(number)})
    url, said = f"{github.url}/o/r.git", list[str]()
    identifier = Identifier(
        tmp_path, tmp_path / "cache", None, SearchBudget(), note=said.append, token=lambda _: ""
    )
    question = HashQuestion(url, parse_hash(FAKE, "sha256"), "a.nix", FAKE, "", (), ())
    assert isinstance(anyio.run(identifier.answer, question), NothingFound)
    assert said == [f"{url}: {far}" for far in ("cloning", "0 trees", "50 trees", "100 trees")]


def test_hashes_a_commit_once_more_whatever_is_kept_of_its_tree(
    tmp_path: Path, github: GitHub
) -> None:
    repository = github.repository("o", "r")
    commits = [repository.commit({"a": text}) for text in "12"]
    right, wrong = (
        parse_hash(unpacked_hash(repository, commit, tmp_path), "sha256") for commit in commits
    )
    url, cache = f"{github.url}/o/r.git", tmp_path / "cache"
    with Mirror.opened(url, cache / "mirrors") as mirror:
        trees = [bytes.fromhex(repository.git("rev-parse", f"{one}^{{tree}}")) for one in commits]
        mirror.keep_hashes(dict.fromkeys(trees, wrong.digest))
    identifier = Identifier(
        tmp_path, cache, None, SearchBudget(), note=lambda _: None, token=lambda _: ""
    )
    question = HashQuestion(url, right, "a.nix", str(right), "", (), ())
    held = [anyio.run(identifier.holds, question, commit) for commit in (*commits, "0" * 40)]
    assert held == [True, False, False]
