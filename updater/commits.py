"""What a repository's history says of commits: order, dates, and the version of each.

Everything here is asked of git, in a clone without trees, and only when a policy needs it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from updater.choose import Line, label
from updater.declared import declared_version
from updater.effects.git import History
from updater.errors import UpstreamError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from updater.choose import Release
    from updater.model import Candidate, Relation


class Commits:
    """One repository's commits."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._reachable: dict[str, frozenset[str]] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Commits]:
        """Open a repository's history by its address."""
        async with History.opened(url) as history:
            yield cls(history)

    async def relation(self, base: str, head: str) -> Relation:
        """Say where ``head`` stands to ``base``; ``unknown`` where upstream lacks ``base``.

        Raises:
            UpstreamError: the history of ``head`` cannot be fetched.
        """
        if base == head:
            return "identical"
        after = await self._fetched(head)
        if base in after:
            return "ahead"
        try:
            before = await self._fetched(base)
        except UpstreamError:
            return "unknown"
        return "behind" if head in before else "diverged"

    async def line(self, pinned: str, head: str) -> Line:
        """Return where the head of a branch stands to the pinned commit."""
        relation = await self.relation(pinned, head)
        known = relation in ("ahead", "identical")
        return Line(relation, await self._history.date(pinned) if known else None)

    async def labelled(
        self, candidate: Candidate, tags: Sequence[Release], packages: tuple[str, ...]
    ) -> Candidate:
        """Return a commit's candidate with its date and version label.

        Args:
            candidate: its commit counts.
            tags: the repository's version tags, newest first.
            packages: names that the import package may have.
        """
        commit = candidate.commit
        reachable = await self._fetched(commit)
        named = [tag for tag in tags if tag.candidate.commit == commit]
        before = [tag for tag in tags if tag.candidate.commit in reachable]

        async def read(path: str) -> bytes | None:
            return await self._history.read(commit, path)

        declared = None if named else await declared_version(read, packages)
        tagged = next(iter(named or before), None)
        date = await self._history.date(commit)
        version = label(
            declared,
            tagged.candidate.version if tagged is not None else None,
            date,
            named=bool(named),
        )
        return replace(candidate, version=version, published=date)

    async def dated(self, candidate: Candidate) -> Candidate:
        """Return a tag's candidate with its commit's date."""
        await self._fetched(candidate.commit)
        return replace(candidate, published=await self._history.date(candidate.commit))

    async def _fetched(self, commit: str) -> frozenset[str]:
        if commit not in self._reachable:
            await self._history.fetch([commit])
            self._reachable[commit] = await self._history.reachable(commit)
        return self._reachable[commit]
