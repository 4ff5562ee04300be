"""What an unsandboxed build can read of its ancestors: the environment they were started with.

``/proc/PID/environ`` shows the variables of a process as they were when its program began, whatever
it has unset since. A build that runs as the same user, without a sandbox, can read it. Source:
proc(5).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from updater.effects.processes.environment import holds_secret
from updater.effects.processes.process import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROC = Path("/proc")
"""Where Linux shows processes; elsewhere there is none, and nothing is found."""


def in_reach(names: frozenset[str]) -> tuple[str, ...]:
    """Tell who holds which secret: this process now, or it and its ancestors at first.

    Args:
        names: the variables that hold tokens; a proxy's or an index's password counts, too.

    Returns:
        parts of a sentence, such as ``GITHUB_TOKEN is set`` and ``GITHUB_TOKEN was set when bash
        (process 12) was started``; never a value.
    """
    reported = _held(os.environ, names)
    holders = [f"{name} is set" for name in sorted(reported)]
    for process in _line():
        held = sorted(_held(_initial(process), names) - reported)
        reported.update(held)
        whose = "the updater" if process == os.getpid() else _called(process)
        holders += [f"{name} was set when {whose} was started" for name in held]
    return tuple(holders)


def _held(variables: Mapping[str, str], names: frozenset[str]) -> set[str]:
    """Return the variables that hold a secret."""
    return {
        name
        for name, value in variables.items()
        if value.strip() and (name in names or holds_secret(name, value))
    }


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
    """Return the variables that a process was started with, as far as they may be read."""
    try:
        data = (PROC / str(process) / "environ").read_bytes()
    except OSError:  # another user's: a build of ours cannot read it either
        return {}
    pairs = (os.fsdecode(entry).partition("=") for entry in data.split(b"\0"))
    return {name: value for name, _, value in pairs}


def _called(process: int) -> str:
    try:
        name = decoded((PROC / str(process) / "comm").read_bytes()).strip()
    except OSError:
        name = "an ancestor"
    return f"{name} (process {process})"
