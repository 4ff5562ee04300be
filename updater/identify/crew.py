"""Worker processes that hash stretches of a history side by side."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from updater.effects.processes.workers import Worker
from updater.identify.exact import Inexact, Unreproducible
from updater.identify.trees import KEPT_BYTES, TreeHash
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from updater.effects.git.mirror import LoggedCommit, Mirror

_WAITING: Final = 2  # stretches for each worker: one in work, one in the pipe


class Crew:
    """Worker processes and what they were asked for, each stretch by its turn.

    Attributes:
        room: how many stretches they may have.
    """

    def __init__(self, workers: list[Worker]) -> None:
        self.room = len(workers) * _WAITING
        self._workers = workers
        self._turn = 0
        self._stretches: deque[tuple[Worker, list[str]]] = deque()
        self._hashes: dict[str, Any] = {}

    @classmethod
    @contextmanager
    def of(cls, number: int, mirror: Mirror) -> Iterator[Crew]:
        """Start so many processes, and end them whatever happens."""
        workers: list[Worker] = []
        try:
            for _ in range(number):
                arguments = (str(mirror.folder), str(KEPT_BYTES // number))
                workers.append(Worker("updater.identify.worker", *arguments))
            yield cls(workers)
        finally:
            for worker in workers:
                worker.close()

    @property
    def outstanding(self) -> int:
        """How many trees they were asked for and have not told yet, or nobody has taken."""
        return sum(len(commits) for _, commits in self._stretches) + len(self._hashes)

    def ask(self, stretch: list[LoggedCommit]) -> None:
        """Give the next worker a stretch."""
        if stretch:
            worker = self._workers[self._turn % len(self._workers)]
            self._turn += 1
            worker.ask([(entry.commit, entry.tree) for entry in stretch])
            self._stretches.append((worker, [entry.commit for entry in stretch]))

    def taken(self, entry: LoggedCommit, over: Callable[[], bool]) -> TreeHash | None:
        """Return the hash of a commit, None where no worker tells it.

        Raises:
            Inexact: git itself must be asked.
            Unreproducible: it has none to compare.
        """
        while entry.commit not in self._hashes and any(
            entry.commit in each for _, each in self._stretches
        ):
            worker, commits = self._stretches.popleft()
            answers = worker.answer(over)
            if answers is None:
                return None
            self._hashes |= dict(zip(commits, answers, strict=True))
        match self._hashes.pop(entry.commit, None):
            case [str(digest), bool(depends)]:
                return TreeHash(Sri("sha256", bytes.fromhex(digest)), depends)
            case ["unreproducible", *words]:
                raise Unreproducible(" ".join(words))
            case ["inexact"]:
                raise Inexact
            case _:
                return None
