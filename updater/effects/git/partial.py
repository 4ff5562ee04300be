"""Brings into a thin clone the trees and files that are looked at: few of a long history's."""

from __future__ import annotations

import math
import re
import time
from functools import cached_property
from typing import TYPE_CHECKING

from updater.effects.git import lazy, seal, thin
from updater.effects.git.bare import NO_REFS, BareClone
from updater.effects.git.command import FETCH_SECONDS
from updater.errors import Offline, UpstreamError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_PACKS = "objects/pack/*.pack"
_LEAST_SECONDS = 0.1
_SAYS_GONE = re.compile(r"not our ref")
_SAYS_UNABLE = re.compile(r"unadvertised object")


class PartialClone(BareClone):
    """A clone that may be thin.

    Attributes:
        ends: when the time for fetching is over, on the monotonic clock.
    """

    ends = math.inf

    def begin(self, seconds: float) -> None:
        """Have all that is fetched from now on take so long at most."""
        self.ends = time.monotonic() + seconds

    def update(
        self,
        lock: int,
        refs: Mapping[str, str] = NO_REFS,
        seconds: float = FETCH_SECONDS,
        *,
        is_large: bool = False,
    ) -> None:
        """Do so as of any clone; where a host gives commits alone by their ids, clone all.

        In git's protocol before version 2, which a proxy may leave, it gives no trees by theirs.
        An old git makes no thin clone, and fetches nothing into one.
        """
        if not self._offline and (is_large or self.is_thin) and not lazy.can_be_forbidden():
            is_large = False
            if self.is_thin:
                seal.drop(self.folder)
        super().update(lock, refs, seconds, is_large=is_large)
        if self.is_thin and self._has_commits_only and not self._offline:
            try:
                self.provide(self._git("log", "-1", "--all", "--format=%T").split())
            except UpstreamError as error:
                if not _SAYS_UNABLE.search(error.message):
                    raise
                seal.drop(self.folder)
                super().update(lock, refs, seconds)

    def complete(self, seconds: float | None = None) -> None:
        """Do so as of any clone, in the time that is left for fetching unless one is given."""
        super().complete(self._seconds_left if seconds is None else seconds)

    @property
    def _has_commits_only(self) -> bool:
        return len(list(self.folder.glob(_PACKS))) == 1

    def provide(self, trees: Collection[str]) -> None:
        """Fetch what is missing of trees, with their files; only a thin mirror misses some.

        The first tree comes as a whole, as an archive would; of others, what the mirror has is left
        out. Those that upstream does not give any more stay away.

        Args:
            trees: their ids.

        Raises:
            Offline: something is missing, and nothing may be fetched.
            GitTooSlow: the time for fetching is over.
            UpstreamError: it cannot be fetched.
        """
        new = [tree for tree in trees if tree not in self._provided]
        if not new or not self.is_thin:
            return
        missing = self._missing_trees(new)
        if missing:
            self._provide(missing, with_files=self._has_commits_only and len(missing) == 1)
        files = self._missing_files(new)
        if files:
            self._provide(files, with_files=False)
        self._provided.update(new)

    def lacks(self, tree: str) -> bool:
        """Tell whether something of a tree is not here, although upstream was asked for it."""
        return bool(self._gone) and (tree in self._gone or bool(self._missing_files([tree])))

    @property
    def _seconds_left(self) -> float:
        return max(_LEAST_SECONDS, self.ends - time.monotonic())

    @cached_property
    def _provided(self) -> set[str]:
        """The trees that were asked for."""
        return set()

    @cached_property
    def _gone(self) -> set[str]:
        """The objects that upstream does not have any more."""
        return set()

    def _provide(self, ids: Sequence[str], *, with_files: bool) -> None:
        """Fetch objects; those that upstream does not have are noted."""
        if self._offline:
            raise Offline(self._url)
        try:
            with self._changing():
                self._fetch_objects(ids, with_files=with_files, seconds=self._seconds_left)
        except UpstreamError as error:
            if not _SAYS_GONE.search(error.message):
                raise
            if len(ids) == 1:
                self._gone.update(ids)
                return
            middle = len(ids) // 2
            for half in (ids[:middle], ids[middle:]):
                self._provide(half, with_files=False)

    def _missing_trees(self, trees: Sequence[str]) -> list[str]:
        shown = self._git("cat-file", "--batch-check", sent=thin.sent(trees))
        return [line.split()[0] for line in shown.splitlines() if line.endswith(" missing")]

    def _missing_files(self, trees: Sequence[str]) -> list[str]:
        """Return what is missing below some trees; of trees, all is here or nothing is."""
        here = thin.sent(tree for tree in trees if tree not in self._gone)
        listed = ("--objects", "--no-object-names", "--missing=print", "--stdin")
        shown = self._git("rev-list", *listed, sent=here) if here else ""
        return [line[1:] for line in shown.splitlines() if line.startswith("?")]
