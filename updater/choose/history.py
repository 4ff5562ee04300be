"""What a repository's history says of commits: order, dates, and the version of each.

What the upstream told already is not asked again; the rest comes from git, from a clone without
trees, and only when a policy needs it.
"""

from __future__ import annotations

from collections import ChainMap
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.commits import BranchPosition, label
from updater.choose.versions import label_bases
from updater.errors import BadAnswer
from updater.metadata.folders import version_in
from updater.metadata.python import python_in
from updater.model import moments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from datetime import datetime

    from updater.choose.commit_records import CommitRecords
    from updater.choose.git_host import GitHost
    from updater.choose.versions import Release
    from updater.effects.git.history import History
    from updater.metadata.folders import SourcePlace
    from updater.model import Candidate, CommitFacts, Relation

_LARGEST_FILE = 4 << 20  # bytes of a file that may declare a version
_MOST_OBJECTS = 20  # tags of one commit


class Commits:
    """One repository's commits.

    Args:
        host: where git finds it.
        facts: what need not be asked.
        records: what earlier runs learned.
        stack: closes what was opened.
    """

    def __init__(
        self, host: GitHost, facts: CommitFacts, records: CommitRecords, stack: ExitStack
    ) -> None:
        self._host = host
        self._facts = facts
        self._records = records
        self._stack = stack
        self._history: History | None = None
        self._reachable: dict[str, dict[str, str]] = {}
        self._dates: dict[str, datetime | None] = dict(facts.dates)
        self._files: dict[str, dict[str, bytes | None]] = {}

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, host: GitHost, facts: CommitFacts, records: CommitRecords
    ) -> AsyncIterator[Commits]:
        """Open a repository's history; nothing is fetched yet."""
        with ExitStack() as stack:
            yield cls(host, facts, records, stack)

    async def relation(self, base: str, head: str) -> Relation:
        """Say where ``head`` stands to ``base``.

        Raises:
            NotFound: upstream has no such commits, or one of them is the id of something else.
            UpstreamError: the history of ``head`` cannot be fetched.
        """
        if base == head:
            return "identical"
        relation = self._facts.relations.get((base, head))
        if relation is not None:
            return relation
        if await self._contains(head, base):
            return "ahead"
        return "behind" if await self._contains(base, head) else "diverged"

    async def ancestors(self, commit: str) -> frozenset[str]:
        """Return a commit and all that it comes from.

        Raises:
            UpstreamError: its history cannot be fetched.
        """
        return frozenset(await self._before(commit))

    async def line(self, pinned: str, head: str) -> BranchPosition:
        """Return where the head of a branch stands to the pinned commit."""
        relation = await self.relation(pinned, head)
        is_ancestor = relation in ("ahead", "identical")
        return BranchPosition(
            relation, (await self.dates([pinned]))[pinned] if is_ancestor else None
        )

    async def labelled(
        self,
        candidate: Candidate,
        tags: Sequence[Release],
        place: SourcePlace,
        old_label: str | None = None,
        *,
        built: bool = False,
    ) -> Candidate:
        """Return a commit's candidate with its date, its version label, and the Pythons it needs.

        Args:
            candidate: its commit counts.
            tags: the repository's version tags, newest first.
            place: where in the tree the package lies, and what it may be called.
            old_label: the one that the pin has.
            built: a build reads the label, and takes PEP 440's versions only.

        Raises:
            UpstreamError: it cannot be fetched, breaks a bound, or has no date to be labelled by.
        """
        commit = candidate.commit
        named = [tag for tag in tags if tag.candidate.commit == commit]
        declared = None if named else await self._version(commit, place, self._read_behind)
        tagged = next(iter(named), None)
        bases = label_bases(tags, old_label)
        if declared is None and tagged is None and bases:
            tagged = await self._newest_before(commit, bases)
        date = (await self.dates([commit]))[commit]
        if date is None and not named:
            raise BadAnswer(
                f"{self._host.url}: commit {commit} has no valid date, and its version needs one",
                url=self._host.url,
                hint="pin a tag, or hold the package in config.yaml",
            )
        version = label(
            declared,
            tagged.candidate.version if tagged is not None else None,
            date,
            named=bool(named),
            old_label=old_label,
            built=built,
        )
        needed = await python_in(place.folder, self._known_files(commit))
        return replace(
            candidate,
            version=version,
            published=date,
            requires_python=(needed,) if needed is not None else (),
        )

    async def declared(self, commit: str, place: SourcePlace) -> str | None:
        """Return the version that one commit's source declares; its history is left alone.

        Raises:
            UpstreamError: the commit cannot be fetched.
        """
        with ExitStack() as stack:
            alone: History | None = None

            async def read(commit: str, path: str) -> bytes | None:
                nonlocal alone
                if alone is None:
                    alone = stack.enter_context(self._host.opened())
                    if not await alone.has([commit]):
                        await self._host.patiently(partial(alone.fetch_alone, [commit]))
                return await self._host.read(alone, commit, path, _LARGEST_FILE)

            return await self._version(commit, place, read)

    async def _version(
        self,
        commit: str,
        place: SourcePlace,
        read: Callable[[str, str], Awaitable[bytes | None]],
    ) -> str | None:
        """Return the version that a commit declares; of its files only unknown ones are read."""
        files = self._known_files(commit)
        unknown: list[str] = []

        async def known_or_read(path: str) -> bytes | None:
            if path not in files:
                files[path] = await read(commit, path)
                unknown.append(path)
            return files[path]

        version = await version_in(place, known_or_read)
        if unknown:
            self._records.note_files(commit, files)
        return version

    def _known_files(self, commit: str) -> dict[str, bytes | None]:
        if commit not in self._files:
            offered = self._facts.files.get(commit, {})
            self._files[commit] = {**self._records.files(commit), **offered}
        return self._files[commit]

    async def dates(self, commits: Sequence[str]) -> dict[str, datetime | None]:
        """Return the dates of commits, None where one is no date; unknown ones in one request.

        Raises:
            UpstreamError: one of them cannot be fetched.
        """
        for commit in commits:
            if commit not in self._dates:
                self._dates |= self._records.date(commit)
        missing = [commit for commit in dict.fromkeys(commits) if commit not in self._dates]
        reached = ChainMap(*self._reachable.values())
        fetched = [commit for commit in missing if commit in reached]
        dates = {commit: moments.from_seconds(reached[commit]) for commit in fetched}
        unfetched = [commit for commit in missing if commit not in reached]
        if unfetched:
            with self._host.opened() as alone:
                await self._host.fetched(alone, unfetched, alone=True)
                committed = await alone.dates(unfetched)
            if len(unfetched) == 1:
                self._host.require(unfetched[0], committed)
            dates |= committed
        self._records.note_dates(dates)
        self._dates |= dates
        for commit in commits:
            if commit not in self._dates:
                raise self._host.no_commit(commit)
        return {commit: self._dates[commit] for commit in commits}

    async def tagged(self, tag: str, commit: str) -> datetime | None:
        """Return when a tag was made; None of one that has no object of its own.

        Raises:
            UpstreamError: it cannot be fetched.
        """
        objects = self._facts.tag_objects.items()
        ids = [oid for oid, target in objects if target == commit][:_MOST_OBJECTS]
        kept = self._records.date(ids[0]) if len(ids) == 1 else {}
        if not ids or kept:
            return next(iter(kept.values()), None)
        with self._host.opened() as alone:
            await self._host.patiently(lambda: alone.fetch_alone(ids))
            made = (await alone.tag_dates(ids)).get(tag)
        if len(ids) == 1:
            self._records.note_dates({ids[0]: made})
        return made

    async def _read_behind(self, commit: str, path: str) -> bytes | None:
        """Return a file of a commit, fetched with all that is behind it."""
        await self._before(commit)
        clone = self._clone()
        return await self._host.read(clone, commit, path, _LARGEST_FILE)

    async def _contains(self, commit: str, ancestor: str) -> bool:
        contains = self._records.contains(commit, ancestor)
        if contains is None:
            contains = ancestor in await self._before(commit)
            self._records.note_contains(commit, ancestor, contains=contains)
        return contains

    async def _newest_before(self, commit: str, tags: Sequence[Release]) -> Release | None:
        """Return the first of some tags, the newest first, from which a commit comes."""
        for tag in tags:
            if await self._contains(commit, tag.candidate.commit):
                return tag
        return None

    async def _before(self, commit: str) -> dict[str, str]:
        """Return a commit and all its ancestors, with their dates as git writes them."""
        if commit not in self._reachable:
            clone = self._clone()
            await self._host.fetched(clone, [commit], alone=False)
            reachable = await clone.reachable(commit)
            self._host.require(commit, reachable)
            self._reachable[commit] = reachable
        return self._reachable[commit]

    def _clone(self) -> History:
        if self._history is None:
            self._history = self._stack.enter_context(self._host.opened())
        return self._history
