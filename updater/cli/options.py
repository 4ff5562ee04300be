"""What command lines may say: the options of every command, and those that several share."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
from click.core import ParameterSource

from updater.cli.request import Color, Request
from updater.errors import UpdaterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem


T = TypeVar("T")


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


def _complete_package(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - as click calls it
    incomplete: str,
) -> list[CompletionItem]:
    """Return the packages whose names begin as a word does, and let the shell add files."""
    from click.shell_completion import CompletionItem

    files = CompletionItem(incomplete, type="file")
    if "/" in incomplete or incomplete.startswith("."):
        return [files]
    from updater.cli.overlays import package_names

    try:
        packages = package_names(_request(context))
    except UpdaterError:  # nobody reads an error while they type
        return [files]
    named = [
        CompletionItem(name, help=file) for name, file in packages if name.startswith(incomplete)
    ]
    return named or [files]


packages = click.argument(
    "packages",
    metavar="[PKG]...",
    nargs=-1,
    shell_complete=_complete_package,
    help="Names, attribute paths, files, folders or globs; without any, all packages.",
)
some_packages = click.argument(
    "packages",
    metavar="PKG...",
    nargs=-1,
    shell_complete=_complete_package,
    help="Names, attribute paths, files, folders or globs.",
)
to = click.option(
    "--to",
    metavar="VERSION|REV",
    default="",
    help="Move to this version, tag, branch or commit.",
)
commit = click.option("--commit", is_flag=True, help="Make one commit per package.")
pull_requests = click.option(
    "--pr", is_flag=True, help="Open or update pull requests; leave the files alone."
)
output = click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the results to DIR, for `publish`.",
)
max_candidates = click.option(
    "--max-candidates",
    metavar="N",
    type=_Count(min=1),
    help="Stop identifying after N commits.",
)
timeout = click.option(
    "--timeout",
    metavar="SECONDS",
    type=_Seconds(min=0),
    help="Stop identifying after this time.",
)


_COMMON = {
    "config": click.option(
        "--config",
        metavar="FILE",
        help="The configuration file, or the folder that has it.",
    ),
    "root": click.option(
        "-C",
        "root",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=".",
        show_default=True,
        help="Run as if started in DIR.",
    ),
    "json": click.option("--json", is_flag=True, help="Print one JSON object."),
    "verbose": click.option(
        "-v", "--verbose", is_flag=True, help="Show every package, with details."
    ),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="Show failures only."),
    "color": click.option(
        "--color",
        metavar="WHEN",
        type=click.Choice(get_args(Color)),
        default="auto",
        help="Use colors: always, never, or auto (at a terminal).",
    ),
    "no_cache": click.option("--no-cache", is_flag=True, help="Ignore the cache."),
    "offline": click.option(
        "--offline", is_flag=True, help="Use only what earlier runs kept, and build nothing."
    ),
}
"""The options of every command, which may also stand before it."""


def common(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command, or the group of them all, the options of every command."""
    for option in reversed(_COMMON.values()):
        command = option(command)
    return command


def every(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that every one has; it gets them as one `Request`, first."""

    @common
    @functools.wraps(command)
    def run(**values: Any) -> int:  # noqa: ANN401 - of any option
        own = {name: value for name, value in values.items() if name not in _COMMON}
        return command(_request(click.get_current_context()), **own)

    return run


def _request(command: click.Context) -> Request:
    shared = {name: _value(command, name) for name in _COMMON}
    return Request(cache=not shared.pop("no_cache"), **shared)


def _value(command: click.Context, name: str) -> Any:  # noqa: ANN401 - of any option
    """Return an option's value: what stands behind the command, else before it, else neither."""
    context: click.Context | None = command
    while context is not None:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            return context.params[name]
        context = context.parent
    return command.params[name]


def refuse_offline(request: Request, what: str) -> None:
    """Refuse ``--offline`` for what asks a host by itself.

    Raises:
        UsageError: it is given.
    """
    if request.offline:
        raise UsageError(
            f"{what} needs the network, which --offline rules out",
            hint="leave one of them out",
        )


def refuse_mixed(command: str, *, pr: bool, others: bool) -> None:
    """Refuse ``--pr`` beside options that say otherwise where the changes go.

    Raises:
        UsageError: both are given.
    """
    if pr and others:
        raise UsageError(
            "--pr cannot be combined with --dry-run, --commit or --output",
            hint=f"run `updater {command} --help`",
        )


def refuse_unrepeatable(*, rehash: bool, proposed: bool) -> None:
    """Refuse ``--rehash`` for a pull request, which later runs must find again by themselves.

    Raises:
        UsageError: both are given.
    """
    if rehash and proposed:
        raise UsageError(
            "--rehash goes with neither --pr nor --output",
            hint="write the change here, and push it yourself",
        )
