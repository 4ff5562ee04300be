"""A repository's history for ordering commits, from a clone without trees."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from updater.effects import temporary
from updater.effects.git import seal, thin
from updater.effects.git.environment import isolated
from updater.effects.git.fetch import git_with_limit, refuse_other_answer, refuse_too_large, sweep
from updater.effects.processes.process import decoded, run
from updater.errors import (
    HostileFile,
    NoSuchCommit,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unreachable,
    UpstreamError,
)
from updater.model import moments
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

# Source: git documentation, "git-mktag".
_TAG = re.compile(
    r"object [0-9a-f]+\ntype \w+\ntag (?P<name>[^\n]*)\ntagger [^\n]*> (?P<seconds>-?\d+) [^\n]*\n"
)
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
[maintenance]
	auto = false
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = {silence}
"""
_NO_TREES, _NO_FILES = "--filter=tree:0", "--filter=blob:none"
_DATED = ("--date=unix", "--format=%H %cd")
_SAYS_NO_COMMIT = re.compile(
    r"not our ref|(?:no such|find) remote ref|unadvertised object", re.IGNORECASE
)
_SAYS_GONE = re.compile(
    r"not found|could not read Username|Authentication failed|returned error: 40[14]",
    re.IGNORECASE,
)
_SAYS_REFUSED = re.compile(r"returned error: 403")
_SAYS_LIMITED = re.compile(r"returned error: 429")
_SAYS_FAILED = re.compile(r"returned error: 5\d\d|HTTP 5\d\d")


