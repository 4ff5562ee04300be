"""A bare clone in the cache folder: made, brought up to date, and made again where it is damaged.

git itself never checks it out: no hook, no filter and no configuration but its own takes part,
submodules are not followed, and only http and https are spoken.
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from updater.effects import kept
from updater.effects.git import seal, thin, tips
from updater.effects.git.environment import isolated
from updater.effects.git.fetch import git_with_limit, refuse_too_large, sweep
from updater.effects.processes.process import decoded
from updater.errors import BadAnswer, GitTooSlow, Offline, UpstreamError
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

_OPTIONS = (
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    f"core.attributesFile={os.devnull}",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",  # or each fetch starts a program that then does nothing
    # Of a pack of any size so much is in memory at once; git's own limits are those of the machine.
    "-c",
    "core.packedGitWindowSize=4m",
    "-c",
    "core.packedGitLimit=32m",
    "-c",
    "core.deltaBaseCacheLimit=16m",
)
GIT = ("git", *_OPTIONS)
FETCH_SECONDS = 1800.0
NO_REFS: Final[Mapping[str, str]] = MappingProxyType({})
# Also a git that outlives the run that started it ends where its host says next to nothing.
LEAST_SPEED = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")

# What is wrong with a transfer; what follows it is that there is no more of it.
_SAYS_BROKEN = re.compile("error: RPC failed; ")


class BareClone:
    """A repository's clone, and git in it; for a worker thread.

    Args:
        folder: where it is.
        url: the repository's address.
        token: its host's, for a repository that is not public; only fetching gets it.
        largest: how many bytes git may fetch at once.
        offline: fetch nothing.
        detail: is told that a clone was damaged.

    Attributes:
        folder: where it is.
    """

    def __init__(  # noqa: PLR0913 - all but two have defaults
        self,
        folder: Path,
        url: str,
        token: str = "",
        largest: int = LARGEST_PACK,
        *,
        offline: bool = False,
        detail: Callable[[str], None] = kept.untold,
    ) -> None:
        self.folder = folder
        self._detail = detail
        self._offline = offline
        self._url = url
        self._largest = largest
        self._lock: int | None = None
        self._environment = isolated()
        self._fetching = isolated(url, token)

    @property
    def is_thin(self) -> bool:
        """Whether it has no more of trees and files than somebody asked for."""
        return thin.is_marked(self.folder)

    @property
    def is_complete(self) -> bool:
        """Whether it has had all branches and tags of upstream, and not only those of a look-up."""
        return not tips.is_marked(self.folder)

    def update(
        self,
        lock: int,
        refs: Mapping[str, str] = NO_REFS,
        seconds: float = FETCH_SECONDS,
        *,
        is_large: bool = False,
    ) -> None:
        """Clone the repository, or bring its clone up to date; where it is damaged, clone it again.

        Args:
            lock: the file whose lock keeps others out.
            refs: what upstream was just seen to have: ref -> commit. A clone that has these commits
                is up to date; without any, none is. A new clone may have them alone.
            seconds: how long it may take.
            is_large: a new clone is a thin one.

        Raises:
            UpstreamError: it cannot be fetched.
            GitTooSlow: it takes longer.
        """
        self._lock = lock
        is_whole = self._drop_damaged()
        if not (is_whole and refs and self._has(frozenset(refs.values()))):
            self._fetch(refs, seconds, is_whole=is_whole, is_large=is_large)

    def complete(self, seconds: float = FETCH_SECONDS) -> None:
        """Fetch all other branches and tags into a clone that has only those of a look-up.

        Args:
            seconds: how long it may take.

        Raises:
            Offline: nothing may be fetched.
            UpstreamError: they cannot be fetched.
            GitTooSlow: it takes longer.
        """
        if self.is_complete:
            return
        if self._offline:
            raise Offline(self._url)
        with self._changing():
            self._keep_rewritten()
            self._fetch_names(seconds)

    def _has(self, commits: Collection[str]) -> bool:
        """Tell whether some commits are there, with all that is behind them."""
        sent = "".join(f"{commit}\n" for commit in commits).encode()
        shown = self._git("cat-file", "--batch-check=%(objecttype)", sent=sent)
        return set(shown.split()) == {"commit"}

    def _drop_damaged(self) -> bool:
        """Remove a clone that is damaged; tell whether there is one that was finished."""
        match seal.state(self.folder):
            case "damaged":
                pass
            case "unfinished":
                seal.forget_locks(self.folder)
                if self._is_connected():
                    return False
            case state:
                return state == "whole"
        self._detail(f"{self.folder} is damaged and was dropped; it is cloned again")
        seal.drop(self.folder)
        return False

    def _is_connected(self) -> bool:
        """Tell whether all is there that refs lead to, after a run that died while it fetched."""
        try:
            self._git("init", "--bare", "--quiet", "--template=", str(self.folder), inside=False)
            below = () if self.is_thin else ("--objects",)
            self._git("rev-list", "--quiet", *below, "--all")
        except UpstreamError:
            return False
        return True

    def _fetch(
        self, refs: Mapping[str, str], seconds: float, *, is_whole: bool, is_large: bool
    ) -> None:
        is_new = not self.folder.exists()
        if self._offline:
            if is_new or not self._git("for-each-ref", "--count=1"):
                raise Offline(self._url)
            return
        with self._changing():
            if not is_whole:  # also where it exists: a run may have died while it made the folder
                self._git(
                    "init", "--bare", "--quiet", "--template=", str(self.folder), inside=False
                )
            sweep(self.folder)
            if is_new and is_large:
                thin.mark(self.folder)
            # A page that git takes for a list of plain files would have a thin clone ask for an id
            # without end; see `GitHost`.
            if is_new and not is_large and self._fetch_tips(refs, seconds):
                return
            if not is_new:
                self._keep_rewritten()
            self._fetch_names(seconds)

    def _fetch_tips(self, refs: Mapping[str, str], seconds: float) -> bool:
        """Fetch refs by their ids into a new clone; tell whether the host gives them.

        It does not if a commit is gone since the look-up. Some hosts give only what a ref names
        itself, and an annotated tag names no commit.
        """
        refspecs = tips.refspecs(refs)
        if not refspecs:
            return False
        tips.mark(self.folder)
        try:
            self._fetch_refs(*self._upstream, *refspecs, seconds=seconds)
        except (BadAnswer, GitTooSlow):
            raise
        except UpstreamError as error:
            if not tips.may_be_refused(error.message):
                raise
            return False
        return True

    def _fetch_names(self, seconds: float) -> None:
        """Fetch all branches and tags."""
        everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        self._fetch_refs("--prune", *self._upstream, *everything, seconds=seconds)
        tips.unmark(self.folder)

    @property
    def _upstream(self) -> tuple[str, ...]:
        """The arguments of a fetch that say from where commits come."""
        return thin.commits_from() if self.is_thin else (self._url,)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Have the mirror's seal say that it changes, and seal it anew at the end."""
        seal.begin(self.folder)
        try:
            yield
        finally:
            seal.end(self.folder)

    def _fetch_refs(self, *arguments: str, seconds: float = FETCH_SECONDS) -> None:
        settings = thin.settings(self._url) if self.is_thin else ()
        self._fetched(settings, arguments, seconds=seconds)

    def _fetch_objects(
        self, ids: Collection[str], *, with_files: bool = False, seconds: float = FETCH_SECONDS
    ) -> None:
        """Fetch objects into a thin clone, of which the refs stay as they are.

        Args:
            ids: theirs.
            with_files: of trees, also the files in them.
            seconds: how long it may take.
        """
        settings = (*thin.settings(self._url), *thin.BY_IDS)
        arguments = thin.objects_from(with_files=with_files)
        self._fetched(settings, arguments, sent=thin.sent(ids), seconds=seconds)

    def _fetched(
        self,
        settings: Sequence[str],
        arguments: Sequence[str],
        *,
        sent: bytes = b"",
        seconds: float,
    ) -> None:
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        command = [*git_with_limit(self._largest), *_OPTIONS, *LEAST_SPEED, *settings]
        self._run(
            [*command, "fetch", *options, *arguments], self._fetching, sent=sent, seconds=seconds
        )

    def _keep_rewritten(self) -> None:
        """Give what the branches hold a ref of its own, so that a rewrite does not hide it."""
        heads = self._heads()
        if heads:
            orders = "".join(f"update refs/held/{head} {head}\n" for head in heads)
            self._git("update-ref", "--stdin", sent=orders.encode())

    def _heads(self) -> tuple[str, ...]:
        heads = self._git("for-each-ref", "--format=%(objectname)", "refs/heads").split()
        return tuple(dict.fromkeys(heads))

    def _git(self, *arguments: str, sent: bytes = b"", inside: bool = True) -> str:
        command = [*GIT, *arguments]
        return self._run(command, self._environment, sent=sent, inside=inside)

    def _run(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        sent: bytes = b"",
        inside: bool = True,
        seconds: float = FETCH_SECONDS,
    ) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program with ids and names of this room
                command,
                cwd=self.folder if inside else None,
                env=environment,
                input=sent,
                capture_output=True,
                check=False,
                timeout=seconds,
                # A git that outlives this process keeps the mirror for itself until it ends.
                pass_fds=(self._lock,) if self._lock is not None else (),
            )
        except subprocess.TimeoutExpired as error:
            message = f"{self._url}: git took longer than {seconds:.0f} s"
            raise GitTooSlow(message, url=self._url) from error
        if done.returncode:
            sweep(self.folder)
            text = decoded(done.stderr).strip()
            refuse_too_large(text, self._url, self._largest)
            lines = text.splitlines() or [f"git ended with {done.returncode}"]
            why = next((line for line in lines if _SAYS_BROKEN.match(line)), lines[-1])
            raise UpstreamError(f"{self._url}: {why}", url=self._url)
        return done.stdout.decode("utf-8", "surrogateescape")
