"""`add`: new overlays, from a name to a package that builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.errors import UsageError

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.compose.references import Channel
    from updater.config.load import Config


@click.command(cls=options.SectionCommand, section="Change")
@click.argument(
    "references",
    metavar="REF...",
    nargs=-1,
    required=True,
    help="NAME or pypi:NAME of the package index, github:OWNER/REPO (also gitlab:, codeberg: and "
    "others) or a repository's address; with @VERSION, and NAME[EXTRA] for what an extra needs.",
)
@click.option(
    "--file",
    metavar="FILE",
    default="",
    help="The overlay's file; default: beside the others.",
)
@click.option("--name", metavar="NAME", default="", help="The package's attribute.")
@click.option(
    "--channel",
    type=click.Choice(["index", "tags"]),
    help="Take the source from the index or from a tag; default: whichever builds.",
)
@click.option("--with-missing", is_flag=True, help="Also add what is required and nobody has.")
@click.option(
    "--env", "environments", metavar="NAME", multiple=True, help="Put it into this environment."
)
@click.option("--no-build", is_flag=True, help="Write without building first.")
@click.option("--keep-failed", is_flag=True, help="Write it even if it does not build.")
@click.option("--dry-run", is_flag=True, help="Build, and print the diff; write nothing.")
@click.option("--commit", is_flag=True, help="Make one commit of all that is written.")
@click.option("--pr", is_flag=True, help="Open one pull request; leave the files alone.")
@options.every
def add(  # noqa: PLR0917 - click hands them over by their names
    request: Request,
    references: tuple[str, ...],
    file: str,
    name: str,
    channel: Channel | None,
    environments: tuple[str, ...],
    *,
    with_missing: bool,
    no_build: bool,
    keep_failed: bool,
    dry_run: bool,
    commit: bool,
    pr: bool,
) -> int:
    """Write overlays for projects, with their places in flake.nix."""
    from updater.cli.compositions import finish, propose, runner
    from updater.cli.overlays import overlays_there
    from updater.cli.unfinished import see_to_it
    from updater.compose.adder import Adder
    from updater.compose.additions import AddRequest

    options.refuse_offline(request, "add")
    if pr and (dry_run or commit):
        raise UsageError(
            "--pr cannot be combined with --dry-run or --commit", hint="run `updater add --help`"
        )
    if with_missing and no_build:
        raise UsageError(
            "--with-missing cannot be combined with --no-build: only the package set tells what "
            "is missing",
            hint="leave one of them out",
        )
    config = request.load()
    ask = AddRequest(
        references,
        _overlay_file(request, config, file) if file else "",
        name,
        channel,
        with_missing,
        not no_build,
        keep_failed,
        environments,
    )
    see_to_it(request, config.root, dry_run=dry_run or pr, commit=commit)
    addition = Adder(config, runner(request)).add(overlays_there(config), ask)
    if pr:
        return propose(request, config, addition)
    return finish(request, "add", config, addition, dry_run=dry_run, commit=commit)


def _overlay_file(request: Request, config: Config, file: str) -> str:
    """Return the file of an overlay relative to the project, from where it was given.

    Raises:
        UsageError: it is not a place for an overlay of this project.
        ReadError: a link leads out of the project.
    """
    from updater.effects import files

    below = files.below(config.root, request.root, file)
    if not below:
        raise UsageError(
            f"--file {file} is not in the project {files.absolute(config.root)}",
            hint="name a file of the project",
        )
    if not file.endswith(".nix"):
        raise UsageError(f"--file {file} does not end in .nix", hint="name a file, not a folder")
    files.refuse_outside(config.root, below[0])
    return below[0]


COMMAND = add
