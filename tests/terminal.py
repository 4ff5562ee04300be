"""A pseudo-terminal to run the command at, and what a person then sees on it.

Source: ECMA-48 (CR, LF, CUU, EL, SGR); xterm's DECTCEM for the cursor.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import sys
import termios
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from updater.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_NAMES = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow", "36": "cyan"}
_TOKEN = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|(.)", re.DOTALL)


class Screen:
    """What a terminal shows after some output: lines of characters, each with its colours."""

    def __init__(self) -> None:
        self._lines: list[list[tuple[str, str]]] = [[]]
        self._row = self._column = 0
        self._style = ""

    def feed(self, text: str) -> None:
        """Take output.

        Raises:
            ValueError: it has a control sequence that no part of the program needs.
        """
        for found in _TOKEN.finditer(text):
            numbers, letter, character = found.groups()
            if character is not None:
                self._put(character)
            elif letter == "m":
                names = [_NAMES[code] for code in numbers.split(";") if code not in ("", "0")]
                self._style = " ".join([*filter(None, [self._style]), *names]) if names else ""
            elif letter == "A":
                self._row -= int(numbers or 1)
            elif letter == "K" and numbers == "2":
                self._lines[self._row] = []
            elif (numbers, letter) not in (("?25", "l"), ("?25", "h")):
                raise ValueError(found[0])

    def _put(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row += 1
            self._lines += [[]] * (self._row + 1 - len(self._lines))
        elif character < " ":
            raise ValueError(repr(character))
        else:
            line = self._lines[self._row]
            line += [(" ", "")] * (self._column + 1 - len(line))
            self._lines[self._row] = [
                *line[: self._column],
                (character, self._style),
                *line[self._column + 1 :],
            ]
            self._column += 1

    def __str__(self) -> str:
        """All lines, with each change of colour by its name."""
        lines = []
        for line in self._lines:
            shown, last = "", ""
            for character, style in line:
                if style != last:
                    shown += f"<{style}>" if style else "</>"
                    last = style
                shown += character
            lines.append(shown.rstrip() + ("</>" if last else ""))
        return "\n".join(lines).rstrip("\n") + "\n"


def run_at_terminal(
    patch: pytest.MonkeyPatch, columns: int, *arguments: str, encoding: str = "utf-8"
) -> tuple[int, str]:
    """Run the command in this process, stdout and stderr at a terminal of so many columns.

    Returns:
        The exit code, and all that came to the terminal.
    """
    with _terminal(columns) as (slave, received), patch.context() as here:
        here.setenv("TERM", "xterm-256color")
        here.delenv("COLUMNS", raising=False)
        with os.fdopen(slave, "w", encoding=encoding, closefd=False) as stream:
            here.setattr(sys, "stdout", stream)
            here.setattr(sys, "stderr", stream)
            code = main(list(arguments))
            stream.flush()
        termios.tcdrain(slave)
    return code, received.decode(encoding)


@contextmanager
def _terminal(columns: int) -> Iterator[tuple[int, bytearray]]:
    """Yield a terminal's end for programs, and what they have written to it at the end."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    received = bytearray()

    def read() -> None:
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # EIO: nobody has the other end any more
                return
            if not part:
                return
            received.extend(part)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield slave, received
    finally:
        os.close(slave)
        reader.join()
        os.close(master)