class History:
    """A repository's commits without their trees; files are fetched when they are read."""

    def __init__(
        self,
        folder: Path,
        url: str,
        token: str = "",
        largest: int = LARGEST_PACK,
        mirror: Path | None = None,
    ) -> None:
        self._folder = folder
        self._mirror = mirror
        self._mirrored: set[str] = set()
        self._url = url
        self._largest = largest
        self._environment = isolated(url, token)
        self._listings: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}

    @classmethod
    @contextmanager
    def opened(
        cls,
        url: str,
        silence: float = 60.0,
        token: str = "",
        largest: int = LARGEST_PACK,
        mirror: Path | None = None,
    ) -> Iterator[History]:
        """Prepare an empty partial clone of a repository, removed at the end.

        Args:
            url: the repository's address.
            silence: the longest that its host may say next to nothing, in seconds.
            token: its host's, for a repository that is not public.
            largest: how many bytes git may fetch at once.
            mirror: the repository's mirror, if there is one: what it has is not fetched.
        """
        if mirror is not None and not _is_whole(mirror):
            mirror = None
        with temporary.folder("history") as folder:
            for part in ("objects", "refs"):
                (folder / part).mkdir()
            (folder / "HEAD").write_text("ref: refs/heads/none\n")
            quoted = url.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")
            (folder / "config").write_text(
                _CONFIG.format(url=f'"{quoted}"', silence=max(1, round(silence)))
            )
            if mirror is not None:
                (folder / "objects" / "info").mkdir()
                (folder / "objects" / "info" / "alternates").write_text(f"{mirror / 'objects'}\n")
            yield cls(folder, url, token, largest, mirror)

    async def has_files(self, commits: Sequence[str]) -> bool:
        """Tell whether the mirror has some commits with their files."""
        is_thin = self._mirror is not None and thin.is_marked(self._mirror)
        return not is_thin and await self.has(commits)

    async def has(self, commits: Sequence[str]) -> bool:
        """Tell whether the mirror has some commits, and all that is behind them.

        The clone itself is not asked: what it lacks it would fetch.
        """
        if self._mirror is None:
            return False
        if not self._mirrored.issuperset(commits):
            command = ["git", "rev-list", "--no-walk", "--quiet", *commits, "--"]
            done = await run(command, cwd=self._mirror, env=isolated())
            if done.returncode:
                return False
            self._mirrored.update(commits)
        return True

    async def fetch(self, commits: Sequence[str]) -> None:
        """Fetch the history behind some commits.

        Raises:
            NoSuchCommit: the repository does not have one of them.
            NotFound: it does not show itself.
            BadAnswer: what answers is not a host of git.
            UpstreamError: it cannot be reached, as the exception's class says.
        """
        await self._fetch((_NO_TREES,), commits)

    async def fetch_alone(self, commits: Sequence[str]) -> None:
        """Fetch some commits without what is behind them; not together with `fetch`.

        Raises:
            UpstreamError: as for `fetch`.
        """
        await self._fetch((_NO_TREES, "--depth=1"), commits)

    async def _fetch(
        self, options: Sequence[str], ids: Sequence[str], settings: Sequence[str] = ()
    ) -> None:
        words = ("--quiet", "--no-tags", "--no-write-fetch-head", *options, "origin", *ids)
        done = await self._run(*settings, "fetch", *words)
        if done.returncode:
            raise self._failed(done)

    async def reachable(self, commit: str) -> dict[str, str]:
        """Return a fetched commit and all its ancestors, with their committer dates.

        A date is written in seconds since 1970; `moments.from_seconds` reads it, which few need.
        """
        return _dated(await self._git("log", *_DATED, commit, "--"))

    async def dates(self, commits: Sequence[str]) -> dict[str, datetime | None]:
        """Return fetched commits' committer dates, in UTC; None where one is no date."""
        shown = await self._git("log", "--no-walk=unsorted", *_DATED, *commits, "--")
        return {commit: moments.from_seconds(seconds) for commit, seconds in _dated(shown).items()}

    async def tag_dates(self, ids: Sequence[str]) -> dict[str, datetime | None]:
        """Return when fetched tags were made, by their names; None where one is no date.

        Args:
            ids: of the tags' own objects, not of their commits.
        """
        dates: dict[str, datetime | None] = {}
        for oid in ids:
            match = _TAG.match(await self._git("cat-file", "tag", oid))
            if match is not None:
                dates[match["name"]] = moments.from_seconds(match["seconds"])
        return dates

    async def read(self, commit: str, path: str, largest: int) -> bytes | None:
        """Return a file of a commit, None where there is none.

        Raises:
            HostileFile: it has more than ``largest`` bytes.
            UpstreamError: its content cannot be fetched.
        """
        kind, oid = (await self._listing(commit, path.rpartition("/")[0])).get(path, ("", ""))
        if kind != "blob":
            return None
        counted = ("cat-file", "-s", oid)
        done = await self._run(*counted)
        if done.returncode:
            await self._fetch_object(oid)
        size = int(_text(done) if done.returncode == 0 else await self._git(*counted))
        if size > largest:
            raise HostileFile(f"{path} has {size} bytes, and at most {largest} are read")
        done = await self._run("cat-file", "blob", oid)
        if done.returncode:
            raise self._failed(done)
        return done.stdout

    async def _listing(self, commit: str, folder: str) -> dict[str, tuple[str, str]]:
        """Return what is in a folder of a commit: path -> kind and id."""
        if (commit, folder) not in self._listings:
            below = ("--", f"{folder}/") if folder else ()
            listed = ("ls-tree", "-z", commit, *below)
            done = await self._run(*listed)
            if done.returncode:
                tree = await self._git("log", "-1", "--no-walk", "--format=%T", commit, "--")
                await self._fetch_object(tree.strip())
            shown = _text(done) if done.returncode == 0 else await self._git(*listed)
            lines = (line.partition("\t") for line in shown.split("\0") if line)
            self._listings[commit, folder] = {
                path: (kind, oid) for about, _, path in lines for _, kind, oid in [about.split()]
            }
        return self._listings[commit, folder]

    async def _fetch_object(self, oid: str) -> None:
        """Fetch a file; or a tree with all trees below it, and none of their files."""
        await self._fetch((_NO_FILES,), [oid], thin.BY_IDS)

    async def _git(self, *arguments: str) -> str:
        done = await self._run(*arguments)
        if done.returncode:
            raise self._failed(done)
        return _text(done)

    async def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return await run(
                [*git_with_limit(self._largest), *arguments],
                cwd=self._folder,
                env=self._environment,
                timeout=_CLONE_SECONDS,
            )
        except FileNotFoundError as error:
            raise UpstreamError("git is not installed", hint="install git") from error
        except TimeoutError as error:
            raise UpstreamError(
                f"{self._url}: git took longer than {_CLONE_SECONDS:.0f} s", url=self._url
            ) from error

    def _failed(self, done: subprocess.CompletedProcess[bytes]) -> UpstreamError:
        sweep(self._folder)
        stderr = decoded(done.stderr).strip()
        refuse_too_large(stderr, self._url, self._largest)
        refuse_other_answer(stderr, self._url)
        lines = [line for line in stderr.splitlines() if line.startswith(("fatal:", "error:"))]
        why = lines[0] if lines else stderr or f"git ended with {done.returncode}"
        message = f"{self._url}: {why}"
        if _SAYS_LIMITED.search(stderr):
            return RateLimited(message, url=self._url, hint="try later")
        if _SAYS_FAILED.search(stderr):
            return ServerFailed(message, url=self._url, hint="try again later")
        if _SAYS_REFUSED.search(stderr):
            return Refused(message, url=self._url, hint="is it private, or a limit used up?")
        if _SAYS_NO_COMMIT.search(stderr):
            return NoSuchCommit(message, url=self._url, hint="was the branch rewritten?")
        if _SAYS_GONE.search(stderr):
            return NotFound(message, url=self._url, hint="is it deleted, renamed or private?")
        return Unreachable(message, url=self._url, hint="check the network and the proxy variables")


def _is_whole(mirror: Path) -> bool:
    try:
        return seal.state(mirror) == "whole"
    except OSError:
        return False


def _text(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stdout.decode("utf-8", "surrogateescape")


def _dated(shown: str) -> dict[str, str]:
    pairs = (line.partition(" ") for line in shown.split("\n") if line)
    return {commit: seconds for commit, _, seconds in pairs}
