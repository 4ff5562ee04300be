"""`remove`: overlays go, with their places in flake.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="Change")
@options.some_packages
@click.option("--dry-run", is_flag=True, help="Print the diff; write nothing.")
@click.option("--commit", is_flag=True, help="Make one commit of all that is written.")
@options.every
def remove(request: Request, packages: tuple[str, ...], *, dry_run: bool, commit: bool) -> int:
    """Remove packages that nothing uses: file, list and environments."""
    from updater.cli.compositions import finish
    from updater.cli.overlays import Overlays
    from updater.cli.unfinished import see_to_it
    from updater.compose.removals import removal
    from updater.errors import UsageError

    if not packages:
        raise UsageError("remove needs a PKG", hint="run `updater remove --help`")
    request = request.about(packages)
    config = request.load()
    see_to_it(request, config.root, dry_run=dry_run, commit=commit)
    overlays = Overlays(request, config)
    change = removal(config, overlays.packages, overlays.files)
    return finish(request, "remove", config, change, dry_run=dry_run, commit=commit)


COMMAND = remove
