"""Makes docs/commands.md from what the commands say of themselves.

python docs/make_commands.py > docs/commands.md
"""

from __future__ import annotations

import sys

import click
from click.testing import CliRunner

from updater.cli.app import app

HEAD = """\
# Commands

What `updater COMMAND --help` says of each. The options of every command stand last in each list.

"""


def names() -> tuple[str, ...]:
    """Return the commands in the order of their help."""
    return tuple(app.list_commands(click.Context(app)))


def said(*command: str) -> str:
    """Return the help of a command, or of all without one, 100 columns wide."""
    runner = CliRunner(env={"COLUMNS": "100"})
    return runner.invoke(app, [*command, "--help"], prog_name="updater").output.strip()


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(f"## {name}\n\n```\n{said(name)}\n```\n" for name in names())


if __name__ == "__main__":
    sys.stdout.write(page())
