"""What command lines may say: the options of every command, and those that several share."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from updater.commands.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

# typer reads these annotations when the command runs, so that they are written for Python 3.11.
Packages = Annotated[
    Optional[list[str]],  # noqa: UP045 - as typer's documentation has it
    typer.Argument(metavar="PKG", help="Names, identities, files or globs; all without any."),
]
To = Annotated[
    str, typer.Option(metavar="VERSION|REV", help="Move to this version, tag, branch or commit.")
]
Commit = Annotated[bool, typer.Option("--commit", help="Make one commit a package.")]
PullRequests = Annotated[
    bool, typer.Option("--pr", help="Open or update pull requests; leave the files alone.")
]
Output = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option(metavar="DIR", help="Leave the results there, for `publish`."),
]
MaxCandidates = Annotated[
    Optional[int],  # noqa: UP045 - as above
    typer.Option(metavar="N", min=1, help="Hash this many trees at most, to identify a pin."),
]
Timeout = Annotated[
    Optional[float],  # noqa: UP045 - as above
    typer.Option(metavar="SECONDS", min=0, help="Search for so long at most, to identify a pin."),
]


def _every(  # noqa: PLR0913 - options
    *,
    config: Annotated[
        Optional[str],  # noqa: UP045 - as above
        typer.Option("--config", metavar="FILE", help="The configuration, instead of config.yaml."),
    ] = None,
    root: Annotated[Path, typer.Option("-C", metavar="DIR", help="Run as if started in DIR.")] = (
        Path()
    ),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say only what went wrong.")] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask everything anew and keep no answers.")
    ] = False,
) -> Request:
    """Return what the options that every command has say."""
    return Request(root, config, json=json, verbose=verbose, quiet=quiet, cache=not no_cache)


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., int]], None]:
    """Register a function as a command that also has the options of every command.

    Args:
        app: where to.
        name: the command's name; the function's without it.

    Returns:
        A decorator. What it decorates gets a Request first, then its own arguments and options.
    """
    every = inspect.signature(_every, eval_str=True).parameters

    def register(function: Callable[..., int]) -> None:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

        def run(**given: Any) -> int:  # noqa: ANN401 - as typer read them
            shared = {name: given.pop(name) for name in every}
            return function(_every(**shared), **given)

        run.__doc__ = function.__doc__
        run.__name__ = function.__name__
        # What typer reads: keyword-only, since a shared option may follow one with a default.
        parameters = [one.replace(kind=one.KEYWORD_ONLY) for one in (*own, *every.values())]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        app.command(name)(run)

    return register
