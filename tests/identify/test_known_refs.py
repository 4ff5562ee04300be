"""A search begins with the refs that the look-up named, and ends with all that upstream has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from tests.project import FAKE, unpacked_hash
from updater.effects.answers import Answers
from updater.effects.git.mirror import Mirror
from updater.errors import Offline
from updater.identify.identifier import Identifier
from updater.identify.questions import HashQuestion, Identity, SearchBudget
from updater.identify.search import NothingFound
from updater.model.sri import parse_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.github import GitHub
    from tests.loopback.hosting import Hosted
    from updater.identify.questions import Identification

FOUND_AT_ONCE, AFTER_THE_REST = 2, 6
"""Requests: a greeting and a pack; a greeting, the refs, what is here, and a pack more."""


def address(github: GitHub) -> str:
    return f"{github.url}/o/r.git"


def identified(
    tmp_path: Path,
    github: GitHub,
    sri: str,
    branches: tuple[str, ...] = ("main",),
    budget: SearchBudget | None = None,
    answers: Answers | None = None,
) -> Identification:
    """Ask once, as after a look-up of some branches."""
    repository = github.named("o/r")
    assert repository is not None
    refs = {f"heads/{name}": repository.head(name) for name in branches}
    return answered(tmp_path, github, sri, refs, budget, answers)


def answered(
    tmp_path: Path,
    github: GitHub,
    sri: str,
    refs: dict[str, str],
    budget: SearchBudget | None = None,
    answers: Answers | None = None,
) -> Identification:
    """Ask once about refs as a look-up has seen them."""
    question = HashQuestion(
        address(github), parse_hash(sri, "sha256"), "a.nix", sri, "", (), (), "main", refs
    )
    identifier = Identifier(
        tmp_path,
        tmp_path / "cache",
        answers,
        budget or SearchBudget(),
        note=lambda _: None,
        token=lambda _: "",
    )
    return anyio.run(identifier.answer, question)


def commit_of(identification: Identification) -> str:
    assert isinstance(identification, Identity)
    return identification.commit


@pytest.fixture(name="repository")
def three_commits_and_a_branch(github: GitHub) -> Hosted:
    """Three commits on a branch, and one of another."""
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    repository.commit({"b": "1"}, branch="dev", parents=[first])
    repository.commit({"a": "3"})
    return repository


def test_what_the_known_branch_has_takes_no_list_of_refs(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    commit = repository.git("rev-parse", "main~1")
    sri = unpacked_hash(repository, commit, tmp_path)
    assert commit_of(identified(tmp_path, github, sri)) == commit
    assert len(github.server.requests()) == FOUND_AT_ONCE


def test_what_another_branch_has_is_found(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    sri = unpacked_hash(repository, repository.head("dev"), tmp_path)
    assert commit_of(identified(tmp_path, github, sri)) == repository.head("dev")
    assert len(github.server.requests()) == AFTER_THE_REST


def test_where_few_may_be_looked_at_the_search_begins_with_all(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    """Each run gets on, as if all had been cloned."""
    sri = unpacked_hash(repository, repository.git("rev-parse", "main~2"), tmp_path)
    few = SearchBudget(max_candidates=1)
    answers = [identified(tmp_path, github, sri, budget=few) for _ in range(4)]
    assert [answer.looked_at for answer in answers] == [1, 2, 3, 4]
    assert commit_of(answers[-1]) == repository.git("rev-parse", "main~2")


@pytest.mark.usefixtures("repository")
def test_nothing_is_said_of_all_before_all_was_searched(github: GitHub, tmp_path: Path) -> None:
    answers = [identified(tmp_path, github, FAKE) for _ in range(2)]
    assert [answer.looked_at for answer in answers] == [4, 4]
    assert all(isinstance(answer, NothingFound) and not answer.ended_by for answer in answers)
    assert len(github.server.requests()) == AFTER_THE_REST


@pytest.mark.usefixtures("repository")
def test_without_time_nothing_more_is_fetched(github: GitHub, tmp_path: Path) -> None:
    answer = identified(tmp_path, github, FAKE, budget=SearchBudget(seconds=0))
    assert isinstance(answer, NothingFound)
    assert (answer.looked_at, answer.ended_by) == (0, "--timeout 0s")
    assert len(github.server.requests()) == FOUND_AT_ONCE


def known_and_all(github: GitHub, folder: Path) -> Iterator[Path]:
    """Yield a folder whose cache has nothing, and one that has all of the repository."""
    for cache in ("known", "all"):
        own = folder / cache
        own.mkdir()
        if cache == "all":
            with Mirror.opened(address(github), own / "cache/mirrors"):
                pass
        yield own


def test_so_many_trees_may_be_looked_at_as_where_all_was_cloned(
    tmp_path: Path, github: GitHub
) -> None:
    repository = github.repository("o", "r")
    for number in range(100):
        repository.commit({"a": str(number)})
    for folder in known_and_all(github, tmp_path):
        answer = identified(folder, github, FAKE, budget=SearchBudget(max_candidates=80))
        assert isinstance(answer, NothingFound)
        assert (answer.looked_at, answer.ended_by) == (80, "--max-candidates 80")


def test_an_archive_that_names_branches_is_judged_by_all_of_them(
    github: GitHub, tmp_path: Path
) -> None:
    repository = github.repository("o", "r")
    text = {".gitattributes": "v export-subst\n", "v": "$Format:%D$\n"}
    commit = repository.commit(text)
    repository.branch("stable/1.x", commit)
    repository.git("symbolic-ref", "HEAD", "refs/heads/none")
    repository.settle()
    repository.git("update-ref", "refs/heads/main", repository.commit({"v": "later\n"}))
    sri = unpacked_hash(repository, commit, tmp_path)
    answer = identified(tmp_path, github, sri)
    assert isinstance(answer, Identity)
    assert (answer.commit, answer.named_branch) == (commit, "stable/1.x")
    assert len(github.server.requests()) == FOUND_AT_ONCE + 2  # where there is nothing to fetch


def test_of_equal_trees_the_known_branch_s_counts_whatever_else_was_cloned(
    github: GitHub, tmp_path: Path
) -> None:
    """A squashed pull request's own branch may stay, and its commit is older."""
    repository = github.repository("o", "r")
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"}, branch="feature", parents=[first])
    squashed = repository.commit({"a": "2"}, parents=[first])
    sri = unpacked_hash(repository, squashed, tmp_path)
    for folder in known_and_all(github, tmp_path):
        assert commit_of(identified(folder, github, sri)) == squashed
    both = identified(tmp_path, github, sri, branches=("main", "feature"))
    assert commit_of(both) == repository.head("feature")  # the oldest


