"""A bare clone in the cache folder: made, brought up to date, and made again where it is damaged.

git itself never checks it out.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from updater.effects import kept
from updater.effects.git import seal, thin, tips
from updater.effects.git.command import FETCH_SECONDS, CloneGit
from updater.effects.git.fetch import not_git, sweep
from updater.effects.processes.group import Stop
from updater.errors import BadAnswer, GitTooSlow, Offline, UpstreamError
from updater.model.policy import LARGEST_PACK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

NO_REFS: Final[Mapping[str, str]] = MappingProxyType({})
_NAMES: Final = ("refs/heads", "refs/tags")


class BareClone:
    """A repository's clone, and git in it; for a worker thread.

    Args:
        folder: where it is.
        url: the repository's address.
        token: its host's, for a repository that is not public; only fetching gets it.
        largest: how many bytes git may fetch at once.
        offline: fetch nothing.
        detail: is told that a clone was damaged.
        stop: ends what git does.

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
        stop: Stop | None = None,
    ) -> None:
        self.folder = folder
        self._detail = detail
        self._offline = offline
        self._url = url
        self._command = CloneGit(folder, url, token, largest, stop or Stop())

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
        self._command.lock = lock
        is_whole = self._drop_damaged()
        if not (is_whole and refs and self.has(frozenset(refs.values()))):
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

    def has(self, commits: Collection[str]) -> bool:
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
            self._command.init()
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
                self._command.init()
            sweep(self.folder)
            if is_new and is_large:
                thin.mark(self.folder)
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
        """Fetch all branches and tags.

        git takes a page for a repository without any of them, or with others, and first removes
        those that are here. They come back where nothing is fetched then.
        """
        names = self._git("for-each-ref", "--format=update %(refname) %(objectname)", *_NAMES)
        everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        try:
            self._fetch_refs("--prune", *self._upstream, *everything, seconds=seconds)
            if not self._git("for-each-ref", "--count=1", *_NAMES):
                raise not_git(self._url)
        except UpstreamError:
            self._git("update-ref", "--stdin", sent=names.encode("utf-8", "surrogateescape"))
            raise
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
        self._command.fetch(settings, arguments, seconds=seconds)

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
        self._command.fetch(settings, arguments, sent=thin.sent(ids), seconds=seconds)

    def _keep_rewritten(self) -> None:
        """Give what the branches hold a ref of its own, so that a rewrite does not hide it."""
        heads = self._heads()
        if heads:
            orders = "".join(f"update refs/held/{head} {head}\n" for head in heads)
            self._git("update-ref", "--stdin", sent=orders.encode())

    def _heads(self) -> tuple[str, ...]:
        heads = self._git("for-each-ref", "--format=%(objectname)", "refs/heads").split()
        return tuple(dict.fromkeys(heads))

    def _git(self, *arguments: str, sent: bytes = b"") -> str:
        return self._command.run(*arguments, sent=sent)
