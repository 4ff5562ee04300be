"""`help`: what ``--help`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.report.summary import Exit

if TYPE_CHECKING:
    from updater.cli.request import Request


def _complete_command(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - as click calls it
    incomplete: str,
) -> list[str]:
    group = context.find_root().command
    names = group.list_commands(context) if isinstance(group, click.Group) else []
    return [name for name in names if name.startswith(incomplete)]


@click.command("help", cls=options.SectionCommand, section="Other")
@click.argument(
    "command",
    metavar="[COMMAND]",
    default="",
    shell_complete=_complete_command,
    help="The command to explain; without it, all commands.",
)
@options.every
def show_help(request: Request, command: str) -> int:  # noqa: ARG001 - every command takes one
    """Show all commands, or the options of one."""
    context = click.get_current_context().find_root()
    group = context.command
    if isinstance(group, click.Group) and command:
        _, shown, _ = group.resolve_command(context, [command])
        if shown is not None:
            context = click.Context(shown, info_name=command, parent=context)
    click.echo(context.get_help())
    return Exit.DONE


COMMAND = show_help
