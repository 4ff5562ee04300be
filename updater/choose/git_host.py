"""A git repository on its host, asked with the patience that all requests have."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from updater.effects.git import lazy
from updater.effects.git.fetch import not_git
from updater.effects.git.history import History
from updater.effects.git.mirror import mirror_folder
from updater.effects.http.traffic import host_of
from updater.errors import NoSuchCommit, NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from updater.effects.http.client import Http

T = TypeVar("T")

_SERVICE = "/info/refs?service=git-upload-pack"
_ADVERTISED = "application/x-git-upload-pack-advertisement"


class GitHost:
    """One repository.

    Args:
        url: where git finds it.
        http: its limit and its retries hold for git too.
        mirrors: the folder of mirrors, which have what need not be fetched; None for none.

    Attributes:
        url: the same.
    """

    def __init__(self, url: str, http: Http, mirrors: Path | None = None) -> None:
        self.url = url
        self._mirror = mirror_folder(url, mirrors) if mirrors is not None else None
        self._http = http
        self._speaks_git = False

    def opened(self) -> AbstractContextManager[History]:
        """Open the repository's history; nothing is fetched yet."""
        http = self._http
        token = http.token(self.url)
        return History.opened(self.url, http.silence, token, http.fetched, self._mirror)

    async def files(self, commit: str, paths: Collection[str], largest: int) -> dict[str, bytes]:
        """Return some files of one commit, as far as it has them; its history is left alone.

        Args:
            commit: 40 hexadecimal digits.
            paths: below the top of its tree.
            largest: how many bytes a file may have.

        Raises:
            HostileFile: a file has more.
            UpstreamError: the commit cannot be fetched.
        """
        files: dict[str, bytes] = {}
        with self.opened() as alone:
            if not await alone.has([commit]):
                await self.patiently(lambda: alone.fetch_alone([commit]))
            for path in sorted(paths):
                data = await self.read(alone, commit, path, largest)
                if data is not None:
                    files[path] = data
        return files

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, and ask again where the host may answer then.

        Raises:
            NotFound: what an upstream kind offers need not come from a repository.
            Offline: nobody may be asked.
            UpstreamError: it does not answer, or not in git's protocol.
        """
        if not self.url:
            raise NotFound("upstream names no git repository", url="")
        self._http.refuse_offline(self.url)
        await self._expect_git()

        async def once() -> T:
            async with self._http.clones:
                with self._http.traffic.asking(host_of(self.url)):
                    return await ask()

        return await self._http.answered(self.url, once)

    async def read(self, history: History, commit: str, path: str, largest: int) -> bytes | None:
        """Return a file of a commit that was fetched, None where there is none.

        Raises:
            HostileFile: it has more than ``largest`` bytes.
            UpstreamError: it cannot be fetched.
        """
        if await history.has_files([commit]):
            return await history.read(commit, path, largest)
        return await self.patiently(lambda: history.read(commit, path, largest))

    async def fetched(self, history: History, commits: Sequence[str], *, alone: bool) -> None:
        """Fetch commits, of which the mirror lacks one.

        Args:
            history: as `opened` opened it.
            commits: their ids.
            alone: without what is behind them.

        Raises:
            NoSuchCommit: it has no such commit.
            UpstreamError: as for `patiently`.
        """
        if await history.has(commits):
            return
        fetch = history.fetch_alone if alone else history.fetch
        try:
            await self.patiently(partial(fetch, commits))
        except NoSuchCommit as error:
            raise (self.no_commit(commits[0]) if len(commits) == 1 else error) from error

    def require(self, oid: str, commits: Iterable[str]) -> None:
        """Make sure that an id is that of a commit.

        Args:
            oid: what was fetched.
            commits: what git shows for it: a tag's own object leads to a commit.

        Raises:
            NoSuchCommit: it is the id of something else.
        """
        if oid not in commits:
            tip = next(iter(commits), "")
            what = f"a tag, which leads to {tip}" if tip else "a tree or a file"
            raise self.no_commit(oid, f": that is the id of {what}")

    def no_commit(self, oid: str, why: str = "") -> NoSuchCommit:
        """Return what is raised where the repository lacks a commit."""
        return NoSuchCommit(
            f"{self.url} has no commit {oid}{why}",
            url=self.url,
            hint="take a version by `updater bump --to VERSION`, or the commit that the hash "
            "belongs to by `updater pin`",
        )

    async def _expect_git(self) -> None:
        """Make sure that an old git is answered in its own protocol before it is let loose.

        A newer one ends by itself; see `lazy`.

        Raises:
            UpstreamError: the host answers with something else.
        """
        if self._speaks_git or lazy.can_be_forbidden():
            return
        url = f"{self.url}{_SERVICE}"
        headers = {"Git-Protocol": "version=2"}
        answer = await self._http.get(url, headers=headers, scheme="basic")
        if answer.headers.get("content-type", "") != _ADVERTISED:
            raise not_git(self.url)
        self._speaks_git = True
