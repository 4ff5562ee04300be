"""The mirrors of one run: opened for a search, or for what an earlier one left in them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects.git.bare import NO_REFS
from updater.effects.git.command import FETCH_SECONDS
from updater.effects.git.mirror import Mirror, is_mirrored
from updater.identify.hashes import TreeHashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from updater.effects.processes.group import Stop
    from updater.identify.questions import HashQuestion, SearchBudget
    from updater.model import Sri


class Opening(Struct, frozen=True):
    """What a mirror is opened for.

    Attributes:
        url: the repository's address.
        pinned: the hash that is searched for, if any.
        refs: ref -> commit; a mirror that has these commits is not brought up to date, and a new
            one may have them alone until it is completed.
        is_large: as of a question.
        offline: the mirror is as an earlier search left it.
    """

    url: str
    pinned: Sri | None = None
    refs: Mapping[str, str] = NO_REFS
    is_large: bool = False
    offline: bool = False

    @classmethod
    def of(cls, question: HashQuestion) -> Opening:
        """Return what a mirror is opened for to answer a question."""
        return cls(question.url, question.pinned, question.refs, is_large=question.is_large)


class Mirrors:
    """Mirrors in one folder.

    Args:
        folder: has them all.
        budget: of each search.
        note: is told how far one is.
        token: the token for an address, or an empty string.
        detail: is told what was damaged.
    """

    def __init__(
        self,
        folder: Path,
        budget: SearchBudget,
        note: Callable[[str], None],
        token: Callable[[str], str],
        detail: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._budget = budget
        self._note = note
        self._token = token
        self._detail = detail

    def has(self, url: str) -> bool:
        """Tell whether a repository was cloned by an earlier search."""
        return is_mirrored(url, self._folder)

    @contextmanager
    def opened(self, opening: Opening, stop: Stop) -> Iterator[tuple[Mirror, TreeHashes]]:
        """Open a mirror alone, and leave what was hashed to the next run.

        Args:
            opening: which one.
            stop: ends a search.

        Raises:
            UpstreamError: the repository cannot be cloned.
        """
        budget, url = self._budget, opening.url
        if not opening.offline:
            self._note(f"{url}: cloning")
        begun = time.monotonic()
        opened = Mirror.opened(
            url,
            self._folder,
            self._token(url),
            budget.fetched,
            offline=opening.offline or budget.offline,
            detail=self._detail,
            refs=opening.refs,
            is_large=opening.is_large,
            stop=stop,
            seconds=FETCH_SECONDS if budget.brief is None else budget.brief,
        )
        with opened as mirror:
            ends = time.monotonic() + budget.seconds
            if budget.brief is not None:
                ends = min(ends, begun + budget.brief)

            def over() -> bool:
                return stop.is_set() or time.monotonic() > ends

            with mirror.objects() as objects:
                most = budget.max_candidates
                hashes = TreeHashes(mirror, objects, opening.pinned, most, over)
                try:
                    yield mirror, hashes
                finally:
                    hashes.keep()
