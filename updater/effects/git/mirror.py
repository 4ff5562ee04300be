"""A repository's mirror in the cache folder, and its objects through one ``git cat-file``."""

from __future__ import annotations

import fcntl
import hashlib
import re
import subprocess
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from updater.effects import kept
from updater.effects.git.bare import NO_REFS
from updater.effects.git.batch import CHUNK_BYTES, Batch, output
from updater.effects.git.command import FETCH_SECONDS, GIT
from updater.effects.git.partial import PartialClone
from updater.errors import BadAnswer, HashError, Offline, UpstreamError
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from updater.effects.processes.group import Stop

_HEADS = "refs/heads"
_HASHES = "updater-hashes"
_HASHES_FORM = "updater-hashes-2"  # a new number where hashes made before must not count
_TREE, _DIGEST = 20, 32
_ID_DIGITS = 40
_ID = re.compile(r"[0-9a-f]{4,40}")
_SHORT_LOG = 2_000  # commits
_LOG_FORM = ("--date=unix", "--format=%H %T %cd")
_SECONDS = re.compile(r"[0-9]{1,12}")


class LoggedCommit(NamedTuple):
    """One commit: its id, its tree's, and its committer date in seconds since 1970.

    A date that is none is 0: it only says where to look first.
    """

    commit: str
    tree: str
    seconds: int


def mirror_folder(url: str, cache: Path) -> Path:
    """Return where the mirror of a repository is, among all mirrors."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2]).strip("-.")
    return cache / f"{name[-80:]}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"


def is_mirrored(url: str, cache: Path) -> bool:
    """Tell whether there is a mirror of a repository."""
    return mirror_folder(url, cache).exists()


class Mirror(PartialClone):
    """What a clone has; for a worker thread. Use it through `opened`."""

    _short_log: tuple[LoggedCommit, ...] = ()

    @classmethod
    @contextmanager
    def opened(  # noqa: PLR0913 - all but two have defaults
        cls,
        url: str,
        cache: Path,
        token: str = "",
        largest: int = LARGEST_PACK,
        *,
        offline: bool = False,
        detail: Callable[[str], None] = kept.untold,
        refs: Mapping[str, str] = NO_REFS,
        seconds: float = FETCH_SECONDS,
        is_large: bool = False,
        stop: Stop | None = None,
    ) -> Iterator[Mirror]:
        """Make the mirror, or bring it up to date, alone with it until the end.

        Commits that upstream rewrote away stay in a mirror that had them.

        Args:
            url: the repository's address.
            cache: the folder of all mirrors; only its owner may look into it.
            token: its host's, for a repository that is not public; only fetching gets it.
            largest: how many bytes git may fetch at once.
            offline: fetch nothing; the mirror is as an earlier run left it.
            detail: is told that a mirror was damaged.
            refs: ref -> commit, as upstream was just seen to have them. A mirror that has these
                commits is up to date; without any, none is. A new one may have them alone until
                `complete`.
            seconds: how long all that is fetched may take.
            is_large: where it is cloned anew, trees and files are left out until `provide`.
            stop: ends what git does.

        Raises:
            UpstreamError: git is missing, or the repository cannot be fetched.
        """
        folder = mirror_folder(url, cache)
        mirror = cls(folder, url, token, largest, offline=offline, detail=detail, stop=stop)
        try:
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            with folder.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                mirror.begin(seconds)
                mirror.update(lock.fileno(), refs, seconds, is_large=is_large)
                yield mirror
        except OSError as error:
            if isinstance(error, FileNotFoundError) and error.filename == "git":
                raise UpstreamError("git is not installed", hint="install git") from error
            raise UpstreamError(
                f"the mirror of {url} cannot be stored in {cache}: {error.strerror}",
                url=url,
                hint="check space and permissions, or set XDG_CACHE_HOME",
            ) from error

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
                with self._changing():
                    self._short_log = ()
                    self._fetch_refs(*self._upstream, ours)
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

    def complete(self, seconds: float | None = None) -> None:
        """Do so as of any clone, whose log may then have more commits."""
        self._short_log = ()
        super().complete(seconds)

    def log(self) -> Iterator[LoggedCommit]:
        """Yield every commit of every branch and tag, newest first.

        Of a short history git is asked once: starting it takes longer than all else.
        """
        if self._short_log:
            yield from self._short_log
            return
        with self._started("log", "--all", "--date-order", *_LOG_FORM) as process:
            entries = (_logged(line.decode("ascii")) for line in output(process))
            begun = tuple(islice(entries, _SHORT_LOG))
            if len(begun) < _SHORT_LOG:
                self._short_log = begun
            yield from begun
            yield from entries

    def beside(self, commits: Collection[str], tips: Collection[str]) -> frozenset[str]:
        """Return those of some commits to which none of the tips leads that are here."""
        excluded = (f"^{tip}" for tip in tips if _ID.fullmatch(tip))
        sent = "\n".join([*commits, *excluded, ""]).encode()
        shown = self._git("rev-list", "--ignore-missing", "--stdin", sent=sent)
        return frozenset(shown.split()).intersection(commits)

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

    def branches(self) -> dict[str, str]:
        """Return branch -> commit."""
        shown = self._git("for-each-ref", "--format=%(refname:lstrip=2)%00%(objectname)", _HEADS)
        return dict(line.split("\0", 1) for line in shown.split("\n") if line)

    def described(self, commit: str, placeholders: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return what git writes for placeholders of its pretty formats, of one commit.

        Those that it does not know stay as they are, as in an archive.
        """
        form = "%x00".join(f"%{placeholder.decode('ascii')}" for placeholder in placeholders)
        values = self._git("log", "-1", "--no-walk", f"--format={form}", commit).split("\0")
        return {
            name: value.strip("\n").encode()
            for name, value in zip(placeholders, values, strict=False)
        }

    def kept_hashes(self) -> dict[bytes, bytes]:
        """Return tree id -> sha256 NAR hash of its archive, as `keep_hashes` left them."""
        try:
            data = kept.read(self.folder / _HASHES, _HASHES_FORM)
        except kept.DamagedFile:
            self._detail(f"the hashes in {self.folder} are damaged; they are computed again")
            data = None
        if data is None:
            return {}
        places = range(0, len(data), _TREE + _DIGEST)
        return {data[at : at + _TREE]: data[at + _TREE : at + _TREE + _DIGEST] for at in places}

    def keep_hashes(self, hashes: Mapping[bytes, bytes]) -> None:
        """Leave hashes of trees beside the objects, in one step."""
        data = b"".join(tree + digest for tree, digest in hashes.items())
        kept.write(self.folder / _HASHES, _HASHES_FORM, data)

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
            [*GIT, *arguments],
            cwd=self.folder,
            env=self._command.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def _logged(line: str) -> LoggedCommit:
    commit, tree, seconds = (*line.split(), "")[:3]
    return LoggedCommit(commit, tree, int(seconds) if _SECONDS.fullmatch(seconds) else 0)
