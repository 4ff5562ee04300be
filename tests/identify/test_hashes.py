"""A long search hashes in several processes, and finds what one process finds, in its order."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.loopback.repositories import Repository
from updater.effects.git.mirror import Mirror
from updater.effects.processes import workers
from updater.identify import crew, hashes
from updater.identify.exact import Unreproducible
from updater.identify.hashes import TreeHashes
from updater.identify.search import Match, NothingFound, SearchClues, candidates, search
from updater.model import Sri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_TREE = Sri("sha256", bytes(32))


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """Commits of all kinds; whatever is searched there takes long from the first one on."""
    monkeypatch.setattr(hashes, "_ALONE_SECONDS", 0.0)
    monkeypatch.setattr(hashes, "_STRETCH_SECONDS", 0.005)
    repository = Repository(tmp_path / "repository.git")
    for number in range(60):
        repository.commit({f"{number % 7}/{number}": str(number), "same": "x"})
    repository.commit({".gitattributes": '"quoted" eol=crlf\n', "quoted": "a\n"})
    repository.commit({".gitattributes": "v export-subst\n", "v": "$Format:%H$\n"})
    repository.commit({"v": "$Format:%d$\n"})
    repository.commit({"v": None, ".gitattributes": None, "last": "x"})
    repository.settle()
    return Mirror(repository.path, "the test's repository")


def all_hashes(mirror: Mirror, number: int, most: int = 1000) -> list[str]:
    """Every commit's hash in the order of the log, by so many processes."""
    found = []
    with mirror.objects() as objects:
        made = TreeHashes(mirror, objects, NO_TREE, most, lambda: False)
        with closing(made.ahead(mirror.log(), number)) as offered:
            for one in offered:
                try:
                    found.append(str(made.of(one).sri))
                except Unreproducible as error:
                    found.append(str(error))
    return found


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[workers.Worker]:
    """The worker processes that a test starts."""
    made: list[workers.Worker] = []

    class Noted(workers.Worker):
        def __init__(self, module: str, *arguments: str) -> None:
            super().__init__(module, *arguments)
            made.append(self)

    monkeypatch.setattr(crew, "Worker", Noted)
    return made


@pytest.mark.parametrize("number", [2, 3])
def test_several_processes_say_what_one_says(
    mirror: Mirror, started: list[workers.Worker], number: int
) -> None:
    alone = all_hashes(mirror, 1)
    assert started == []
    assert all_hashes(mirror, number) == alone
    assert len(started) == number
    assert len(set(alone)) == len(alone) == 64


def test_a_process_that_dies_costs_only_time(
    mirror: Mirror, started: list[workers.Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = all_hashes(mirror, 1)
    asked = workers.Worker.ask

    def and_die(self: workers.Worker, question: list[object]) -> None:
        if self is started[0] and question:
            self._process.kill()
            self._process.wait()
        asked(self, question)

    monkeypatch.setattr(workers.Worker, "ask", and_die)
    assert all_hashes(mirror, 2) == alone


def test_the_first_candidate_in_order_is_found_and_the_processes_end(
    mirror: Mirror, started: list[workers.Worker]
) -> None:
    log = list(mirror.log())
    with mirror.objects() as objects:
        wanted = TreeHashes(mirror, objects, None, 1000, lambda: False).of(log[40]).sri

        made = TreeHashes(mirror, objects, wanted, 1000, lambda: False)
        with closing(made.ahead(candidates(mirror.log, SearchClues()), 2)) as offered:
            found = search(wanted, offered, made.of, lambda _: "")

    assert found == Match(log[40].commit, log[40].tree, log[40].seconds, False, 41)  # noqa: FBT003
    assert [one._process.poll() is not None for one in started] == [True, True]


def test_no_more_is_computed_than_the_budget_allows(
    mirror: Mirror, started: list[workers.Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = workers.Worker.ask

    def counted(self: workers.Worker, question: list[object]) -> None:
        asked.append(len(question))
        ask(self, question)

    monkeypatch.setattr(workers.Worker, "ask", counted)
    with mirror.objects() as objects:
        made = TreeHashes(mirror, objects, NO_TREE, 20, lambda: False)
        with closing(made.ahead(candidates(mirror.log, SearchClues()), 2)) as offered:
            found = search(
                NO_TREE, offered, made.of, lambda _: "the limit" if made.made >= 20 else ""
            )
    assert isinstance(found, NothingFound)
    assert (found.looked_at, found.ended_by) == (20, "the limit")
    assert 1 <= sum(asked) <= 19
    assert started


def test_the_end_of_the_time_ends_the_waiting(
    mirror: Mirror, started: list[workers.Worker]
) -> None:
    """A process that never answers is waited for no longer than the search may take."""
    over: list[int] = []

    def offered_and_stopped() -> Iterator[str]:
        with mirror.objects() as objects:
            made = TreeHashes(mirror, objects, NO_TREE, 1000, lambda: bool(over))
            with closing(made.ahead(mirror.log(), 2)) as offered:
                for one in offered:
                    for worker in started:
                        os.kill(worker._process.pid, signal.SIGSTOP)
                    if started:
                        over.append(1)
                    if one.seconds < newest - 3 * 86_400:  # those before have no hash to compare
                        yield str(made.of(one).sri)

    newest = next(mirror.log()).seconds
    found = offered_and_stopped()
    assert [next(found) for _ in range(3)] == all_hashes(mirror, 1)[4:7]
    found.close()  # type: ignore[attr-defined]  # a generator
    assert [one._process.poll() is not None for one in started] == [True, True]
