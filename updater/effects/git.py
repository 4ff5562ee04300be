"""git: a repository's history for ordering commits, and commits in the user's own repository."""

from __future__ import annotations

import tempfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from updater.effects.process import environment, printable, run
from updater.errors import UpstreamError, WriteError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Sequence


# Reads no configuration but the repository's own, runs no hook, asks nobody for a password.
ALONE = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "http:https",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_CLONE_SECONDS = 300.0


class History:
    """A repository's commits without their trees; files are fetched when they are read."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[History]:
        """Prepare an empty partial clone of a repository, removed at the end."""
        with tempfile.TemporaryDirectory(prefix="updater-history-") as name:
            history = cls(Path(name), url)
            await history._git("init", "--bare", "--quiet")
            for key, value in {
                "remote.origin.url": url,
                "remote.origin.promisor": "true",
                "remote.origin.partialclonefilter": "tree:0",
                "gc.auto": "0",
            }.items():
                await history._git("config", key, value)
            yield history

    async def fetch(self, commits: Sequence[str]) -> None:
        """Fetch the history behind some commits.

        Raises:
            UpstreamError: the repository does not have one of them, or cannot be reached.
        """
        done = await self._run(
            "fetch", "--quiet", "--no-tags", "--filter=tree:0", "origin", *commits
        )
        if done.returncode:
            raise self._failed(done)

    async def reachable(self, commit: str) -> frozenset[str]:
        """Return a fetched commit and all its ancestors."""
        return frozenset((await self._git("rev-list", commit)).split())

    async def date(self, commit: str) -> datetime:
        """Return a fetched commit's committer date, in UTC."""
        shown = await self._git("show", "--no-patch", "--format=%cI", commit)
        return datetime.fromisoformat(shown.strip()).astimezone(UTC)

    async def read(self, commit: str, path: str) -> bytes | None:
        """Return a file of a commit, None where there is none."""
        done = await self._run("cat-file", "blob", f"{commit}:{path}")
        return done.stdout if done.returncode == 0 else None

    async def folders(self, commit: str) -> tuple[str, ...]:
        """Return the names in a commit's top folder that are folders."""
        listed = await self._git("ls-tree", "-d", "-z", "--name-only", commit)
        return tuple(name for name in listed.split("\0") if name)

    async def _git(self, *arguments: str) -> str:
        done = await self._run(*arguments)
        if done.returncode:
            raise self._failed(done)
        return done.stdout.decode("utf-8", "surrogateescape")

    async def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return await run(
                ["git", *arguments],
                cwd=self._folder,
                env=environment(**ALONE),
                timeout=_CLONE_SECONDS,
            )
        except FileNotFoundError as error:
            raise UpstreamError("git is not installed", hint="install git") from error
        except TimeoutError as error:
            raise UpstreamError(
                f"{self._url}: git took longer than {_CLONE_SECONDS:.0f} s", url=self._url
            ) from error

    def _failed(self, done: subprocess.CompletedProcess[bytes]) -> UpstreamError:
        lines = printable(done.stderr).strip().splitlines()
        said = lines[-1] if lines else f"git ended with {done.returncode}"
        return UpstreamError(f"{self._url}: {said}", url=self._url)


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


async def _in(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return await run(["git", *arguments], cwd=root)
    except FileNotFoundError as error:
        raise WriteError("git is not installed", hint="leave out --commit") from error


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
