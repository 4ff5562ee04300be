"""The command line: each module of this folder that defines ``COMMAND`` adds a command.

Only the module of the command that runs is imported; ``--help`` imports those of all commands.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path

import click

from updater import __version__
from updater.cli import options
from updater.cli.options import SectionCommand
from updater.effects.processes.streams import reader_left
from updater.errors import Bug, UpdaterError, UsageError, understood
from updater.report.summary import Exit

_FOLDER = Path(__file__).parent
_SECTIONS = ("Look", "Change", "In CI", "Other")
"""The parts of the help, in their order; each command names its own."""


def _defines_command(name: str) -> bool:
    """Tell by a module's text whether it has a command: most of what has none is slow to import."""
    full_name = f"updater.cli.{name}"
    spec = find_spec(full_name)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        return False
    return "\nCOMMAND = " in (spec.loader.get_source(full_name) or "")


class _Commands(click.Group):
    """The commands that the folder holds, found by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = [module.name for module in pkgutil.iter_modules([str(_FOLDER)])]
        commands = {
            name: command
            for name in names
            if _defines_command(name) and (command := self.get_command(ctx, name)) is not None
        }
        return sorted(commands, key=lambda name: (_SECTIONS.index(commands[name].section), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> SectionCommand | None:  # noqa: ARG002 - as click calls it
        if not cmd_name.isidentifier() or find_spec(f"updater.cli.{cmd_name}") is None:
            return None
        module = importlib.import_module(f"updater.cli.{cmd_name}")
        command = getattr(module, "COMMAND", None)
        return command if isinstance(command, SectionCommand) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:  # click suggests those of like names
            self.commands = dict.fromkeys(self.list_commands(ctx), self)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        width = formatter.width - 6 - max(map(len, commands))
        for section in _SECTIONS:
            rows = [
                (name, command.get_short_help_str(width))
                for name, command in commands.items()
                if command is not None and command.section == section
            ]
            with formatter.section(section):
                formatter.write_dl(rows)

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
@click.version_option(
    __version__, "-V", "--version", message="%(prog)s %(version)s", help="Print the version."
)
@options.common
def app(**_common: object) -> None:
    """Keep the packages of Nix overlays up to date, correct and buildable."""


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    # With --json every error is an object on stdout too, also one in the arguments themselves.
    as_json = "--json" in arguments
    command = _command_in(arguments)
    try:
        return _main(arguments)
    except click.Abort:
        click.echo("updater: interrupted; every file is either as it was or finished", err=True)
        return Exit.INTERRUPTED
    except click.ClickException as error:
        if not arguments:
            click.echo(error.format_message())  # no command: the help is the answer
            return error.exit_code
        about = f"{command} " if app.get_command(click.Context(app), command) else ""
        usage = UsageError(error.format_message(), hint=f"run `updater {about}--help`")
        return _complain(usage, command, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw is told without its values
        own = understood("run", error)
        if isinstance(own, Bug) and {"-v", "--verbose"} & set(arguments):
            for line in own.trace:
                click.echo(f"updater: {line}", err=True)
        return _complain(own, command, as_json=as_json)


def _main(arguments: list[str]) -> int:
    """Run a command line, as far as somebody reads what it prints."""
    try:
        return int(app.main(arguments, prog_name="updater", standalone_mode=False) or 0)
    except SystemExit:  # how click ends where it is told of a pipe that nobody reads
        if reader_left():
            return Exit.READER_LEFT
        raise
    except Exception as error:
        if _has_broken_pipe(error) and reader_left():
            return Exit.READER_LEFT
        raise


def _has_broken_pipe(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_has_broken_pipe, error.exceptions))
    return isinstance(error, BrokenPipeError)


def _command_in(arguments: list[str]) -> str:
    """Return the command that a command line names; the options before it may have values."""
    valued = {
        name
        for option in app.params
        if isinstance(option, click.Option) and not option.is_flag
        for name in option.opts
    }
    rest = iter(arguments)
    for argument in rest:
        if argument in valued:
            next(rest, "")
        elif not argument.startswith("-"):
            return argument
    return ""


def _complain(error: UpdaterError, command: str, *, as_json: bool) -> int:
    from updater.cli.actions import tell_stopped
    from updater.cli.stderr import tell

    tell(f"updater: {error}")
    if error.hint:
        tell(f"hint: {error.hint}")

    tell_stopped(command, error.message, error.hint)
    if as_json:
        from updater.report.as_json import error_json

        with suppress(OSError):  # the output may be what takes no more; stderr has said so
            sys.stdout.write(f"{error_json(command, error)}\n")
    return error.exit_code
