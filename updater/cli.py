"""Arguments in, exit code out. What a command does is in `commands`, imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from updater.arguments import (
    Commit,
    MaxCandidates,
    Output,
    Packages,
    PullRequests,
    Timeout,
    To,
    command,
)
from updater.commands.request import Request
from updater.errors import UpdaterError, UsageError
from updater.report.summary import Exit
from updater.report.texts import harmless

app = typer.Typer(
    name="updater",
    help="Keep the version, rev and hash pins of Nix overlays new, true and buildable.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from updater import __version__

        typer.echo(f"updater {__version__}")
        raise typer.Exit


@command(app, "list")
def _list(request: Request, packages: Packages = None) -> int:
    """Show what was found, where, and how it is tracked."""
    from updater.commands import listing

    return listing.list_packages(request.about(packages))


@command(app)
def check(
    request: Request,
    packages: Packages = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 if updates are available.")
    ] = False,
) -> int:
    """Show which pins are behind; change nothing."""
    from updater.commands import updates

    return updates.check(request.about(packages), tell_outdated=exit_code)


@command(app)
def bump(
    request: Request,
    packages: Packages = None,
    to: To = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the diff; build and write nothing.")
    ] = False,
    no_build: Annotated[
        bool, typer.Option("--no-build", help="Write without building first.")
    ] = False,
    commit: Commit = False,
    pr: PullRequests = False,
    output: Output = None,
    max_candidates: MaxCandidates = None,
    timeout: Timeout = None,
) -> int:
    """Move pins to the newest version that may be taken."""
    from updater.commands import updates
    from updater.pipeline.steps import Bump

    request = request.about(packages).within(max_candidates, timeout)
    _refuse_mixed("bump", pr=pr, others=dry_run or commit or output is not None)
    ask = Bump(to, not no_build, dry_run, commit)
    if not pr:
        return updates.bump(request, ask, output)
    from updater.commands import pulls  # PyGithub, for pull requests only

    return pulls.bump_to_pull_requests(request, ask)


@command(app)
def publish(
    request: Request,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="What `bump` or `pin` left with `--output DIR`.", show_default=False
        ),
    ],
    packages: Annotated[
        Optional[list[str]],  # noqa: UP045 - as typer's documentation has it
        typer.Argument(metavar="PKG", help="What the results may tell of; all without any."),
    ] = None,
    to: Annotated[
        str, typer.Option(metavar="VERSION|REV", help="What `bump --to` was asked for.")
    ] = "",
) -> int:
    """Open or update pull requests from results, each found again."""
    from updater.commands import pulls

    return pulls.publish(request.about(packages), folder, to)


@command(app)
def verify(
    request: Request,
    packages: Packages = None,
    changed_since: Annotated[
        str, typer.Option(metavar="REV", help="Only packages that differ from this commit.")
    ] = "",
) -> int:
    """Say of each pin whether it is true; change nothing."""
    from updater.commands import truths

    return truths.verify(request.about(packages), changed_since)


@command(app)
def identify(
    request: Request,
    packages: Packages = None,
    max_candidates: MaxCandidates = None,
    timeout: Timeout = None,
) -> int:
    """Find the commit that each pinned hash holds; change nothing."""
    from updater.commands import truths

    return truths.identify(request.about(packages).within(max_candidates, timeout))


@command(app)
def pin(
    request: Request,
    packages: Packages = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the diff and write nothing.")
    ] = False,
    commit: Commit = False,
    pr: PullRequests = False,
    output: Output = None,
    sri: Annotated[
        bool, typer.Option("--sri", help="Also write hashes of older formats as SRI.")
    ] = False,
    max_candidates: MaxCandidates = None,
    timeout: Timeout = None,
) -> int:
    """Make each pin name what its hash holds; the hash stays."""
    from updater.commands import updates
    from updater.pipeline.steps import Bump

    request = request.about(packages).within(max_candidates, timeout)
    _refuse_mixed("pin", pr=pr, others=dry_run or commit or output is not None)
    if not pr:
        ask = Bump(build=False, dry_run=dry_run, commit=commit)
        return updates.pin(request, ask, output, sri=sri)
    from updater.commands import pulls  # PyGithub, for pull requests only

    return pulls.pin_to_pull_requests(request, sri=sri)


@command(app)
def test(request: Request, packages: Packages = None) -> int:
    """Evaluate, build and import the pins as they are; change nothing."""
    from updater.commands import updates

    return updates.test(request.about(packages))


@command(app)
def review(
    request: Request,
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="The branch, tag or commit that the changes are made to; the repository's default "
            "branch without it.",
            show_default=False,
        ),
    ] = "",
) -> int:
    """Verify, audit and test what a branch changes; change nothing."""
    from updater.commands import review as reviewing

    return reviewing.review(request, base)


@command(app)
def plan(request: Request, packages: Packages = None) -> int:
    """Print what is behind as a JSON job matrix; change nothing."""
    from updater.commands import updates

    return updates.plan(request.about(packages))


@command(app)
def prefetch(
    request: Request,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="github:owner/repo@rev, pypi:name@version, or the URL of a file or archive.",
        ),
    ] = "",
    convert: Annotated[
        str, typer.Option(metavar="HASH", help="Print a hash of any Nix form as SRI instead.")
    ] = "",
    unpack: Annotated[
        bool, typer.Option("--unpack", help="URL: hash the unpacked tree, as fetchzip does.")
    ] = False,
    nix: Annotated[bool, typer.Option("--nix", help="Let Nix download and hash.")] = False,
) -> int:
    """Print the SRI hash of a source."""
    from updater.commands import prefetching

    method: Literal["auto", "nix"] = "nix" if nix else "auto"
    return prefetching.prefetch(request, ref, convert, unpack=unpack, method=method)


def _refuse_mixed(command: str, *, pr: bool, others: bool) -> None:
    if pr and others:
        raise UsageError(
            "--pr goes with none of --dry-run, --commit and --output",
            hint=f"updater {command} --help",
        )


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    # With --json every error is an object on stdout too, also one in the arguments themselves.
    as_json = "--json" in arguments
    command = next((one for one in arguments if not one.startswith("-")), "")
    try:
        result = typer.main.get_command(app).main(
            arguments, prog_name="updater", standalone_mode=False
        )
        if result == Exit.INTERRUPTED:  # how typer ends a command on Ctrl-C
            typer.echo("updater: interrupted; every file is either as it was or finished", err=True)
        return int(result or 0)
    except typer.TyperException as error:
        if not arguments:
            typer.echo(error.format_message())  # no command: the help is the answer
            return error.exit_code
        usage = UsageError(error.format_message(), hint=f"updater {command} --help".strip())
        return _complain(usage, command, as_json=as_json)
    except UpdaterError as error:
        return _complain(error, command, as_json=as_json)


def _complain(error: UpdaterError, command: str, *, as_json: bool) -> int:
    typer.echo(harmless(f"updater: {error}"), err=True)
    if error.hint:
        typer.echo(f"hint: {error.hint}", err=True)
    from updater.commands.actions import tell_stopped

    tell_stopped(command, error.message, error.hint)
    if as_json:
        from updater.report.as_json import error_json

        sys.stdout.write(f"{error_json(command, error)}\n")
    return error.exit_code
