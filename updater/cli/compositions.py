"""Runs that end in new overlays, or in fewer: what `add` and `remove` share."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, TypeVar

import anyio

from updater.cli.output import print_diff, write
from updater.cli.session import Session
from updater.effects import joint_writes, writes
from updater.effects.git import own as git
from updater.effects.git import pending
from updater.report.summary import Exit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from updater.cli.request import Request
    from updater.compose.additions import Addition
    from updater.compose.trees import ComposedFile
    from updater.config.load import Config
    from updater.model import FileChange
    from updater.pipeline.pipeline import Pipeline
    from updater.report.schema import ComposingCommand

T = TypeVar("T")


def runner(request: Request) -> Callable[..., list[T]]:
    """Return what gives a pipeline to some work, on the tree that a configuration names."""

    def run(config: Config, work: Callable[[Pipeline], Awaitable[list[T]]]) -> list[T]:
        return Session.of(request, config).run(work)

    return run


def finish(
    request: Request,
    command: ComposingCommand,
    config: Config,
    addition: Addition,
    *,
    dry_run: bool,
    commit: bool,
) -> int:
    """Write all files of a change, or print their diff; and say what became of it.

    Raises:
        WriteError: a file cannot be written, so that none is; or git refuses the commit.
    """
    names = ", ".join(own.package.name for own in addition.packages)
    if not dry_run:
        _write_all(config.root, addition.files, f"{names}: {command}" if commit else "")
    if request.json:
        from updater.report.as_json import composition_json

        write(composition_json(command, addition.packages, addition.files, written=not dry_run))
        return Exit.DONE
    if dry_run:
        from updater.report.unified_diff import file_diff

        for change in addition.files:
            print_diff(request, file_diff(change.file, change.before, change.after))
    stream = sys.stderr if dry_run else sys.stdout
    if not request.quiet:
        for line in _lines(command, addition, dry_run=dry_run):
            write(line, stream)
        hint = untracked(addition.files) if not (dry_run or commit) else ""
        if hint:
            write(hint, stream)
    return Exit.DONE


def untracked(files: Sequence[ComposedFile | FileChange]) -> str:
    """Say what git must learn of new files that a flake names; an empty string where nothing."""
    new = [shlex.quote(change.file) for change in files if change.before is None]
    is_flake = any(change.file.endswith("flake.nix") for change in files)
    return (
        f'Run "git add {" ".join(new)}": a flake has only what git knows.'
        if new and is_flake
        else ""
    )


def propose(request: Request, config: Config, addition: Addition) -> int:
    """Open a pull request of a change; the user's files stay as they are.

    Raises:
        UsageError: it is not known in which repository, or there is no token for it.
        PublishError: the repository refuses, or its base is not what is here.
    """
    from updater.publish.adding import propose_addition
    from updater.publish.opening import opened_view

    with opened_view(config) as (view, by_git):
        pull = propose_addition(view, by_git, addition)
    if request.json:
        from updater.report.as_json import composition_json

        write(
            composition_json(
                "add", addition.packages, addition.files, written=False, pull=pull.link
            )
        )
    elif not request.quiet:
        for line in _lines("add", addition, dry_run=True):
            write(line)
        write(f"pull request {pull.number}: {pull.url}")
    return Exit.DONE


def _write_all(root: Path, changed: Sequence[ComposedFile], message: str) -> None:
    """Write all files, and make a commit of them with a message; an empty one for no commit."""
    whole = [(change.file, change.before, change.after) for change in changed]
    if message:
        anyio.run(_write_and_commit, root, whole, message)
    else:
        joint_writes.write_all(root, whole)
    for file, _, after in whole:
        if after is None:
            writes.remove_empty(root, file)


async def _write_and_commit(
    root: Path, files: Sequence[tuple[str, bytes | None, bytes | None]], message: str
) -> None:
    async with pending.noted(root, pending.change_of(files, message)):
        for file, _, _ in files:
            await git.refuse_uncommitted(root, file)
        joint_writes.write_all(root, files)
        new = [file for file, before, _ in files if before is None]
        await git.commit_files(root, [file for file, _, _ in files], message, new=new)


def _lines(command: str, addition: Addition, *, dry_run: bool) -> list[str]:
    lines = []
    verb = {"add": ("added", "would add"), "remove": ("removed", "would remove")}[command][dry_run]
    for own in addition.packages:
        source = f" from {own.source}" if own.source else ""
        lines.append(f"{verb} {own.package.name} {own.version}{source}: {own.package.file}")
        if own.build is not None:
            passed = [check for check in own.build.checks if check.status == "passed"]
            told = ", ".join(
                f"{check.name} ({check.detail})" if check.name == "imports" else check.name
                for check in passed
            )
            lines.append(f"  passed: {told}")
        elif command == "add" and not own.failed:
            lines.append("  not built")
        lines += [f"  note: {note}" for note in own.notes]
    for change in addition.files:
        lines.append(f"  {change.kind}: {change.file}")
    return lines
