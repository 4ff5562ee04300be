"""Which lines of a comment are commands."""

from __future__ import annotations

import pytest

from updater.publish.text.commands import MOST, may_have_commands, read_commands

COMMANDS = {
    "/updater hold": [("hold", ("",))],
    "/updater hold waits for torch 2.5": [("hold", ("waits for torch 2.5",))],
    "Thanks!\r\n\r\n  /updater ignore 2.*\r\nbye": [("ignore", ("2.*",))],
    "/updater ignore 2.*,3.* 4.0-rc1": [("ignore", ("2.*", "3.*", "4.0-rc1"))],
    "/Updater hold": [],
    "/updater Rebuild": [("rebuild", ())],
    "/updater hold\n/updater rebuild": [("hold", ("",)), ("rebuild", ())],
    "please /updater hold": [],
    "/updaterhold": [],
    "> /updater hold": [],
    "- /updater hold": [],
    "    /updater hold": [],
    "```\n/updater hold\n```": [],
    "`/updater hold`": [],
    "~~~~\n```\n/updater hold": [],
    "`say\n/updater hold\nthere`": [],
    "<!--\n/updater hold\n-->": [],
    "a <!-- b\n/updater hold\n-->": [],
    "<pre>\n/updater hold\n</pre>": [],
    "/updater": [("", ())],
    "/updater dance": [("", ())],
    "/updater ignore": [("", ())],
    "/updater ignore `2.*`": [("ignore", ("2.*",))],
    "/updater ignore 2.0]}}": [("", ())],
    "/updater rebuild it": [("", ())],
    "/updater ignore \N{ZERO WIDTH SPACE}": [("", ())],
    "/updater hold\n" * 40: [("hold", ("",))] * MOST,
}


@pytest.mark.parametrize("text", COMMANDS, ids=repr)
def test_a_line_of_a_paragraph_is_a_command(text: str) -> None:
    """In code, quotes, lists and hidden text it is shown to others, or to nobody."""
    said = [(command.verb, command.details) for command in read_commands(text)]
    assert said == COMMANDS[text]
    assert may_have_commands(text) or not said


PROBLEMS = {
    "/updater dance": "not a command",
    "/updater ignore": "no version",
    "/updater ignore 2.0 x{": "`x{` is not a version",
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items())
def test_what_cannot_be_done_says_what_to_write(text: str, problem: str) -> None:
    (command,) = read_commands(text)
    assert command.problem == (
        f"{problem}: write `/updater hold REASON`, `/updater ignore VERSION` (`2.0`, or `2.*` for "
        "all that begin so) or `/updater rebuild`, each on a line of its own"
    )
