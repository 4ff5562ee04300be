"""What a killed run left undone: taken back, or committed, before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from updater.cli.request import Request


def see_to_it(request: Request, root: Path, *, dry_run: bool, commit: bool = False) -> None:
    """Undo what a killed run wrote of a change of several files, and commit what it wrote whole.

    Args:
        request: whose run begins.
        root: the project's folder.
        dry_run: change nothing.
        commit: this run commits, and so may commit what that one wrote.

    Raises:
        WriteError: a file cannot be taken back.
    """
    from updater.effects import joint_writes
    from updater.effects.git import pending

    if joint_writes.is_unfinished(root):
        if dry_run:
            request.note(
                "an earlier run was killed while it wrote several files; run this without "
                "--dry-run to take back what it wrote"
            )
            return
        files = joint_writes.take_back(root)
        if files:
            listed = ", ".join(files)
            request.note(f"took back what an earlier run had written when it was killed: {listed}")
    if pending.is_left(root) and not dry_run:
        import anyio

        anyio.run(_commit, request, root, commit)


async def _commit(request: Request, root: Path, commit: bool) -> None:  # noqa: FBT001 - for anyio
    from updater.effects.git import pending
    from updater.errors import WriteError

    change = await pending.left(root)
    if change is None:
        return
    if not commit:
        request.note(
            f"{change.shown} has a change that an earlier run did not commit ({change.title}); "
            "run again with --commit, or commit it yourself"
        )
        return
    try:
        await pending.finish(root, change)
    except WriteError as error:
        request.note(f"{error}; {error.hint}")
        return
    request.note(f"{change.shown}: committed what an earlier run wrote ({change.title})")
