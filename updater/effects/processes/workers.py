"""Python processes that answer one line of JSON with one line, each in its own time.

Their input ends when this process does, however it ends, and so do they. They get an environment
without secrets, and no Ctrl-C: that is this process's matter.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from updater.effects.processes.environment import environment

if TYPE_CHECKING:
    from collections.abc import Callable

# What this process can import, the other one can, however this one came to it.
_START = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = json.loads(sys.argv[1]); from importlib import import_module; "
    "import_module(sys.argv[2]).main(*sys.argv[3:])"
)
_GLANCE = 0.1
_PIECE = 1 << 16


class Worker:
    """One process that runs a module's ``main``; close it in the end.

    Args:
        module: its name; ``main`` reads lines from stdin and writes one for each to stdout.
        arguments: of ``main``.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, a module of this package
            [sys.executable, "-P", "-c", _START, json.dumps(sys.path), module, *arguments],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._received = b""

    def ask(self, question: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Send a question; all that wait for their answer must fit into a pipe, some 60 kB."""
        sent = self._process.stdin
        if sent is not None:
            with suppress(OSError):  # it died: the answer says so
                sent.write(f"{json.dumps(question)}\n".encode())
                sent.flush()

    def answer(self, over: Callable[[], bool]) -> Any:  # noqa: ANN401 - as above
        """Return the next answer; None where the process died, or the time for it is over."""
        stream = self._process.stdout
        while stream is not None and b"\n" not in self._received:
            while not select.select([stream], [], [], _GLANCE)[0]:
                if over():
                    return None
            piece = os.read(stream.fileno(), _PIECE)
            if not piece:
                return None
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    def close(self) -> None:
        """End the process, whatever it does."""
        with suppress(OSError), self._process:  # what it was asked last may not be written
            self._process.kill()
