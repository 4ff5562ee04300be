"""git: a repository's history for ordering commits, and commits in the user's own repository."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from updater.effects.git_environment import isolated
from updater.effects.process import printable, run
from updater.errors import (
    NotFound,
    RateLimited,
    ServerFailed,
    Unreachable,
    UpstreamError,
    UsageError,
    WriteError,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Iterator, Sequence


_CLONE_SECONDS = 300.0
# What `git init --bare` and four times `git config` make, without the cost of five processes.
_CONFIG = """\
[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = origin
[remote "origin"]
	url = {url}
	promisor = true
	partialclonefilter = tree:0
[gc]
	auto = 0
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = {silence}
"""
_SAYS_GONE = re.compile(
    r"not our ref|not found|no such remote ref|unadvertised object|could not read Username"
    r"|Authentication failed|returned error: 40[134]",
    re.IGNORECASE,
)
_SAYS_LIMITED = re.compile(r"returned error: 429")
_SAYS_FAILED = re.compile(r"returned error: 5\d\d|HTTP 5\d\d")


class History:
    """A repository's commits without their trees; files are fetched when they are read."""

    def __init__(self, folder: Path, url: str, token: str = "") -> None:
        self._folder = folder
        self._url = url
        self._environment = isolated(url, token)

    @classmethod
    @contextmanager
    def opened(cls, url: str, silence: float = 60.0, token: str = "") -> Iterator[History]:
        """Prepare an empty partial clone of a repository, removed at the end.

        Args:
            url: the repository's address.
            silence: the longest that its host may say next to nothing, in seconds.
            token: its host's, for a repository that is not public.
        """
        with tempfile.TemporaryDirectory(prefix="updater-history-") as name:
            folder = Path(name)
            for part in ("objects", "refs"):
                (folder / part).mkdir()
            (folder / "HEAD").write_text("ref: refs/heads/none\n")
            quoted = url.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")
            (folder / "config").write_text(
                _CONFIG.format(url=f'"{quoted}"', silence=max(1, round(silence)))
            )
            yield cls(folder, url, token)

    async def fetch(self, commits: Sequence[str]) -> None:
        """Fetch the history behind some commits.

        Raises:
            NotFound: the repository does not have one of them, or does not show itself.
            UpstreamError: it cannot be reached, as the exception's class says.
        """
        await self._fetch((), commits)

    async def fetch_alone(self, commits: Sequence[str]) -> None:
        """Fetch some commits without what is behind them; not together with `fetch`.

        Raises:
            UpstreamError: as for `fetch`.
        """
        await self._fetch(("--depth=1",), commits)

    async def _fetch(self, options: Sequence[str], commits: Sequence[str]) -> None:
        done = await self._run(
            "fetch", "--quiet", "--no-tags", "--filter=tree:0", *options, "origin", *commits
        )
        if done.returncode:
            raise self._failed(done)

    async def reachable(self, commit: str) -> frozenset[str]:
        """Return a fetched commit and all its ancestors."""
        return frozenset((await self._git("rev-list", commit)).split())

    async def dates(self, commits: Sequence[str]) -> dict[str, datetime]:
        """Return fetched commits' committer dates, in UTC."""
        shown = await self._git("log", "--no-walk=unsorted", "--format=%H %cI", *commits, "--")
        pairs = (line.split(" ") for line in shown.splitlines())
        return {commit: datetime.fromisoformat(date).astimezone(UTC) for commit, date in pairs}

    async def read(self, commit: str, path: str) -> bytes | None:
        """Return a file of a commit, None where there is none.

        Raises:
            UpstreamError: its content cannot be fetched.
        """
        listed = await self._git("ls-tree", "-z", commit, "--", path)
        kind = listed.split(" ")[1] if listed else ""
        if kind != "blob":
            return None
        done = await self._run("cat-file", "blob", f"{commit}:{path}")
        if done.returncode:
            raise self._failed(done)
        return done.stdout

    async def _git(self, *arguments: str) -> str:
        done = await self._run(*arguments)
        if done.returncode:
            raise self._failed(done)
        return done.stdout.decode("utf-8", "surrogateescape")

    async def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return await run(
                ["git", *arguments], cwd=self._folder, env=self._environment, timeout=_CLONE_SECONDS
            )
        except FileNotFoundError as error:
            raise UpstreamError("git is not installed", hint="install git") from error
        except TimeoutError as error:
            raise UpstreamError(
                f"{self._url}: git took longer than {_CLONE_SECONDS:.0f} s", url=self._url
            ) from error

    def _failed(self, done: subprocess.CompletedProcess[bytes]) -> UpstreamError:
        said = printable(done.stderr).strip()
        lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))]
        why = lines[0] if lines else said or f"git ended with {done.returncode}"
        message = f"{self._url}: {why}"
        if _SAYS_LIMITED.search(said):
            return RateLimited(message, url=self._url, hint="try later")
        if _SAYS_FAILED.search(said):
            return ServerFailed(message, url=self._url, hint="try again later")
        if _SAYS_GONE.search(said):
            return NotFound(message, url=self._url, hint="is it deleted, renamed or private?")
        return Unreachable(message, url=self._url, hint="check the network and the proxy variables")


