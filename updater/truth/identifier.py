"""Asks a repository's history which commit a pinned hash holds; `identify` does the thinking."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from anyio import CapacityLimiter, to_thread

from updater.effects import git
from updater.effects.git_objects import Logged, Mirror
from updater.errors import HashError
from updater.hashing.archive import hash_archive
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.search import Clues, Match, Nothing, candidates, same_tree, search
from updater.identify.trees import TreeHash, TreeHasher
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from updater.effects.answers import Answers
    from updater.effects.git_objects import Batch


_NOTED_EVERY: Final = 50


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a search may go on: in trees to hash, and in seconds without the clone.

    What one run hashed the next one need not, so that runs with a small budget get on.
    """

    max_candidates: int = 5000
    seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Question:
    """Whose tree has a hash?

    Attributes:
        url: the repository's address.
        file: where the hash is written, relative to the root.
        written: the hash as written there.
        likely: commits to look at first.
        tagged: the commits of its tags, the best tag first.
    """

    url: str
    pinned: Sri
    file: str
    written: str
    likely: tuple[str, ...]
    tagged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """The commit that a hash holds.

    Attributes:
        looked_at: how many trees were hashed; None where the answer was kept from another run.
    """

    commit: str
    looked_at: int | None


Identification: TypeAlias = "Identity | Nothing"


class Identifier:
    """Answers questions, two at a time; each answer is kept for ever.

    Args:
        root: the user's repository, whose history says when a hash was written.
        cache: the folder for mirrors.
        answers: those of earlier runs; None where all is asked anew.
        budget: of each search.
        note: is told how far a search is, from its thread.
    """

    def __init__(
        self,
        root: Path,
        cache: Path,
        answers: Answers | None,
        budget: Budget,
        note: Callable[[str], None],
    ) -> None:
        self._root = root
        self._note = note
        self._cache = cache
        self._budget = budget
        self._answers = answers
        self._limit = CapacityLimiter(2)

    async def identify(self, question: Question) -> Identification:
        """Return the commit that a hash holds, or what was searched.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        asked = (question.url, str(question.pinned))
        kept = self._answers.get(*asked) if self._answers is not None else None
        if kept is not None:
            return Identity(str(kept["commit"]), None)
        written = await git.written_at(self._root, question.file, question.written)
        clues = Clues(question.likely, question.tagged, written)
        stop = threading.Event()
        try:
            found = await to_thread.run_sync(
                self._search, question, clues, stop, limiter=self._limit, abandon_on_cancel=True
            )
        finally:
            stop.set()
        if isinstance(found, Identity) and self._answers is not None:
            self._answers.keep({"commit": found.commit}, *asked)
        return found

    def _search(self, question: Question, clues: Clues, stop: threading.Event) -> Identification:
        pinned, budget = question.pinned, self._budget
        self._note(f"{question.url}: cloning")
        with Mirror.opened(question.url, self._cache / "mirrors") as mirror:
            deadline = time.monotonic() + budget.seconds
            with mirror.objects() as objects:
                hashes = _Hashes(mirror, objects, pinned)

                def ended(looked_at: int) -> str:
                    if looked_at % _NOTED_EVERY == 0:
                        self._note(f"{question.url}: {looked_at} trees")
                    if hashes.made >= budget.max_candidates:
                        return f"--max-candidates {budget.max_candidates}"
                    if stop.is_set() or time.monotonic() > deadline:
                        return f"--timeout {budget.seconds:.0f}s"
                    return ""

                try:
                    found = search(pinned, candidates(mirror.log, clues), hashes.of, ended)
                    if isinstance(found, Nothing):
                        return found
                    return Identity(_named(found, mirror, question, hashes), found.looked_at)
                finally:
                    hashes.keep()


def _named(match: Match, mirror: Mirror, question: Question, hashes: _Hashes) -> str:
    """Return the commit that stands for a tree, of all that have the same hash."""
    tagged = (*question.tagged, *mirror.tags().values())
    for commit, seconds in same_tree(match, mirror.log(), tagged):
        if not match.depends_on_commit or commit == match.commit:
            return commit
        with suppress(Unreproducible):
            if hashes.of(Logged(commit, match.tree, seconds)).sri == question.pinned:
                return commit
    return match.commit


class _Hashes:
    """Hashes of trees: computed here where that is exact, else from git's own archive.

    What another run computed is not computed again, unless it is the answer.

    Attributes:
        made: how many were computed in this run; no others count against the budget.
    """

    def __init__(self, mirror: Mirror, objects: Batch, pinned: Sri) -> None:
        self.made = 0
        self._mirror = mirror
        self._pinned = pinned.digest
        self._known = mirror.kept_hashes()
        self._hasher = TreeHasher(objects)

    def of(self, one: Logged) -> TreeHash:
        """Return a commit's hash.

        Raises:
            Unreproducible: it has none to compare.
        """
        tree = bytes.fromhex(one.tree)
        known = self._known.get(tree, self._pinned)
        if known != self._pinned:
            return TreeHash(Sri("sha256", known), depends_on_commit=False)
        self.made += 1
        hashed = self._computed(one)
        if not hashed.depends_on_commit:
            self._known[tree] = hashed.sri.digest
        return hashed

    def keep(self) -> None:
        """Leave the hashes to the next run."""
        if self.made:
            self._mirror.keep_hashes(self._known)

    def _computed(self, one: Logged) -> TreeHash:
        try:
            return self._hasher.hash(one.commit, one.tree)
        except Inexact:
            # Whether it depends on the commit is then unknown, and costs only time.
            try:
                with self._mirror.archive(one.commit) as chunks:
                    unpacked = hash_archive(chunks, filename=f"{one.commit}.tar")
            except HashError as error:
                raise Unreproducible(error.message) from error
            return TreeHash(unpacked.sri, depends_on_commit=True)
