"""`review`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request


@click.command(cls=options.SectionCommand, section="In CI")
@click.argument(
    "base",
    metavar="[BASE]",
    default="",
    help="The branch, tag or commit to compare with; without it, the default branch.",
)
@click.option(
    "--trust",
    is_flag=True,
    help="Evaluate and build the branch as if it were yours: also another flake than BASE's, with "
    "your own environment and the network, and without Nix's sandbox.",
)
@options.every
def review(request: Request, base: str, *, trust: bool) -> int:
    """Verify, audit and test what a branch changes; change nothing."""
    from updater.cli.branch import review_branch

    return review_branch(request, base, trusted=trust)


COMMAND = review