async def commit_file(root: Path, file: str, message: str) -> None:
    """Commit one file's changes in the user's repository, whatever else is staged or changed.

    Raises:
        WriteError: git refuses, with what it said.
    """
    done = await _in(root, "commit", "--quiet", "--only", "--message", message, "--", file)
    if done.returncode:
        raise WriteError(
            f"{file} was written but not committed: {printable(done.stderr).strip()}",
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
            f"--commit needs a git repository: {printable(done.stderr).strip()}",
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


async def fork_point(root: Path, branches: Sequence[str]) -> str:
    """Return the commit at which the present branch of the user's repository left another one.

    Args:
        root: a folder of the repository.
        branches: the other branch, or names for it, of which the first that exists counts.

    Raises:
        UsageError: none exists, or they have no commit in common.
    """
    for branch in branches:
        if branch.startswith("-"):
            raise UsageError(f"{branch!r} is no revision", hint="name a branch, tag or commit")
        known = await _in(root, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}")
        if known.returncode:
            continue
        found = await _in(root, "merge-base", known.stdout.decode().strip(), "HEAD")
        if found.returncode:
            raise UsageError(
                f"{branch} and HEAD have no commit in common",
                hint="a shallow clone lacks it: git fetch --unshallow",
            )
        return found.stdout.decode().strip()
    raise UsageError(
        f"the repository in {root} has no revision {' or '.join(branches)}",
        hint="name the branch, tag or commit that the changes are made to: updater review BASE",
    )


async def changed_files(root: Path, revision: str) -> frozenset[str]:
    """Return the files below a folder that are not what they were in a commit, new ones too.

    Raises:
        UsageError: git cannot tell.
    """
    listed = [
        await _in(root, "diff", "--name-only", "--no-renames", "--relative", "-z", revision, "--"),
        await _in(root, "ls-files", "--others", "--exclude-standard", "-z"),
    ]
    for done in listed:
        if done.returncode:
            raise UsageError(f"git cannot compare: {printable(done.stderr).strip()}")
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
    known = await _in(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known.returncode:
        raise UsageError(f"{revision!r} is no revision of the repository in {root}")
    done = await _in(root, "cat-file", "blob", f"{known.stdout.decode().strip()}:./{file}")
    return done.stdout if done.returncode == 0 else None


async def _in(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return await run(["git", *arguments], cwd=root)
    except FileNotFoundError as error:
        raise WriteError("git is not installed", hint="leave out --commit") from error


async def head(root: Path) -> str:
    """Return the commit that is checked out; an empty string where there is none."""
    try:
        done = await run(["git", "rev-parse", "--verify", "--quiet", "HEAD^{commit}"], cwd=root)
    except FileNotFoundError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


async def place(root: Path) -> tuple[str, str]:
    """Return the address of the remote ``origin`` and the folder's path in its repository.

    Both are empty where there is none; the path ends with a slash where it is not the top.
    """
    try:
        origin = await run(["git", "remote", "get-url", "origin"], cwd=root)
        prefix = await run(["git", "rev-parse", "--show-prefix"], cwd=root)
    except FileNotFoundError:
        return "", ""
    texts = [
        done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
        for done in (origin, prefix)
    ]
    return texts[0], texts[1]
