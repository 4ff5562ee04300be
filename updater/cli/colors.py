"""When output has colours, and which.

Source: no-color.org (NO_COLOR); bixense.com/clicolors (CLICOLOR, CLICOLOR_FORCE); FORCE_COLOR as
Python's own command line reads it, so that NO_COLOR overrules it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.cli.request import Color
    from updater.report.layout import PrintedLine, Style

_LOOKS: dict[Style, dict[str, Any]] = {
    "plain": {},
    "good": {"fg": "green"},
    "new": {"fg": "cyan"},
    "waiting": {"fg": "yellow"},
    "bad": {"fg": "red", "bold": True},
    "quiet": {"dim": True},
    "added": {"fg": "green"},
    "removed": {"fg": "red"},
    "place": {"fg": "cyan"},
}


def has_color(choice: Color, variables: Mapping[str, str], *, terminal: bool) -> bool:
    """Tell whether what is printed has colours.

    Args:
        choice: what ``--color`` says; ``auto`` leaves it to the variables and the terminal.
        variables: the environment's.
        terminal: the output goes to one.
    """
    if choice != "auto":
        return choice == "always"
    if variables.get("NO_COLOR"):
        return False
    if any(variables.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    refused = variables.get("CLICOLOR") == "0" or variables.get("TERM") == "dumb"
    return terminal and not refused and not variables.get("CI")


def painted(line: PrintedLine, *, color: bool) -> str:
    """Return a line's text, with the control sequences of its colours where it has some."""
    if not color:
        return "".join([piece.text for piece in line])
    return "".join(
        click.style(piece.text, **_LOOKS[piece.style]) if _LOOKS[piece.style] else piece.text
        for piece in line
    )
