"""Arguments in, exit code out. What a command does is in `commands`, imported when it runs."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from updater import __version__
from updater.cli import options as arguments
from updater.errors import UpdaterError, UsageError
from updater.report.summary import Exit
from updater.report.texts import harmless

if TYPE_CHECKING:
    from updater.cli.request import Request


class _Commands(click.Group):
    """The commands, in the order in which they stand here; click's own is the alphabet's."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> int:
        try:
            return int(super().invoke(ctx) or 0)
        except KeyboardInterrupt as error:
            raise click.Abort from error  # click would print an empty line first


@click.group(
    name="updater",
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s", help="Print the version.")
def app() -> None:
    """Keep the version, rev and hash pins of Nix overlays new, true and buildable."""


@app.command("list")
@arguments.packages
@arguments.every
def _list(request: Request, packages: tuple[str, ...]) -> int:
    """Show what was found, where, and how it is tracked."""
    from updater.cli import list as listing

    return listing.list_packages(request.about(packages))


@app.command
@arguments.packages
@click.option("--exit-code", is_flag=True, help="Exit with 10 if updates are available.")
@arguments.every
def check(request: Request, packages: tuple[str, ...], *, exit_code: bool) -> int:
    """Show which pins are behind; change nothing."""
    from updater.cli import updates

    return updates.check(request.about(packages), tell_outdated=exit_code)


@app.command
@arguments.packages
@arguments.to
@click.option("--dry-run", is_flag=True, help="Print the diff; build and write nothing.")
@click.option("--no-build", is_flag=True, help="Write without building first.")
@arguments.commit
@arguments.pull_requests
@arguments.output
@arguments.max_candidates
@arguments.timeout
@arguments.every
def bump(
    request: Request,
    packages: tuple[str, ...],
    to: str,
    *,
    dry_run: bool,
    no_build: bool,
    commit: bool,
    pr: bool,
    output: Path | None,
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Move pins to the newest version that may be taken."""
    from updater.cli import updates
    from updater.model.run import Bump

    request = request.about(packages).within(max_candidates, timeout)
    _refuse_mixed("bump", pr=pr, others=dry_run or commit or output is not None)
    ask = Bump(to, not no_build, dry_run, commit)
    if not pr:
        return updates.bump(request, ask, output)
    from updater.cli import pulls  # PyGithub, for pull requests only

    return pulls.bump_to_pull_requests(request, ask)


@app.command
@click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="What `bump` or `pin` left with `--output DIR`.",
)
@click.argument(
    "packages",
    metavar="[PKG]...",
    nargs=-1,
    help="What the results may tell of; all without any.",
)
@click.option("--to", metavar="VERSION|REV", default="", help="What `bump --to` was asked for.")
@arguments.every
def publish(request: Request, folder: Path, packages: tuple[str, ...], to: str) -> int:
    """Open or update pull requests from results, each found again."""
    from updater.cli import pulls

    return pulls.publish(request.about(packages), folder, to)


@app.command
@arguments.packages
@click.option(
    "--changed-since", metavar="REV", default="", help="Only packages that differ from this commit."
)
@arguments.every
def verify(request: Request, packages: tuple[str, ...], changed_since: str) -> int:
    """Say of each pin whether it is true; change nothing."""
    from updater.cli import truths

    return truths.verify(request.about(packages), changed_since)


@app.command
@arguments.packages
@arguments.max_candidates
@arguments.timeout
@arguments.every
def identify(
    request: Request,
    packages: tuple[str, ...],
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Find the commit that each pinned hash holds; change nothing."""
    from updater.cli import truths

    return truths.identify(request.about(packages).within(max_candidates, timeout))


@app.command
@arguments.packages
@click.option("--dry-run", is_flag=True, help="Print the diff and write nothing.")
@arguments.commit
@arguments.pull_requests
@arguments.output
@click.option("--sri", is_flag=True, help="Also write hashes of older formats as SRI.")
@arguments.max_candidates
@arguments.timeout
@arguments.every
def pin(
    request: Request,
    packages: tuple[str, ...],
    *,
    dry_run: bool,
    commit: bool,
    pr: bool,
    output: Path | None,
    sri: bool,
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Make each pin name what its hash holds; the hash stays."""
    from updater.cli import updates
    from updater.model.run import Bump

    request = request.about(packages).within(max_candidates, timeout)
    _refuse_mixed("pin", pr=pr, others=dry_run or commit or output is not None)
    if not pr:
        ask = Bump(build=False, dry_run=dry_run, commit=commit)
        return updates.pin(request, ask, output, sri=sri)
    from updater.cli import pulls  # PyGithub, for pull requests only

    return pulls.pin_to_pull_requests(request, sri=sri)


@app.command
@arguments.packages
@arguments.every
def test(request: Request, packages: tuple[str, ...]) -> int:
    """Evaluate, build and import the pins as they are; change nothing."""
    from updater.cli import updates

    return updates.test(request.about(packages))


@app.command
@click.argument(
    "base",
    metavar="[BASE]",
    default="",
    help="The branch, tag or commit that the changes are made to; the repository's default branch "
    "without it.",
)
@arguments.every
def review(request: Request, base: str) -> int:
    """Verify, audit and test what a branch changes; change nothing."""
    from updater.cli import review as reviewing

    return reviewing.review(request, base)


@app.command
@arguments.packages
@arguments.every
def plan(request: Request, packages: tuple[str, ...]) -> int:
    """Print what is behind as a JSON job matrix; change nothing."""
    from updater.cli import updates

    return updates.plan(request.about(packages))


@app.command
@click.argument(
    "ref",
    metavar="[REF]",
    default="",
    help="github:owner/repo@rev, pypi:name@version, or the URL of a file or archive.",
)
@click.option(
    "--convert", metavar="HASH", default="", help="Print a hash of any Nix form as SRI instead."
)
@click.option("--unpack", is_flag=True, help="URL: hash the unpacked tree, as fetchzip does.")
@click.option("--nix", is_flag=True, help="Let Nix download and hash.")
@arguments.every
def prefetch(request: Request, ref: str, convert: str, *, unpack: bool, nix: bool) -> int:
    """Print the SRI hash of a source."""
    from updater.cli import prefetch as prefetching

    method: Literal["auto", "nix"] = "nix" if nix else "auto"
    return prefetching.prefetch(request, ref, convert, unpack=unpack, method=method)


def _refuse_mixed(command: str, *, pr: bool, others: bool) -> None:
    if pr and others:
        raise UsageError(
            "--pr goes with none of --dry-run, --commit and --output",
            hint=f"updater {command} --help",
        )


def run(given: list[str]) -> int:
    """Run a command line and return its exit code."""
    # With --json every error is an object on stdout too, also one in the arguments themselves.
    as_json = "--json" in given
    command = next((one for one in given if not one.startswith("-")), "")
    try:
        return int(app.main(given, prog_name="updater", standalone_mode=False) or 0)
    except click.Abort:
        click.echo("updater: interrupted; every file is either as it was or finished", err=True)
        return Exit.INTERRUPTED
    except click.ClickException as error:
        if not given:
            click.echo(error.format_message())  # no command: the help is the answer
            return error.exit_code
        about = f"{command} " if command in app.commands else ""
        usage = UsageError(error.format_message(), hint=f"updater {about}--help")
        return _complain(usage, command, as_json=as_json)
    except UpdaterError as error:
        return _complain(error, command, as_json=as_json)


def _complain(error: UpdaterError, command: str, *, as_json: bool) -> int:
    click.echo(harmless(f"updater: {error}"), err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
    from updater.cli.actions import tell_stopped

    tell_stopped(command, error.message, error.hint)
    if as_json:
        from updater.report.as_json import error_json

        with suppress(OSError):  # the output may be what takes no more; stderr has said so
            sys.stdout.write(f"{error_json(command, error)}\n")
    return error.exit_code
