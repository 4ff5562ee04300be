"""What a program started ends with it."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.killed import ended_in
from updater.effects.processes.group import Stop, Stopped
from updater.effects.processes.process import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

# It begins another program in the same way, and waits; both hold the pipes.
NESTED = ("sh", "-c", 'sh -c "touch begun; sleep 1000; :" & wait')
STUBBORN = ("sh", "-c", 'trap "" INT TERM; sh -c "touch begun; sleep 1000; :" & wait')
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def begun(folder: Path) -> bool:
    """Wait until the nested program runs."""
    ends = time.monotonic() + 10
    while not (folder / "begun").exists() and time.monotonic() < ends:
        time.sleep(0.01)
    return (folder / "begun").exists()


def run_in_thread(folder: Path, stop: Stop, seconds: float) -> bytes:
    done = stop.run(NESTED, cwd=folder, env=ENVIRONMENT, sent=b"", seconds=seconds)
    return done.stdout


def test_a_program_reads_what_is_sent_and_its_output_and_status_come_back(tmp_path: Path) -> None:
    command = ("sh", "-c", "cat; echo wrong >&2; exit 3")
    done = Stop().run(command, cwd=tmp_path, env=ENVIRONMENT, sent=b"x" * 200_000, seconds=10)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"x" * 200_000, b"wrong\n")


def test_a_time_out_in_a_thread_ends_all(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        run_in_thread(tmp_path, Stop(), 1)
    assert (begun(tmp_path), ended_in(tmp_path)) == (True, True)


def test_work_that_is_stopped_ends_all_and_starts_nothing_more(tmp_path: Path) -> None:
    stop, raised = Stop(), list[type[BaseException]]()

    def work() -> None:
        try:
            run_in_thread(tmp_path, stop, 100)
        except Stopped as error:
            raised.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    assert begun(tmp_path)
    stop.set()
    assert ended_in(tmp_path)
    thread.join(10)
    (tmp_path / "begun").unlink()
    with pytest.raises(Stopped):
        run_in_thread(tmp_path, stop, 100)
    assert (raised, stop.is_set(), (tmp_path / "begun").exists()) == ([Stopped], True, False)


async def timed_out(folder: Path) -> None:
    await run(NESTED, cwd=folder, env=ENVIRONMENT, timeout=1)


async def cancelled(folder: Path) -> None:
    async with anyio.create_task_group() as tasks:

        async def work() -> None:
            await run(STUBBORN, cwd=folder, env=ENVIRONMENT)

        tasks.start_soon(work)
        while not (folder / "begun").exists():  # noqa: ASYNC110 - another program makes it
            await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    raise TimeoutError


@pytest.mark.parametrize("work", [timed_out, cancelled])
def test_a_time_out_and_a_cancellation_end_all(
    tmp_path: Path, work: Callable[[Path], Awaitable[None]]
) -> None:
    """Also what does not listen to Ctrl-C."""
    with pytest.raises(TimeoutError):
        anyio.run(work, tmp_path)
    assert (begun(tmp_path), ended_in(tmp_path)) == (True, True)


def test_a_program_killed_by_a_signal_has_its_number(tmp_path: Path) -> None:
    async def work() -> int:
        return (await run(("sh", "-c", "kill -9 $$"), cwd=tmp_path)).returncode

    assert anyio.run(work) == -signal.SIGKILL
