"""What an unsandboxed build can read of its ancestors: the environment they were started with.

``/proc/PID/environ`` shows the variables of a process as they were when its program began, whatever
it has unset since. A build that runs as the same user, without a sandbox, can read it. Source:
proc(5).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from updater.effects.processes.process import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
"""Where Linux shows processes; elsewhere there is none, and nothing is found."""


def in_reach(names: frozenset[str]) -> tuple[str, ...]:
    """Tell who holds which of some variables: this process now, or it and its ancestors at first.

    Returns:
        parts of a sentence, such as ``GITHUB_TOKEN is set`` and ``GITHUB_TOKEN was set when bash
        (process 12) was started``; never a value.
    """
    holders = [f"{name} is set" for name in sorted(names) if os.environ.get(name, "").strip()]
    reported = {name for name in names if os.environ.get(name, "").strip()}
    for process in _line():
        held = sorted(names & _initial(process).keys() - reported)
        reported.update(held)
        whose = "the updater" if process == os.getpid() else _called(process)
        holders += [f"{name} was set when {whose} was started" for name in held]
    return tuple(holders)


def _line() -> Iterator[int]:
    """Yield this process and its ancestors, the nearest first."""
    process = os.getpid()
    while process > 0:
        yield process
        try:
            status = (PROC / str(process) / "status").read_text("utf-8", "replace")
        except OSError:
            return
        parents = [line.split()[1] for line in status.splitlines() if line.startswith("PPid:")]
        process = int(parents[0]) if parents else 0


def _initial(process: int) -> dict[str, str]:
    """Return the variables with a value that a process was started with, as far as may be read."""
    try:
        data = (PROC / str(process) / "environ").read_bytes()
    except OSError:  # another user's: a build of ours cannot read it either
        return {}
    pairs = (os.fsdecode(entry).partition("=") for entry in data.split(b"\0"))
    return {name: value for name, _, value in pairs if value.strip()}


def _called(process: int) -> str:
    try:
        name = decoded((PROC / str(process) / "comm").read_bytes()).strip()
    except OSError:
        name = "an ancestor"
    return f"{name} (process {process})"
