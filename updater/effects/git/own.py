"""git in the user's own repository: what it says, and commits of what was written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from updater.effects.processes.environment import git_environment
from updater.effects.processes.process import decoded, run_at_terminal
from updater.errors import UsageError, WriteError
from updater.text import without_secrets

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path


async def commit_files(
    root: Path, files: Sequence[str], message: str, *, new: Sequence[str] = ()
) -> None:
    """Commit some files' changes in the user's repository, whatever else is staged or changed.

    Args:
        root: a folder of the repository.
        files: what is committed, also what is gone.
        message: the commit's.
        new: those of the files that git does not know yet.

    Raises:
        WriteError: git refuses, with what it said.
    """
    done = await _in(root, "add", "--intent-to-add", "--", *new) if new else None
    if done is None or not done.returncode:
        done = await _in(root, "commit", "--quiet", "--only", "--message", message, "--", *files)
    if done.returncode:
        raise WriteError(
            f"{' and '.join(files)} was written but not committed: {decoded(done.stderr).strip()}",
            hint="commit it yourself",
        )


async def refuse_uncommitted(root: Path, file: str) -> None:
    """Make sure that a file has no changes of the user's that a commit would take along.

    Raises:
        WriteError: it has, or the folder is no git repository.
    """
    done = await _in(root, "status", "--porcelain", "--untracked-files=all", "--", file)
    if done.returncode:
        raise WriteError(
            f"--commit needs a git repository: {decoded(done.stderr).strip()}",
            hint="leave out --commit",
        )
    if done.stdout.strip():
        raise WriteError(
            f"{file} has uncommitted changes", hint="commit or stash them, or leave out --commit"
        )


async def written_at(root: Path, file: str, text: str) -> float | None:
    """Return when a text came into a file of the user's repository, in seconds since 1970.

    None where it is not committed, or the folder is no repository.
    """
    done = await _in(root, "log", "-1", "--format=%ct", f"-S{text}", "--", file)
    shown = done.stdout.strip()
    return float(shown) if done.returncode == 0 and shown.isdigit() else None


async def default_branches(root: Path) -> tuple[list[str], list[str]]:
    """Return names for the default branch of the user's repository, the likeliest first.

    Returns:
        Those of its remote: ``origin``, else the only one; and those of the repository itself.
    """
    remotes, configured, heads = [
        (await _in(root, *command)).stdout.decode("utf-8", "replace").split()
        for command in (
            ("remote",),
            ("config", "init.defaultBranch"),
            ("for-each-ref", "--format=%(refname:short)", "refs/heads"),
        )
    ]
    remote = "origin" if "origin" in remotes or len(remotes) != 1 else remotes[0]
    there = [f"{remote}/{name}" for name in ("HEAD", "main", "master")] if remotes else []
    alone = heads if len(heads) == 1 else []
    here = [name for name in (*configured, "main", "master", *alone) if name in heads]
    return there, list(dict.fromkeys(here))


async def fork_point(root: Path, branches: Sequence[str]) -> tuple[str, str]:
    """Return the commit at which the present branch of the user's repository left another one.

    Args:
        root: a folder of the repository.
        branches: the other branch, or names for it, of which the first that exists counts.

    Returns:
        The name that counted, and the commit.

    Raises:
        UsageError: none exists, or they have no commit in common.
    """
    for branch in branches:
        if branch.startswith("-"):
            raise UsageError(f"{branch!r} is not a revision", hint="name a branch, tag or commit")
        tip = await _in(root, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}")
        if tip.returncode:
            continue
        base = await _in(root, "merge-base", tip.stdout.decode().strip(), "HEAD")
        if base.returncode:
            raise UsageError(
                f"{branch} and HEAD have no commit in common",
                hint="a shallow clone lacks it: git fetch --unshallow",
            )
        return branch, base.stdout.decode().strip()
    named = " or ".join(branches) or "main or master"
    raise UsageError(
        f"the repository in {root} has no revision {named}",
        hint="name the branch, tag or commit that the changes are made to: updater review BASE",
    )


async def changed_files(root: Path, revision: str) -> frozenset[str]:
    """Return the files below a folder that are not what they were in a commit, new ones too.

    Raises:
        UsageError: git cannot tell.
    """
    await _resolved(root, revision)
    listed = [
        await _in(root, "diff", "--name-only", "--no-renames", "--relative", "-z", revision, "--"),
        await _in(root, "ls-files", "--others", "--exclude-standard", "-z"),
    ]
    for done in listed:
        if done.returncode:
            raise UsageError(f"git cannot compare: {decoded(done.stderr).strip()}")
    return frozenset(
        os.fsdecode(name) for done in listed for name in done.stdout.split(b"\0") if name
    )


async def versions(root: Path, file: str, text: str, most: int = 20) -> AsyncIterator[bytes]:
    """Yield earlier versions of a file of the user's repository that hold a text, newest first.

    Args:
        root: the repository.
        file: the file, relative to the root.
        text: what it must hold.
        most: how many of the file's commits are looked at.
    """
    listed = await _in(root, "log", f"-{most}", "--format=%H", "--", file)
    for commit in listed.stdout.decode().split() if listed.returncode == 0 else ():
        done = await _in(root, "cat-file", "blob", f"{commit}:./{file}")
        if done.returncode == 0 and text.encode() in done.stdout:
            yield done.stdout


async def file_at(root: Path, revision: str, file: str) -> bytes | None:
    """Return a file of a commit of the user's repository, None where it had no such file.

    Raises:
        UsageError: there is no such revision, or the folder is no repository.
    """
    commit = await _resolved(root, revision)
    done = await _in(root, "cat-file", "blob", f"{commit}:./{file}")
    return done.stdout if done.returncode == 0 else None


async def _resolved(root: Path, revision: str) -> str:
    resolved = await _in(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if resolved.returncode:
        raise UsageError(f"{revision!r} is not a revision of the repository in {root}")
    return resolved.stdout.decode().strip()


async def is_other_branch(root: Path, name: str) -> bool:
    """Tell whether the user's repository has a local branch of a name that is not checked out."""
    head = await _in(root, "symbolic-ref", "--quiet", "HEAD")
    reference = f"refs/heads/{name}"
    if decoded(head.stdout).strip() == reference:
        return False
    return (await _in(root, "show-ref", "--verify", "--quiet", reference)).returncode == 0


async def is_link_at(root: Path, commit: str, file: str) -> bool:
    """Tell whether a file of a commit of the user's repository is a symbolic link."""
    done = await _in(root, "ls-tree", commit, "--", file)
    return done.stdout.startswith(b"120000 ")


async def _in(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return await run_at_terminal(["git", *arguments], cwd=root, env=git_environment())
    except FileNotFoundError as error:
        raise WriteError("git is not installed", hint="leave out --commit") from error


async def head(root: Path) -> str:
    """Return the commit that is checked out; an empty string where there is none."""
    try:
        done = await _in(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except WriteError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


async def place(root: Path) -> tuple[str, str]:
    """Return the address of the remote ``origin`` and the folder's path in its repository.

    Of the address, user and password are left out, and what else is secret. Both are empty where
    there is none; the path ends with a slash where it is not the top.
    """
    try:
        origin = await _in(root, "remote", "get-url", "origin")
        prefix = await _in(root, "rev-parse", "--show-prefix")
    except WriteError:
        return "", ""
    texts = [
        done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
        for done in (origin, prefix)
    ]
    return without_secrets(texts[0]), texts[1]
