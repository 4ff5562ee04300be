"""Which candidates are looked at, in which order, and when the search ends.

Order: tags that match the version label and the heads that the rev names; commits around the day
on which the pin was written; tags, newest first; all commits, newest first. Each tree once.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from msgspec import Struct

from updater.hashing.pointers import named
from updater.identify.exact import Unreproducible
from updater.identify.substitute import COUNTS_TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from updater.identify.names import RefNames
    from updater.identify.trees import TreeHash
    from updater.model import Sri

_AROUND: Final = 40
_SUSPECTS = "rewritten history, submodules or an edited hash?"


class HistoryCommit(Protocol):
    """A commit as the repository's log has it; times are seconds since 1970."""

    @property
    def commit(self) -> str:
        """Its id."""

    @property
    def tree(self) -> str:
        """The id of its tree."""

    @property
    def seconds(self) -> int:
        """When it was committed."""


AnyCommit = TypeVar("AnyCommit", bound=HistoryCommit)


class SearchClues(Struct, frozen=True):
    """What is known of a pin beside its hash.

    Attributes:
        likely: commits to look at first: tags that match the label, what the rev names.
        newest: commits of tags, newest first.
        written: when the hash was written, in seconds since 1970; None where nobody knows.
    """

    likely: tuple[str, ...] = ()
    newest: tuple[str, ...] = ()
    written: float | None = None


class Match(Struct, frozen=True):
    """The commit whose tree has the hash.

    Attributes:
        names: the names of refs that its archive had, where its text depends on them.
    """

    commit: str
    tree: str
    seconds: int
    depends_on_commit: bool
    looked_at: int
    names: RefNames | None = None


class NothingFound(Struct, frozen=True):
    """No commit that was looked at has the hash.

    Attributes:
        looked_at: how many different trees.
        unreproducible: how many commits have no hash to compare, and why the first has none.
        ended_by: the limit that ended the search, or an empty string: it saw everything.
        pointers: the names of files that are pointers of Git LFS.
        lost: of how many of these commits upstream does not have the files any more.
        brief: it was ended although a longer search is allowed to others, after so many seconds.
        is_behind: something is not there that upstream was seen to have.
    """

    looked_at: int
    unreproducible: int = 0
    why: str = ""
    ended_by: str = ""
    pointers: tuple[str, ...] = ()
    brief: float | None = None
    lost: int = 0
    is_behind: bool = False

    @property
    def is_of_refs(self) -> bool:
        """Whether there are archives whose text depends on refs, which may have had the hash."""
        return "$Format:" in self.why and not self.is_of_time

    @property
    def is_of_time(self) -> bool:
        """Whether there are archives whose text changes with time, which may have had the hash."""
        return COUNTS_TIME in self.why

    @property
    def explained(self) -> str:
        """What was searched, and what would explain that the hash is not there."""
        if self.brief is not None:
            return (
                f"the rev moves, and the commit that the hash holds was not found in "
                f"{self.brief:g} s: run `updater identify`, which searches on"
            )
        compared = self.looked_at - self.unreproducible
        first = "the first " if self.ended_by else ""
        match compared:
            case 0:
                none = "no commit could be compared with the pinned hash"
            case 1:
                none = f"{first or 'the only '}commit does not match the pinned hash"
            case _:
                none = f"none of {first}{compared} commits matches the pinned hash"
        why = f"the search ended at {self.ended_by}" if self.ended_by else _SUSPECTS
        reasons = [f"{none} ({why})"]
        count = self.unreproducible - self.lost
        others = "1 commit has" if count == 1 else f"{count} commits have"
        if self.is_of_refs and not self.ended_by:
            may_be = "one that is gone by now may have led there when the hash was written"
            archives = f"{others} an archive that changes with the refs that lead there"
            reasons = [f"no commit has the pinned hash now, but {archives} ({self.why}): {may_be}"]
        elif self.is_of_time and not self.ended_by:
            archives = f"{others} an archive that changes with time ({self.why})"
            may_be = "it may have had the hash when that was written"
            reasons = [f"no commit has the pinned hash now, but {archives}: {may_be}"]
        elif count:
            reasons.append(f"{others} no one hash: {self.why}")
        if self.lost:
            commits = "1 commit" if self.lost == 1 else f"{self.lost} commits"
            reasons.append(f"the host does not have the files of {commits} any more")
        if self.pointers:
            reasons.append(
                f"{named(self.pointers)}, and an archive with the files themselves has the hash of "
                "no commit"
            )
        return "; ".join(reasons)


