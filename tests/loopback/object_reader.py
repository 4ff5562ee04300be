"""What git reads of a repository, asked of one process that stays."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEAD = re.compile(rb"([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)\n")


class ObjectReader:
    """``git cat-file --batch`` in a repository: it starts at the first question.

    It sees what other processes of git write there meanwhile. It ends with `close`, or with this
    object.

    Args:
        path: the bare repository's folder.
        environment: all variables of git.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()

    def ask(self, expression: str) -> tuple[str, str, bytes] | None:
        """Return the id, type and content of what an expression names, None for nothing."""
        if "\n" in expression:
            return None
        with self._asking:
            process = self._process or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(os.fsencode(expression) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"git cat-file in {self._path} ended")
            head = _HEAD.fullmatch(line)
            if head is None:
                return None
            content = process.stdout.read(int(head[3]) + 1)[:-1]
        return head[1].decode(), head[2].decode(), content

    def close(self) -> None:
        """End the process; a further question starts another one."""
        with self._asking:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["git", "cat-file", "--batch"],
            cwd=self._path,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process = process
        weakref.finalize(self, _end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        process.kill()
        process.communicate()
