"""`completion`: the script by which a shell completes commands, options and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.report.summary import Exit

if TYPE_CHECKING:
    from updater.cli.request import Request

_SHELLS = ("bash", "zsh", "fish")


@click.command(cls=options.SectionCommand, section="Other")
@click.argument("shell", metavar="SHELL", type=click.Choice(_SHELLS), help="bash, zsh or fish.")
@options.every
def completion(request: Request, shell: str) -> int:  # noqa: ARG001 - every command takes one
    """Print a shell's completion script."""
    from click.shell_completion import ShellComplete, get_completion_class

    root = click.get_current_context().find_root()
    kind = get_completion_class(shell)
    if kind is not None:
        script = kind(root.command, {}, "updater", "_UPDATER_COMPLETE")
        # The script alone: bash's own kind would start bash first, to look at its version.
        click.echo(ShellComplete.source(script), nl=False)
    return Exit.DONE


COMMAND = completion
