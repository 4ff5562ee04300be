"""Hashes of a history's trees: kept ones, computed ones, and those that are computed ahead.

A long search hashes side by side: worker processes get stretches of history, so that what
neighbours share still costs nothing, and the search takes their answers in its own order.
"""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from updater.errors import HashError, UpstreamError
from updater.hashing.archive import hash_archive
from updater.identify.crew import Crew
from updater.identify.exact import Inexact, Passing, Unreproducible
from updater.identify.trees import TreeHash, TreeHasher
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from updater.effects.git.batch import Batch
    from updater.effects.git.mirror import LoggedCommit, Mirror
    from updater.identify.names import RefNames

_ALONE_SECONDS: Final = 2.0
"""How long one process hashes alone: most searches end sooner than others could start."""

_STRETCH_SECONDS: Final = 0.25
_LONGEST_STRETCH: Final = 250  # commits; two of them must fit into a pipe
_GROWTH: Final = 4
_UNMEASURED_STRETCH: Final = 25  # where an earlier run hashed all so far
_MOST_WORKERS: Final = 8


class TreeHashes:
    """Hashes of trees: computed here where that is exact, else from git's own archive.

    What another run computed is not computed again, unless it is the answer.

    Args:
        mirror: the history.
        objects: its objects.
        pinned: the hash that is searched for, if any.
        most: how many may be computed.
        over: tells that the time is over.

    Attributes:
        made: how many were computed in this run; no others count against the budget.
        over: tells that the time is over.
        lost: commits of which upstream does not have the files any more.
    """

    def __init__(
        self,
        mirror: Mirror,
        objects: Batch,
        pinned: Sri | None,
        most: int,
        over: Callable[[], bool],
    ) -> None:
        self.made = 0
        self.lost: set[str] = set()
        self._mirror = mirror
        self._pinned = pinned.digest if pinned is not None else b""
        self._most = most
        self.over = over
        self._digests = mirror.kept_hashes()
        self._objects = objects
        self._hasher = TreeHasher(objects)
        self._crew: Crew | None = None
        self._is_thin = mirror.is_thin

    def of(self, entry: LoggedCommit) -> TreeHash:
        """Return a commit's hash.

        Raises:
            Unreproducible: it has none to compare.
        """
        tree = bytes.fromhex(entry.tree)
        if self._is_known(tree):
            return TreeHash(Sri("sha256", self._digests[tree]), depends_on_commit=False)
        return self.anew(entry)

    def anew(self, entry: LoggedCommit) -> TreeHash:
        """Return a commit's hash, computed from its objects in this run.

        Raises:
            Unreproducible: it has none to compare.
        """
        self.made += 1
        try:
            ahead = self._crew.taken(entry, self.over) if self._crew is not None else None
            self._provide(entry)
            hashed = ahead or self._hasher.hash(entry.commit, entry.tree)
        except Inexact:
            hashed = self._archived(entry)
        except Passing:
            hashed = self._archived(entry)
            if hashed.sri.digest != self._pinned:
                raise
        if not hashed.depends_on_commit:
            self._digests[bytes.fromhex(entry.tree)] = hashed.sri.digest
        return hashed

    def names(self, entry: LoggedCommit, guesses: Iterable[RefNames]) -> RefNames | None:
        """Return the names of refs with which a commit's archive has the pinned hash.

        None where it has it with no guess, or its text depends on still more.
        """
        with suppress(Inexact, Unreproducible, UpstreamError):
            for names, sri in self._named(entry, guesses):
                if sri.digest == self._pinned:
                    return names
                if self.over():
                    break
        return None

    def pointers(self, entry: LoggedCommit | None) -> tuple[str, ...]:
        """Return the names of a commit's files that are pointers of Git LFS, as far as known."""
        with suppress(Inexact, Unreproducible, UpstreamError):
            if entry is not None:
                self._provide(entry)
                return self._hasher.pointers(entry.tree)
        return ()

    def _named(
        self, entry: LoggedCommit, guesses: Iterable[RefNames]
    ) -> Iterator[tuple[RefNames, Sri]]:
        def describe(placeholders: Sequence[bytes]) -> Mapping[bytes, bytes]:
            return self._mirror.described(entry.commit, placeholders)

        self._provide(entry)
        return self._hasher.hashes(entry.commit, entry.tree, guesses, describe)

    def keep(self) -> None:
        """Leave the hashes to the next run."""
        if self.made:
            self._mirror.keep_hashes(self._digests)

    def ahead(
        self, offered: Iterator[LoggedCommit], workers: int | None = None
    ) -> Generator[LoggedCommit]:
        """Yield candidates as they come; once it takes long, have the next ones hashed by others.

        Args:
            offered: the candidates in their order.
            workers: how many processes; as many as there are processors, if None.
        """
        if self._is_thin:
            offered = self._by_rounds(offered)
        workers = min(_MOST_WORKERS, _processors()) if workers is None else workers
        started, first = time.monotonic(), self.made
        for entry in offered:
            yield entry
            seconds = time.monotonic() - started
            if workers > 1 and seconds > _ALONE_SECONDS:
                break
        else:
            return
        made = self.made - first
        size = round(made / seconds * _STRETCH_SECONDS) if made else _UNMEASURED_STRETCH
        size = max(1, min(_LONGEST_STRETCH, size))
        self._hasher = TreeHasher(self._objects)  # what it keeps, the others keep now
        with Crew.of(workers, self._mirror) as crew:
            self._crew = crew
            try:
                yield from self._by_stretches(crew, offered, size)
            finally:
                self._crew = None

    def _by_rounds(self, offered: Iterator[LoggedCommit]) -> Iterator[LoggedCommit]:
        """Yield candidates, with what a thin mirror lacks of them fetched for more and more."""
        size = 1
        while entries := list(islice(offered, size)):
            new = (entry.tree for entry in entries if not self._is_known(bytes.fromhex(entry.tree)))
            if not self.over():
                self._mirror.provide(list(islice(dict.fromkeys(new), self._most - self.made)))
            yield from entries
            size = min(_LONGEST_STRETCH, size * _GROWTH)

    def _provide(self, entry: LoggedCommit) -> None:
        """Have what a commit's hash is made of.

        Raises:
            Unreproducible: upstream does not give it any more.
        """
        if self._is_thin:
            self._mirror.provide([entry.tree])
            if self._mirror.lacks(entry.tree):
                self.lost.add(entry.commit)
                raise Unreproducible

    def _by_stretches(
        self, crew: Crew, offered: Iterator[LoggedCommit], size: int
    ) -> Iterator[LoggedCommit]:
        waiting: deque[list[LoggedCommit]] = deque()
        sent: set[bytes] = set()
        while True:
            while len(waiting) < crew.room:
                stretch = list(islice(offered, size))
                if not stretch:
                    break
                new = {}
                for entry in stretch:
                    tree = bytes.fromhex(entry.tree)
                    if tree not in sent and not self._is_known(tree):
                        sent.add(tree)
                        new[entry.commit] = entry
                allowed = self._most - self.made - crew.outstanding
                crew.ask(list(islice(new.values(), max(0, allowed))))
                waiting.append(stretch)
            if not waiting:
                return
            yield from waiting.popleft()

    def _is_known(self, tree: bytes) -> bool:
        return self._digests.get(tree, self._pinned) != self._pinned

    def _archived(self, entry: LoggedCommit) -> TreeHash:
        # Whether it depends on the commit is then unknown, and costs only time.
        try:
            with self._mirror.archive(entry.commit) as chunks:
                unpacked = hash_archive(chunks, filename=f"{entry.commit}.tar")
        except HashError as error:
            raise Unreproducible(error.message) from error
        return TreeHash(unpacked.sri, depends_on_commit=True)


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
