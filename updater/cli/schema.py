"""`schema`: the JSON Schemas of what is read and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


def _complete_name(
    context: click.Context,  # noqa: ARG001 - as click calls it
    parameter: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[str]:
    from updater.report.json_schemas import MODELS

    return [name for name in MODELS if name.startswith(incomplete)]


@click.command(cls=options.SectionCommand, section="Other")
@click.argument(
    "name",
    metavar="[NAME]",
    default="",
    shell_complete=_complete_name,
    help="The schema to print; without it, the names of all.",
)
@options.every
def schema(request: Request, name: str) -> int:  # noqa: ARG001 - every command takes one
    """Print the JSON Schema of config.yaml or of --json."""
    from updater.cli.output import write
    from updater.errors import UsageError
    from updater.report.json_schemas import MODELS, json_schema
    from updater.report.summary import Exit

    if not name:
        width = max(map(len, MODELS))
        for model_name, model in MODELS.items():
            meaning = (model.__doc__ or "").partition("\n")[0].replace("``", "`").rstrip(".")
            write(f"{model_name.ljust(width)}  {meaning}")
    elif name in MODELS:
        write(json_schema(name).rstrip("\n"))
    else:
        raise UsageError(f"there is no schema {name!r}", hint=f"one of {', '.join(MODELS)}")
    return Exit.DONE


COMMAND = schema