def test_offline_what_only_the_rest_may_have_is_not_called_absent(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    with Mirror.opened(
        address(github),
        tmp_path / "cache/mirrors",
        refs={"heads/main": repository.head()},
    ):
        pass
    with pytest.raises(Offline):
        identified(tmp_path, github, FAKE, budget=SearchBudget(offline=True))


@pytest.mark.usefixtures("repository")
def test_offline_what_only_newer_commits_may_have_is_not_called_absent(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    """The look-up has seen a commit that the mirror lacks; a later run is not told that all was."""
    with Mirror.opened(address(github), tmp_path / "cache/mirrors"):
        pass
    known = unpacked_hash(repository, "main~1", tmp_path)
    newer = unpacked_hash(repository, repository.commit({"a": "4"}), tmp_path)
    offline, answers = SearchBudget(offline=True), Answers(tmp_path / "answers")
    with pytest.raises(Offline):
        identified(tmp_path, github, newer, budget=offline, answers=answers)
    found = identified(tmp_path, github, known, budget=offline, answers=answers)
    assert commit_of(found) == repository.git("rev-parse", "main~2")
    assert commit_of(identified(tmp_path, github, newer, answers=answers)) == repository.head()


def test_what_a_host_lost_since_the_look_up_is_not_called_searched(
    github: GitHub, tmp_path: Path, repository: Hosted
) -> None:
    answers = Answers(tmp_path / "answers")
    head = repository.commit({"a": "4"}, branch="gone")
    sri = unpacked_hash(repository, head, tmp_path)
    refs = {"heads/gone": head}
    repository.delete("refs/heads/gone")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("repack", "-a", "-d", "-q")
    repository.git("prune", "--expire=now")
    assert isinstance(answered(tmp_path, github, sri, refs, answers=answers), NothingFound)
    assert repository.commit({"a": "4"}, branch="gone") != head
    again = answered(tmp_path, github, sri, refs, answers=answers)
    assert commit_of(again) == repository.head("gone")
