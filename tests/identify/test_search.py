"""The order of candidates, the end of a search, and which of several commits is named."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from updater.identify.exact import Unreproducible
from updater.identify.search import Match, NothingFound, SearchClues, candidates, same_tree, search
from updater.identify.trees import TreeHash
from updater.model import Sri


class One(NamedTuple):
    """A commit."""

    commit: str
    tree: str
    seconds: int


def sha(number: int) -> str:
    return f"{number:040x}"


def sri(tree: str) -> Sri:
    return Sri("sha256", bytes.fromhex(tree.zfill(64)))


def hashed(one: One) -> TreeHash:
    return TreeHash(sri(one.tree), depends_on_commit=False)


def never(_: int) -> str:
    return ""


HISTORY = [One(sha(n), sha(100 + n), 1000 * n) for n in range(99, 0, -1)]


def order(clues: SearchClues) -> list[int]:
    """The numbers of the commits in the order of candidates, each once."""
    return [
        int(one, 16) for one in dict.fromkeys(c.commit for c in candidates(lambda: HISTORY, clues))
    ]


def test_without_clues_the_newest_comes_first() -> None:
    assert order(SearchClues()) == list(range(99, 0, -1))


def test_likely_then_around_the_date_then_tags_then_all() -> None:
    """Of the 40 around the date, those before it come first: the pin was a head on its day."""
    clues = SearchClues((sha(7), sha(5), "f" * 40), (sha(90), sha(7), sha(80)), 60_500.0)
    found = order(clues)
    assert found[:2] == [7, 5]
    assert found[2:42] == list(range(60, 20, -1))
    assert found[42:44] == [90, 80]
    assert found[44:] == [n for n in range(99, 0, -1) if n not in found[:44]]


def test_finds_the_tree_and_counts_each_tree_once() -> None:
    offered = [HISTORY[0], HISTORY[0], HISTORY[1], HISTORY[0], HISTORY[2]]
    found = search(sri(sha(100 + 97)), offered, hashed, never)
    assert found == Match(sha(97), sha(197), 97_000, depends_on_commit=False, looked_at=3)


def test_tells_which_limit_ended_it() -> None:
    found = search(sri(sha(1)), HISTORY, hashed, lambda seen: "the limit" if seen == 5 else "")
    assert found == NothingFound(5, ended_by="the limit")


def test_tells_how_many_have_no_one_hash_and_why_the_first_has_none() -> None:
    def refuse(one: One) -> TreeHash:
        if one.seconds > 98_000:
            raise Unreproducible("the first")
        if one.seconds > 97_000:
            raise Unreproducible("the second")
        return hashed(one)

    assert search(sri(sha(1)), HISTORY, refuse, never) == NothingFound(99, 2, "the first")


def test_a_tree_whose_hash_depends_on_the_commit_is_looked_at_for_each_commit() -> None:
    same = [One(sha(n), sha(500), n) for n in (3, 2, 1)]

    def by_commit(one: One) -> TreeHash:
        return TreeHash(sri(one.commit), depends_on_commit=True)

    found = search(sri(sha(1)), same, by_commit, never)
    assert found == Match(sha(1), sha(500), 1, depends_on_commit=True, looked_at=3)


def test_of_commits_with_the_same_tree_the_best_tag_wins_then_the_oldest() -> None:
    log = [One(sha(n), sha(500 + n % 2), n // 2) for n in range(9, 0, -1)]
    match = Match(sha(9), sha(501), 4, depends_on_commit=False, looked_at=1)
    assert [int(commit, 16) for commit, _ in same_tree(match, log, [sha(2), sha(7), sha(3)])] == [
        7,
        3,
        1,
        5,
        9,
    ]


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=30),
    st.data(),
    st.lists(st.integers(0, 40), max_size=4),
    st.lists(st.integers(0, 40), max_size=4),
    st.one_of(st.none(), st.integers(-5, 50)),
)
def test_finds_every_tree_of_a_random_history_whatever_the_clues(
    trees: list[int], data: st.DataObject, likely: list[int], newest: list[int], written: int | None
) -> None:
    log = [One(sha(n + 1), sha(100 + tree), 30 - n) for n, tree in enumerate(trees)]
    clues = SearchClues(tuple(map(sha, likely)), tuple(map(sha, newest)), written)
    wanted = data.draw(st.sampled_from(log))
    found = search(sri(wanted.tree), candidates(lambda: log, clues), hashed, never)
    assert isinstance(found, Match)
    assert (found.tree, found.looked_at <= len(set(trees))) == (wanted.tree, True)
