"""Whole screens as text: the control sequences of colours have names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.cli.colors import painted
from updater.report.terminal import report_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model import Outcome
    from updater.report.layout import PrintedLine
    from updater.report.screen import Screen

_NAMES = {
    "0": "/",
    "1": "bold",
    "2": "dim",
    "31": "red",
    "32": "green",
    "33": "yellow",
    "36": "cyan",
}


def lines_of(outcomes: Sequence[Outcome], screen: Screen) -> list[str]:
    """Return the lines of a report, without colours."""
    return plain(report_lines(outcomes, screen))


def plain(lines: Iterable[PrintedLine]) -> list[str]:
    """Return printed lines without colours."""
    return [line for printed in lines for line in painted(printed, color=False).split("\n")]


def readable(text: str) -> str:
    """Return text with each colour by its name: ``<red>failed</>``.

    Raises:
        KeyError: it has a colour that nobody named, or acts on the terminal otherwise.
    """
    shown = re.sub(r"\x1b\[([0-9]*)m", lambda found: f"<{_NAMES[found[1] or '0']}>", text)
    if "\x1b" in shown:
        raise KeyError(shown)
    return shown
