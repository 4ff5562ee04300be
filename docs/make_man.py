"""Makes docs/updater.1, the manual page, from what the commands say of themselves.

python -m docs.make

Source of the form: man(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docs.make_commands import names
from updater import __version__
from updater.cli.app import app
from updater.report.summary import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXIT = {
    Exit.DONE: "Everything went well.",
    Exit.FAILED: "At least one package failed, is not what it says, or does not pass.",
    Exit.USAGE: "The arguments or the configuration are wrong.",
    Exit.NO_MATCH: "A PKG matches nothing.",
    Exit.OUTDATED: "With check --exit-code: updates are available.",
    Exit.INTERRUPTED: "The run was interrupted.",
    Exit.READER_LEFT: "Nobody reads the output any more, as behind a pipe to head.",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    context = click.Context(app, info_name="updater", **app.context_settings)
    yield f'.TH UPDATER 1 "" "updater {__version__}" "User Commands"'
    yield ".SH NAME"
    yield rf"updater \- {_text(_first_line(app).rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield ".B updater"
    yield "[OPTION]... COMMAND [ARGUMENT]..."
    yield ".SH OPTIONS"
    yield "They may stand before a command or behind it."
    yield from _parameters(context)
    common = frozenset(parameter.name for parameter in app.get_params(context))
    yield ".SH COMMANDS"
    for name in names():
        command = app.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            yield from _command(inner, common)
    yield ".SH EXIT STATUS"
    for code, meaning in _EXIT.items():
        yield from _item(str(int(code)), meaning)
    yield ".SH FILES"
    yield from _item("config.yaml, updater.yaml", "The configuration of a project.")
    yield ".SH SEE ALSO"
    yield ".BR nix (1),"
    yield ".BR git (1)"


def _command(context: click.Context, common: frozenset[str | None]) -> Iterator[str]:
    command = context.command
    yield f".SS {_text(' '.join([command.name or '', *_usage(context)]))}"
    yield _text(_first_line(command))
    yield from _parameters(context, common)


def _usage(context: click.Context) -> list[str]:
    return [
        piece for piece in context.command.collect_usage_pieces(context) if piece != "[OPTIONS]"
    ]


def _first_line(command: click.Command) -> str:
    return (command.help or "").partition("\n")[0]


def _parameters(
    context: click.Context, left_out: frozenset[str | None] = frozenset()
) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        if parameter.name in left_out:
            continue
        record = parameter.get_help_record(context)
        if record is not None:
            yield from _item(*record)


def _item(term: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield rf"\fB{_text(term)}\fR"
    yield _text(meaning)


def _text(text: str) -> str:
    """Return text in which nothing is a request: hyphens and backslashes stay what they are."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