def candidates(log: Callable[[], Iterable[AnyCommit]], clues: SearchClues) -> Iterator[AnyCommit]:
    """Yield every commit, likeliest first, the likely ones again later on.

    Args:
        log: all commits, newest first.
        clues: what makes some likely.
    """
    ids = dict.fromkeys((*clues.likely, *clues.newest))
    by_id: dict[str, AnyCommit] = {}

    def noted() -> Iterator[AnyCommit]:
        for entry in log():
            if entry.commit in ids:
                by_id[entry.commit] = entry
            yield entry

    near: list[AnyCommit] = []
    if clues.written is not None:
        written = clues.written
        near = heapq.nsmallest(
            _AROUND,
            noted(),
            key=lambda entry: (entry.seconds > written, abs(entry.seconds - written)),
        )
    elif ids:
        for _ in noted():
            if len(by_id) == len(ids):
                break
    yield from (by_id[commit] for commit in clues.likely if commit in by_id)
    yield from near
    yield from (by_id[commit] for commit in clues.newest if commit in by_id)
    yield from log()


def search(
    pinned: Sri,
    offered: Iterable[AnyCommit],
    hash_of: Callable[[AnyCommit], TreeHash],
    ended: Callable[[int], str],
    names_of: Callable[[AnyCommit], RefNames | None] = lambda _: None,
) -> Match | NothingFound:
    """Return the first candidate whose tree has the pinned hash.

    Args:
        pinned: the hash.
        offered: the candidates in their order.
        hash_of: the hash of a candidate's tree; raises Unreproducible.
        ended: told how many trees were looked at; the limit that is reached, or an empty string.
        names_of: of a candidate without one hash, the names of refs with which it has the pinned
            one; None where there are none.
    """
    trees: set[bytes] = set()
    dependent: set[bytes] = set()  # commits whose tree has another hash for each commit
    looked_at = unreproducible = 0
    why = ""
    for candidate in offered:
        tree, commit = bytes.fromhex(candidate.tree), bytes.fromhex(candidate.commit)
        if tree in trees or commit in dependent:
            continue
        limit = ended(looked_at)
        if limit:
            return NothingFound(looked_at, unreproducible, why, limit)
        looked_at += 1
        try:
            hashed = hash_of(candidate)
        except Unreproducible as error:
            names = names_of(candidate)
            if names is not None:
                commit_id, seconds = candidate.commit, candidate.seconds
                return Match(commit_id, candidate.tree, seconds, True, looked_at, names)  # noqa: FBT003
            unreproducible += 1
            why = why or str(error)
            dependent.add(commit)
            continue
        if hashed.sri == pinned:
            return Match(
                candidate.commit,
                candidate.tree,
                candidate.seconds,
                hashed.depends_on_commit,
                looked_at,
            )
        if hashed.depends_on_commit:
            dependent.add(commit)
        else:
            trees.add(tree)
    return NothingFound(looked_at, unreproducible, why)


def same_tree(
    match: Match, log: Iterable[HistoryCommit], tagged: Sequence[str]
) -> Iterator[tuple[str, int]]:
    """Yield the commits that have a match's tree: those that tags name first, then the oldest.

    Args:
        match: one of them.
        log: all commits, newest first.
        tagged: the commits of tags, the best tag first.

    Returns:
        Pairs of commit and seconds since 1970.
    """
    seconds = {entry.commit: entry.seconds for entry in log if entry.tree == match.tree}
    seconds = seconds or {match.commit: match.seconds}
    for commit in dict.fromkeys(tagged):
        if commit in seconds:
            yield commit, seconds.pop(commit)
    oldest_first = list(seconds.items())[::-1]  # of two in the same second, the log knows
    yield from sorted(oldest_first, key=lambda pair: pair[1])
