"""git in a bare clone of the cache folder, for a worker thread.

No hook, no filter and no configuration but the clone's own takes part, submodules are not followed,
and only http and https are spoken.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from updater.effects.git import seal
from updater.effects.git.environment import isolated
from updater.effects.git.fetch import git_with_limit, refuse_other_answer, refuse_too_large, sweep
from updater.effects.processes.process import decoded
from updater.errors import GitTooSlow, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from updater.effects.processes.group import Stop

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
# Also a git that outlives the run that started it ends where its host says next to nothing.
LEAST_SPEED = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")

# What is wrong with a transfer; what follows it is that there is no more of it.
_SAYS_BROKEN = re.compile("error: RPC failed; ")


class CloneGit:
    """git in one clone.

    Args:
        folder: the clone.
        url: its repository's address.
        token: its host's, for a repository that is not public; only fetching gets it.
        largest: how many bytes git may fetch at once.
        stop: ends what runs.

    Attributes:
        lock: the file whose lock keeps others out. A git that outlives this process keeps the clone
            for itself by it.
        environment: of a git that fetches nothing.
    """

    lock: int | None = None

    def __init__(self, folder: Path, url: str, token: str, largest: int, stop: Stop) -> None:
        self._folder = folder
        self._url = url
        self._largest = largest
        self._stop = stop
        self.environment = isolated()
        self._fetching = isolated(url, token)

    def init(self) -> None:
        """Make the clone, or what a run that died has left out."""
        made = ("init", "--bare", "--quiet", "--template=", str(self._folder))
        self._run([*GIT, *made], self.environment, cwd=None)

    def run(self, *arguments: str, sent: bytes = b"") -> str:
        """Return what git says that fetches nothing.

        Raises:
            UpstreamError: it fails.
        """
        return self._run([*GIT, *arguments], self.environment, sent=sent, cwd=self._folder)

    def fetch(
        self,
        settings: Sequence[str],
        arguments: Sequence[str],
        *,
        sent: bytes = b"",
        seconds: float,
    ) -> None:
        """Fetch.

        Args:
            settings: options of git itself.
            arguments: of the command.
            sent: what it reads.
            seconds: how long it may take.

        Raises:
            UpstreamError: it cannot be fetched.
            GitTooSlow: it takes longer.
        """
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        git = [*git_with_limit(self._largest), *_OPTIONS, *LEAST_SPEED, *settings]
        command = [*git, "fetch", *options, *arguments]
        self._run(command, self._fetching, sent=sent, cwd=self._folder, seconds=seconds)

    def _run(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        sent: bytes = b"",
        cwd: Path | None,
        seconds: float = FETCH_SECONDS,
    ) -> str:
        lock = (self.lock,) if self.lock is not None else ()
        try:
            done = self._stop.run(
                command, cwd=cwd, env=environment, sent=sent, seconds=seconds, pass_fds=lock
            )
        except TimeoutError as error:
            seal.forget_locks(self._folder)
            message = f"{self._url}: git took longer than {seconds:.0f} s"
            raise GitTooSlow(message, url=self._url) from error
        if done.returncode:
            raise self._failed(done.returncode, decoded(done.stderr).strip())
        return done.stdout.decode("utf-8", "surrogateescape")

    def _failed(self, code: int, text: str) -> UpstreamError:
        sweep(self._folder)
        refuse_too_large(text, self._url, self._largest)
        refuse_other_answer(text, self._url)
        lines = text.splitlines() or [f"git ended with {code}"]
        why = next((line for line in lines if _SAYS_BROKEN.match(line)), lines[-1])
        return UpstreamError(f"{self._url}: {why}", url=self._url)
