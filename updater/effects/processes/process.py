"""Programs: started with an argument list and an environment that is given to them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import anyio

from updater.effects.processes.environment import environment
from updater.effects.processes.group import kill
from updater.text import printable, without_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from anyio.abc import ByteReceiveStream


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

    Where this is cancelled, all that the program started ends with it.

    Args:
        command: its name or path, and its arguments.
        cwd: where it runs; here without it.
        env: its environment; what every program gets without it.
        timeout: how many seconds it may take.

    Raises:
        FileNotFoundError: there is no such program.
        TimeoutError: it took longer than ``timeout`` seconds, and was killed.
    """
    words = [str(part) for part in command]
    with anyio.fail_after(timeout):
        process = await anyio.open_process(
            words,
            cwd=cwd,
            env=env if env is not None else environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        output, errors = bytearray(), bytearray()
        try:
            async with anyio.create_task_group() as reading:
                reading.start_soon(_read, process.stdout, output)
                reading.start_soon(_read, process.stderr, errors)
            await process.wait()
        except BaseException:
            kill(process.pid)
            raise
        finally:
            await process.aclose()
    code = process.returncode or 0
    return subprocess.CompletedProcess(words, code, bytes(output), bytes(errors))


async def run_at_terminal(
    command: Sequence[str], *, cwd: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a program that may ask the user at the terminal, as git does for a key that signs.

    Ctrl-C there comes to it, too.

    Args:
        command: its name, and its arguments.
        cwd: where it runs.
        env: its environment.

    Raises:
        FileNotFoundError: there is no such program.
    """
    return await anyio.run_process(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False)


async def _read(stream: ByteReceiveStream | None, data: bytearray) -> None:
    if stream is not None:  # always: it was asked for
        async for piece in stream:
            data += piece
