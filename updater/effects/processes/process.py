"""Programs: started with an argument list and an environment that is given to them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import anyio

from updater.effects.processes.environment import environment
from updater.text import printable, without_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def decoded(output: bytes) -> str:
    """Return a program's output as text that can be shown."""
    return without_secrets(printable(output.decode("utf-8", "replace")))


async def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - a program's time limit is data, not a scope
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end and return its status and output; it reads nothing.

    Args:
        command: its name or path, and its arguments.
        cwd: where it runs; here without it.
        env: its environment; what every program gets without it.
        timeout: how many seconds it may take.

    Raises:
        FileNotFoundError: there is no such program.
        TimeoutError: it took longer than ``timeout`` seconds, and was killed.
    """
    with anyio.fail_after(timeout):
        return await anyio.run_process(
            [str(part) for part in command],
            cwd=cwd,
            env=env if env is not None else environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
