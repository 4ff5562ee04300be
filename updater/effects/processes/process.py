"""Programs: started with an argument list and an environment that holds no secret."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import anyio

from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_KEY|AUTH")


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without anything that looks like a secret.

    ``SSH_AUTH_SOCK`` goes too: no program that the updater starts needs the user's agent.
    """
    harmless = {
        name: value for name, value in os.environ.items() if not _SECRET.search(name.upper())
    }
    return harmless | extra


def decoded(output: bytes) -> str:
    """Return a program's output as text that can be shown."""
    return printable(output.decode("utf-8", "replace"))


async def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - a program's time limit is data, not a scope
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end and return its status and output; it reads nothing.

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
