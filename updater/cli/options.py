"""What command lines may say: the options of every command, and those that several share."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from updater.cli.request import Request
from updater.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


class SectionCommand(click.Command):
    """A command and the part of the help in which it stands.

    Args:
        section: the part, one of those that `updater.cli.app` lists.
    """

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.section = section


class _Count(click.IntRange):
    name = "whole number"  # click says "integer range" to the user


class _Seconds(click.FloatRange):
    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):  # it is below no limit, and above none
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return seconds


packages = click.argument(
    "packages",
    metavar="[PKG]...",
    nargs=-1,
    help="Names, identities, files or globs; all without any.",
)
to = click.option(
    "--to",
    metavar="VERSION|REV",
    default="",
    help="Move to this version, tag, branch or commit.",
)
commit = click.option("--commit", is_flag=True, help="Make one commit a package.")
pull_requests = click.option(
    "--pr", is_flag=True, help="Open or update pull requests; leave the files alone."
)
output = click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Leave the results there, for `publish`.",
)
max_candidates = click.option(
    "--max-candidates",
    metavar="N",
    type=_Count(min=1),
    help="Hash this many trees at most, to identify a pin.",
)
timeout = click.option(
    "--timeout",
    metavar="SECONDS",
    type=_Seconds(min=0),
    help="Search for so long at most, to identify a pin.",
)


def every(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that every one has; it gets them as one `Request`, first."""

    @click.option("--config", metavar="FILE", help="The configuration, instead of config.yaml.")
    @click.option(
        "-C",
        "root",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=".",
        show_default=True,
        help="Run as if started in DIR.",
    )
    @click.option("--json", is_flag=True, help="Print one JSON object.")
    @click.option("-v", "--verbose", is_flag=True, help="Say more.")
    @click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
    @click.option("--no-cache", is_flag=True, help="Ask everything anew and keep no answers.")
    @functools.wraps(command)
    def run(
        *,
        config: str | None,
        root: Path,
        json: bool,
        verbose: bool,
        quiet: bool,
        no_cache: bool,
        **own: object,
    ) -> int:
        request = Request(root, config, json=json, verbose=verbose, quiet=quiet, cache=not no_cache)
        return command(request, **own)

    return run


def refuse_mixed(command: str, *, pr: bool, others: bool) -> None:
    """Refuse ``--pr`` beside options that say otherwise where the changes go.

    Raises:
        UsageError: both are given.
    """
    if pr and others:
        raise UsageError(
            "--pr goes with none of --dry-run, --commit and --output",
            hint=f"updater {command} --help",
        )
