"""One of Nix's commands, interrupted with the updater, whose stderr is appended to a log file."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, BinaryIO

import anyio
from anyio import to_thread
from msgspec import Struct

from updater.effects.processes.group import interrupt
from updater.effects.processes.process import decoded
from updater.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class NixResult(Struct, frozen=True):
    """A Nix command that ended: its exit code, stdout, and its log as text."""

    exit_code: int
    stdout: str
    log: str


async def run_logged(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path
) -> NixResult:
    """Run a command in a process group of its own, which ends with it.

    Args:
        command: its arguments, the program first.
        cwd: the folder in which it runs.
        environment: all that it sees of the environment.
        log: the file to which its stderr is appended, without control sequences.

    Raises:
        BuildError: Nix is not installed.
    """
    with _appended(log) as errors:
        started = errors.tell()
        try:
            process = await anyio.open_process(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise BuildError(
                f"{command[0]} is not installed", hint="install Nix, or use --no-build"
            ) from error
        output = bytearray()
        try:
            if process.stdout is not None:
                async for piece in process.stdout:
                    output += piece
            await process.wait()
        except BaseException:
            await interrupt(process)
            _cleaned(log, started)
            raise
        finally:
            await process.aclose()
    text = await to_thread.run_sync(_cleaned, log, started)
    return NixResult(process.returncode or 0, output.decode("utf-8", "replace"), text)


def _cleaned(log: Path, start: int) -> str:
    """Return a log from some byte on, without control sequences, and leave the file so, too."""
    with log.open("r+b") as file:
        file.seek(start)
        text = decoded(file.read())
        file.seek(start)
        file.write(text.encode())
        file.truncate()
    return text


def _appended(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")
