"""Commands in comments on pull requests: ``/updater hold``, each on a line of its own.

Those in code, quotes, lists and hidden text are none: people write them to show them to others.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 10
"""How many commands of a comment are read."""

EXPECTED: Final = (
    "write `/updater hold REASON`, `/updater ignore VERSION` (`2.0`, or `2.*` for all that begin "
    "so) or `/updater rebuild`, each on a line of its own"
)
ENDED: Final = (
    "this pull request is not open any more. To have its version proposed again, tick the "
    "package's box on the dashboard, or run `updater bump PKG --to VERSION --pr`"
)
_COMMAND = re.compile(r"/updater(?:[ \t]+(?P<verb>\S+)(?:[ \t]+(?P<rest>.*))?)?[ \t]*")
_HINT = re.compile(r"^ {0,3}/updater(?![^ \t\r\n])", re.MULTILINE)
_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!_-]{0,98}(\.\*)?")
_LONGEST = 200

Verb = Literal["hold", "ignore", "rebuild", ""]


class Command(Struct, frozen=True):
    """One command.

    Attributes:
        line: what was written.
        verb: empty for what is no command.
        details: the versions of ``ignore``, the reason of ``hold``.
        problem: why it cannot be done, and what to write; empty where it can.
    """

    line: str
    verb: Verb
    details: tuple[str, ...] = ()
    problem: str = ""


def may_have_commands(text: str) -> bool:
    """Tell whether a comment is worth the question who wrote it."""
    return _HINT.search(text) is not None


def read_commands(text: str) -> tuple[Command, ...]:
    """Return the first commands of a comment, in their order."""
    found = []
    for line in _shown(printable(text)):
        match = _COMMAND.fullmatch(line)
        if match is not None:
            found.append(
                _command(line.strip()[:_LONGEST], match["verb"] or "", match["rest"] or "")
            )
            if len(found) == MOST:
                break
    return tuple(found)


def _command(line: str, verb: str, rest: str) -> Command:
    match verb.lower():
        case "hold":
            return Command(line, "hold", (rest.strip()[:_LONGEST],))
        case "rebuild" if not rest.strip():
            return Command(line, "rebuild")
        case "ignore":
            patterns = tuple(dict.fromkeys(re.sub("[,`]", " ", rest).split()))
            wrong = next((one for one in patterns if not _PATTERN.fullmatch(one)), "")
            if not patterns or wrong:
                why = f"`{wrong}` is not a version" if wrong and "`" not in wrong else "no version"
                return Command(line, "", problem=f"{why}: {EXPECTED}")
            return Command(line, "ignore", patterns)
        case _:
            return Command(line, "", problem=f"not a command: {EXPECTED}")


def _shown(text: str) -> Iterator[str]:
    """Yield the lines of paragraphs that stand by themselves, as they were written."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - rarely needed

    tokens = MarkdownIt("commonmark").parse(text)
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open" and before.level == 0 and token.type == "inline":
            line = ""
            for part in token.children or ():
                if part.type in ("softbreak", "hardbreak"):
                    yield line
                    line = ""
                else:
                    mark = part.markup if part.type == "code_inline" else ""
                    line += f"{mark}{part.content or part.markup}{mark}"
            yield line
