"""SIGTERM and the second Ctrl-C end a run within its grace, whatever it cannot leave."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.project import FAKE, Project, pypi_overlay
from updater.effects.processes.ending import GRACE

if TYPE_CHECKING:
    from tests.loopback.index import Index

# A reader of the index's answers that hangs in C: where a thread waits, and where the loop itself
# matches an expression, during which Python runs no other thread.
HANGING = """
import anyio, re, sys, time
from updater.__main__ import main
from updater.upstreams import pypi
how = sys.argv.pop(1)
def hang(*_):
    print("hangs", flush=True)
    if how == "in the loop":
        re.match("(a+)+b", "a" * 64)
    time.sleep(1000)
async def wait(read, *_):
    await anyio.to_thread.run_sync(read)
pypi._packed = hang
if how == "in a thread that is waited for":
    pypi.apart = wait
sys.exit(main())
"""


@pytest.mark.parametrize("how", ["in a thread", "in a thread that is waited for", "in the loop"])
@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]], ids=["SIGTERM", "Ctrl-C twice"]
)
def test_a_reader_that_hangs_holds_no_end_up(
    project: Project, index: Index, how: str, signals: list[signal.Signals]
) -> None:
    many = 200 if how == "in a thread" else 1  # long answers are read in threads
    for number in range(many):
        index.release("a", f"1.{number}")
    project.overlay("a.nix", pypi_overlay("a", "1.0", sri=FAKE))
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, how, "check", "-C", str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "hangs\n"
    started = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.2)
    try:
        process.communicate(timeout=30)
    finally:
        process.kill()
    assert time.monotonic() - started < GRACE + 6
    assert process.returncode in (130, -signal.SIGALRM)
