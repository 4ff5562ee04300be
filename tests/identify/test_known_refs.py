"""What stands for a hash does not depend on which other refs were cloned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from tests.project import unpacked_hash
from updater.effects.git.mirror import Mirror
from updater.identify.identifier import Identifier
from updater.identify.questions import HashQuestion, Identity, SearchBudget
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub
    from updater.identify.questions import Identification


def address(github: GitHub) -> str:
    return f"{github.url}/o/r.git"


def identified(
    tmp_path: Path,
    github: GitHub,
    sri: str,
    branches: tuple[str, ...] = ("main",),
    budget: SearchBudget | None = None,
) -> Identification:
    """Ask once, without answers of earlier runs, as after a look-up of some branches."""
    repository = github.named("o/r")
    assert repository is not None
    refs = {f"heads/{name}": repository.head(name) for name in branches}
    question = HashQuestion(
        address(github), parse_hash(sri, "sha256"), "a.nix", sri, "", (), (), "main", refs
    )
    identifier = Identifier(
        tmp_path,
        tmp_path / "cache",
        None,
        budget or SearchBudget(),
        note=lambda _: None,
        token=lambda _: "",
    )
    return anyio.run(identifier.answer, question)


def commit_of(identification: Identification) -> str:
    assert isinstance(identification, Identity)
    return identification.commit


def test_of_equal_trees_the_known_branch_s_counts_whatever_else_was_cloned(
    github: GitHub, tmp_path: Path
) -> None:
    """A squashed pull request's own branch may stay, and its commit is older."""
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"}, branch="feature", parents=[first])
    squashed = repository.commit({"a": "2"}, parents=[first])
    sri = unpacked_hash(repository, squashed, tmp_path)
    for cache in ("known", "all"):
        folder = tmp_path / cache
        folder.mkdir()
        if cache == "all":
            with Mirror.opened(address(github), folder / "cache/mirrors"):
                pass
        assert commit_of(identified(folder, github, sri)) == squashed
    both = identified(tmp_path, github, sri, branches=("main", "feature"))
    assert commit_of(both) == repository.head("feature")  # the oldest
