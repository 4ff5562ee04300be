"""How wide a terminal is: as it says, or as the user does."""

from __future__ import annotations

import fcntl
import io
import os
import struct
import termios

import pytest

from updater.effects.processes.streams import width


class Odd(io.StringIO):
    """A terminal that is none of the system's."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("columns", "variable", "expected"),
    [
        (132, None, 132),
        (0, None, 80),
        (132, "100", 100),
        (132, "0", 132),
        (132, "", 132),
        (132, "-1", 132),
        (132, "wide", 132),
    ],
)
def test_a_terminal_has_the_columns_that_it_tells_unless_the_user_knows_better(
    monkeypatch: pytest.MonkeyPatch, columns: int, variable: str | None, expected: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if variable is not None:
        monkeypatch.setenv("COLUMNS", variable)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with os.fdopen(master, "w"), os.fdopen(slave, "w") as stream:
        assert width(stream) == expected


def test_what_does_not_tell_is_taken_for_a_usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert width(Odd()) == 80


def test_what_is_not_a_terminal_has_no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert width(io.StringIO()) is None
