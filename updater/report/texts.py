"""Lines for a log that is also read by a machine: none of them is a command to it.

GitHub Actions takes a line that begins with ``::``, after spaces, and ``##[`` anywhere in a line.
Source: GitHub docs, "Workflow commands for GitHub Actions"; actions/runner, `ActionCommand`.
"""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def one_line(text: str) -> str:
    """Return text as one line of printable characters."""
    return _CONTROL.sub("", " ".join(text.split())).replace("##[", "## [")


def log_lines(text: str) -> str:
    """Return text whose further lines are indented as quotations, whatever it holds."""
    first, *rest = text.splitlines() or [""]
    lines = [first, *(one if one.startswith("    | ") else f"    | {one}" for one in rest)]
    return "\n".join(_CONTROL.sub("", one).replace("##[", "## [") for one in lines)


def harmless(text: str) -> str:
    """Return lines that stay as they are, but for those that would be a command."""
    lines = (f"| {one}" if one.lstrip().startswith("::") else one for one in text.splitlines())
    return "\n".join(_CONTROL.sub("", one).replace("##[", "## [") for one in lines)
