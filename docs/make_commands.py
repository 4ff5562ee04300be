"""Makes docs/commands.md from what the commands say of themselves.

python -m docs.make
"""

from __future__ import annotations

import click
from click.testing import CliRunner

from updater.cli.app import app

HEAD = """\
# Commands

{commands}

`bump --pr` opens or updates [pull requests](pull-requests.md) instead of writing files.
`bump --output DIR` and `publish DIR` do the same in two processes, so that the one that builds has
no token. `--dry-run` prints a diff for `git apply`, and the report on stderr. `--json` prints one
object, also when the arguments are wrong; its [schemas](schemas/) are published.

## Exit codes

| exit code | meaning: the first that applies |
| --- | --- |
| 2 | the arguments or the configuration are wrong |
| 3 | a PKG matches nothing |
| 1 | at least one package failed, or did not pass `verify`, `test` or `review` |
| 10 | `check --exit-code` only: updates are available |
| 0 | none of these |
| 130 | interrupted |
| 141 | nobody reads the output any more, as behind a pipe to `head` |

The rest of this page is what `updater COMMAND --help` says of each. The options of every command
stand last in each list.

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
    head = HEAD.format(commands=f"```\n{said()}\n```")
    return head + "\n".join(f"## {name}\n\n```\n{said(name)}\n```\n" for name in names())
