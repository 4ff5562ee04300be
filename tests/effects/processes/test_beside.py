"""Work in a copy of the process: its result comes back, and nothing else of it does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from updater.effects.processes.beside import ForkedWork

COPIES = (
    sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1  # else no copy is made
)
SCRIPT = """
import os
from updater.effects.processes.beside import ForkedWork

def work():
    {work}

beside = ForkedWork(work)
print(beside.result())
"""


def said(work: str, script: str = SCRIPT) -> str:
    """What a process without threads, which the test runner is not, says of some work."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script.format(work=work)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(not COPIES, reason="one processor, or not Linux")
def test_a_result_of_any_size_comes_back() -> None:
    assert said("return b'x' * 5") == "b'xxxxx'"
    assert said("return b'x' * 1_000_000") == f"b'{'x' * 1_000_000}'"


@pytest.mark.skipif(not COPIES, reason="one processor, or not Linux")
def test_the_work_is_done_in_another_process() -> None:
    assert said(f"return b'here' if os.getppid() == {os.getpid()} else b'there'") == "b'there'"


@pytest.mark.parametrize(
    "work", ["raise ValueError('lost')", "os.kill(os.getpid(), 9)", "raise KeyboardInterrupt"]
)
def test_what_ends_early_has_no_result_and_says_nothing(work: str) -> None:
    assert said(work) == "None"


REFUSED = """
import os

def refused():
    raise BlockingIOError(11, "Resource temporarily unavailable")

before = os.listdir("/proc/self/fd")
os.fork = refused
"""


@pytest.mark.skipif(not COPIES, reason="one processor, or not Linux")
def test_where_no_process_may_be_made_the_work_is_left_and_no_file_open() -> None:
    script = f"{REFUSED}{SCRIPT}print(os.listdir('/proc/self/fd') == before)"
    assert said("return b'done'", script) == "None\nTrue"


@pytest.mark.skipif(not COPIES, reason="one processor, or not Linux")
def test_where_nobody_tells_how_a_copy_ended_it_has_no_result() -> None:
    """As in a process whose starter ignores SIGCHLD: what was sent may be a part."""
    ignored = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    assert said("return b'done'", ignored + SCRIPT) == "None"


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells")
def test_processors_are_those_that_this_process_may_use() -> None:
    script = """
import os
from updater.effects.processes.beside import processors

os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
print(processors())
"""
    assert said("", script) == "1"


def test_a_process_with_threads_is_not_copied() -> None:
    """Its locks might be held by threads that the copy does not have."""
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert ForkedWork(lambda: b"done").result() is None
    finally:
        ended.set()
        thread.join()
