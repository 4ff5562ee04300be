"""A git that takes too long, or is not wanted any more, ends with its remote helper."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.killed import ended_in, working_in
from tests.loopback.faults import Hang
from updater.effects.git.history import History
from updater.effects.git.mirror import Mirror
from updater.effects.processes.group import Stop, Stopped
from updater.errors import GitTooSlow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.github import GitHub


@pytest.fixture(name="hang")
def hanging(github: GitHub) -> Hang:
    """A repository whose host takes a question, and does not answer."""
    github.repository("o", "r").commit({"a": "1"})
    hang = Hang()
    github.server.fail("POST /o/r.git/git-upload-pack", hang)
    return hang


@pytest.mark.usefixtures("hang")
def test_a_clone_that_takes_too_long_ends_and_the_next_one_goes_well(
    github: GitHub, tmp_path: Path
) -> None:
    url, cache = f"{github.url}/o/r.git", tmp_path / "cache"
    with pytest.raises(GitTooSlow), Mirror.opened(url, cache, seconds=1):
        pass
    assert ended_in(cache)
    github.server.mend()
    with Mirror.opened(url, cache) as mirror:
        assert len(list(mirror.log())) == 1


def test_a_clone_that_is_not_wanted_any_more_ends_at_once(
    github: GitHub, tmp_path: Path, hang: Hang
) -> None:
    stop, cache, raised = Stop(), tmp_path / "cache", list[str]()

    def work() -> None:
        try:
            with Mirror.opened(f"{github.url}/o/r.git", cache, stop=stop):
                pass
        except Stopped as error:
            raised.append(type(error).__name__)

    thread = threading.Thread(target=work)
    thread.start()
    assert hang.reached.wait(60)
    assert working_in(cache)
    stop.set()
    assert ended_in(cache)
    thread.join(60)
    assert raised == ["Stopped"]


def test_a_history_that_is_not_wanted_any_more_ends_at_once(github: GitHub, hang: Hang) -> None:
    async def work() -> bool:
        with History.opened(f"{github.url}/o/r.git") as history:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(history.fetch, ["1" * 40])
                await anyio.to_thread.run_sync(hang.reached.wait, 60)
                assert working_in(history._folder)
                tasks.cancel_scope.cancel()
            return ended_in(history._folder)

    assert anyio.run(work)
