"""Programs that end with all that they started: each leads a session of its own.

To kill a program leaves what it started: git's remote helper, which waits for its host. Ctrl-C at
the terminal does not come to another session, so whoever starts a program here ends it, too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_GRACE_SECONDS = 5.0


class Stopped(Exception):
    """The work that a program belongs to is not wanted any more."""


class Stop:
    """Stops work in a thread, which looks at it, and the programs that the work has started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leaders: set[int] = set()
        self._is_set = False

    def is_set(self) -> bool:
        """Tell whether the work is to end."""
        return self._is_set

    def set(self) -> None:
        """End the work's programs at once, and let it start no other."""
        with self._lock:
            self._is_set = True
            for leader in self._leaders:
                kill(leader)

    def run(  # noqa: PLR0913 - what a program gets
        self,
        command: Sequence[str],
        *,
        cwd: Path | None,
        env: Mapping[str, str],
        sent: bytes,
        seconds: float,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end and return its status and output.

        Args:
            command: its name or path, and its arguments.
            cwd: where it runs; here for None.
            env: its environment.
            sent: what it reads.
            seconds: how long it may take.
            pass_fds: the files that it gets.

        Raises:
            FileNotFoundError: there is no such program.
            TimeoutError: it took longer, and was killed with all that it started.
            Stopped: it was killed so, or was not started, because the work is to end.
        """
        with self._started(command, cwd, env, pass_fds) as process:
            try:
                output, errors = process.communicate(sent, timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise TimeoutError from error
        if self._is_set and process.returncode:
            raise Stopped
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    @contextmanager
    def _started(
        self,
        command: Sequence[str],
        cwd: Path | None,
        env: Mapping[str, str],
        pass_fds: Sequence[int],
    ) -> Iterator[subprocess.Popen[bytes]]:
        with self._lock:
            if self._is_set:
                raise Stopped
            process = subprocess.Popen(  # noqa: S603 - a list
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=pass_fds,
            )
            self._leaders.add(process.pid)
        with process:
            try:
                yield process
            except BaseException:
                kill(process.pid)
                raise
            finally:
                with self._lock:
                    self._leaders.remove(process.pid)


def kill(leader: int) -> None:
    """Kill a program that leads a session, and all that it started."""
    with suppress(ProcessLookupError, PermissionError):  # it is gone, or on macOS not waited for
        os.killpg(leader, signal.SIGKILL)


async def interrupt(process: anyio.abc.Process) -> None:
    """Interrupt a program that leads a session, as Ctrl-C would; then kill what does not listen."""
    with anyio.CancelScope(shield=True):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGINT)
        with anyio.move_on_after(_GRACE_SECONDS):
            await process.wait()
        kill(process.pid)
        with anyio.move_on_after(_GRACE_SECONDS):
            await process.wait()
