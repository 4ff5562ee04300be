"""A repository's mirror in the cache folder, and its objects through one ``git cat-file``.

A mirror is a bare clone that git itself never checks out: no hook, no filter and no configuration
but its own takes part, submodules are not followed, and only http and https are spoken.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from updater.effects.git.batch import CHUNK_BYTES, Batch, output
from updater.effects.git.environment import isolated
from updater.effects.git.fetch import git_with_limit, refuse_too_large, sweep
from updater.effects.processes.process import decoded
from updater.errors import BadAnswer, HashError, Offline, UpstreamError
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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
)
_GIT = ("git", *_OPTIONS)
_HASHES = "updater-hashes-1"  # a new number where hashes made before must not count
_TREE, _DIGEST = 20, 32
_FETCH_SECONDS = 1800.0
_ID_DIGITS = 40
_ID = re.compile(r"[0-9a-f]{4,40}")
_LOG_FORM = ("--date=unix", "--format=%H %T %cd")
_SECONDS = re.compile(r"[0-9]{1,12}")


class LoggedCommit(NamedTuple):
    """One commit: its id, its tree's, and its committer date in seconds since 1970.

    A date that is none is 0: it only says where to look first.
    """

    commit: str
    tree: str
    seconds: int


class Mirror:
    """A bare clone; for a worker thread. Use it through `opened`.

    Attributes:
        folder: where it is.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        token: str = "",
        largest: int = LARGEST_PACK,
        *,
        offline: bool = False,
    ) -> None:
        self.folder = folder
        self._offline = offline
        self._url = url
        self._largest = largest
        self._environment = isolated()
        self._fetching = isolated(url, token)

    @classmethod
    @contextmanager
    def opened(
        cls,
        url: str,
        cache: Path,
        token: str = "",
        largest: int = LARGEST_PACK,
        *,
        offline: bool = False,
    ) -> Iterator[Mirror]:
        """Make the mirror, or bring it up to date, alone with it until the end.

        Commits that upstream rewrote away stay in a mirror that had them.

        Args:
            url: the repository's address.
            cache: the folder of all mirrors; only its owner may look into it.
            token: its host's, for a repository that is not public; only fetching gets it.
            largest: how many bytes git may fetch at once.
            offline: fetch nothing; the mirror is as an earlier run left it.

        Raises:
            UpstreamError: git is missing, or the repository cannot be fetched.
        """
        name = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2]).strip("-.")
        folder = cache / f"{name[-80:]}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"
        mirror = cls(folder, url, token, largest, offline=offline)
        try:
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            with folder.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                mirror._fetch()
                yield mirror
        except OSError as error:
            if isinstance(error, FileNotFoundError) and error.filename == "git":
                raise UpstreamError("git is not installed", hint="install git") from error
            raise UpstreamError(
                f"the mirror of {url} cannot be kept in {cache}: {error.strerror}",
                url=url,
                hint="check space and permissions, or set XDG_CACHE_HOME",
            ) from error

    def _fetch(self) -> None:
        # Also where it exists: a run may have died while it made the folder.
        self._git("init", "--bare", "--quiet", "--template=", str(self.folder), inside=False)
        if self._offline:
            if not self._heads():
                raise Offline(self._url)
            return
        sweep(self.folder)
        self._keep_rewritten()
        everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        self._fetch_refs("--prune", "--no-recurse-submodules", self._url, *everything)

    def _fetch_refs(self, *arguments: str) -> None:
        options = ("--quiet", "--no-tags", "--no-write-fetch-head")
        self._run(
            [*git_with_limit(self._largest), *_OPTIONS, "fetch", *options, *arguments],
            self._fetching,
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

    def commit(self, identity: str) -> LoggedCommit | None:
        """Return one commit, asked of upstream where no branch and no tag has it.

        None where upstream does not have it either, or keeps it to itself; or where a shortened id
        is that of no commit, or of several.
        """
        if not _ID.fullmatch(identity):  # it comes from upstream, and goes into a command
            return None
        ours = f"+{identity}:refs/held/{identity}"
        commit = self._logged_commit(identity)
        if commit is None and len(identity) == _ID_DIGITS:
            if self._offline:
                raise Offline(self._url)
            try:
                self._fetch_refs(self._url, ours)
            except BadAnswer:
                raise
            except UpstreamError:
                return None
            commit = self._logged_commit(identity)
        return commit

    def _logged_commit(self, identity: str) -> LoggedCommit | None:
        with suppress(UpstreamError):
            shown = self._git("log", "-1", "--no-walk", *_LOG_FORM, f"{identity}^{{commit}}")
            return _logged(shown)
        return None

    def log(self) -> Iterator[LoggedCommit]:
        """Yield every commit of every branch and tag, newest first."""
        with self._started("log", "--all", "--date-order", *_LOG_FORM) as process:
            for line in output(process):
                yield _logged(line.decode("ascii"))

    def tags(self) -> dict[str, str]:
        """Return tag -> commit, annotated ones peeled; tags of anything else left out."""
        form = "--format=%(refname:lstrip=2)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"  # noqa: E501 - one word
        commits = {}
        for line in self._git("for-each-ref", form, "refs/tags").split("\n"):
            if not line:
                continue
            name, own, kind, peeled, peeled_kind = line.split("\0")
            if "commit" in (kind, peeled_kind):
                commits[name] = own if kind == "commit" else peeled
        return commits

    def kept_hashes(self) -> dict[bytes, bytes]:
        """Return tree id -> sha256 NAR hash of its archive, as `keep_hashes` left them."""
        try:
            data = (self.folder / _HASHES).read_bytes()
        except FileNotFoundError:
            return {}
        whole = len(data) - len(data) % (_TREE + _DIGEST)
        places = range(0, whole, _TREE + _DIGEST)
        return {data[at : at + _TREE]: data[at + _TREE : at + _TREE + _DIGEST] for at in places}

    def keep_hashes(self, hashes: Mapping[bytes, bytes]) -> None:
        """Leave hashes of trees beside the objects, in one step."""
        new = self.folder / f"{_HASHES}.new"
        new.write_bytes(b"".join(tree + digest for tree, digest in hashes.items()))
        new.replace(self.folder / _HASHES)

    @contextmanager
    def objects(self) -> Iterator[Batch]:
        """Yield the repository's objects."""
        with self._started("cat-file", "--batch") as process:
            yield Batch(process, self._url)

    @contextmanager
    def archive(self, commit: str) -> Iterator[Iterator[bytes]]:
        """Yield ``git archive`` of a commit, as an uncompressed tar archive in pieces.

        Raises:
            HashError: git fails, as 2.39 does with a segmentation fault on some attributes.
        """
        with self._started("archive", "--format=tar", "--prefix=source/", commit) as process:
            yield iter(lambda: output(process).read(CHUNK_BYTES), b"")
            while output(process).read(CHUNK_BYTES):  # so that git can end
                pass
            if process.wait():
                raise HashError(f"git archive of {commit} ended with {process.returncode}")

    @contextmanager
    def _started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen(  # noqa: S603 - a fixed program with ids and names of this module
            [*_GIT, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _git(self, *arguments: str, sent: bytes = b"", inside: bool = True) -> str:
        command = [*_GIT, *arguments]
        return self._run(command, self._environment, sent=sent, inside=inside)

    def _run(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        sent: bytes = b"",
        inside: bool = True,
    ) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - as above
                command,
                cwd=self.folder if inside else None,
                env=environment,
                input=sent,
                capture_output=True,
                check=False,
                timeout=_FETCH_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise UpstreamError(
                f"{self._url}: git took longer than {_FETCH_SECONDS:.0f} s", url=self._url
            ) from error
        if done.returncode:
            sweep(self.folder)
            text = decoded(done.stderr).strip()
            refuse_too_large(text, self._url, self._largest)
            lines = text.splitlines()
            why = lines[-1] if lines else f"git ended with {done.returncode}"
            raise UpstreamError(f"{self._url}: {why}", url=self._url)
        return done.stdout.decode("utf-8", "surrogateescape")


def _logged(line: str) -> LoggedCommit:
    commit, tree, seconds = (*line.split(), "")[:3]
    return LoggedCommit(commit, tree, int(seconds) if _SECONDS.fullmatch(seconds) else 0)
