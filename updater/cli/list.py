"""`list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command("list", cls=options.SectionCommand, section="Look")
@options.packages
@options.every
def list_packages(request: Request, packages: tuple[str, ...]) -> int:
    """Show the packages, their files, and what each one follows."""
    from updater.cli.listed import described
    from updater.cli.output import paint, screen_of, write
    from updater.cli.overlays import Overlays
    from updater.report.listing import listing_lines
    from updater.report.summary import Exit

    request = request.about(packages)
    config = request.load()
    rows = [described(package, config) for package in Overlays(request, config).packages]
    if request.json:
        from updater.report.as_json import listing_json

        write(listing_json(rows))
    else:
        screen = screen_of("list", request, sys.stdout)
        paint(listing_lines(rows, screen), request, sys.stdout)
    return Exit.FAILED if any(row.status == "failed" for row in rows) else Exit.DONE


COMMAND = list_packages
