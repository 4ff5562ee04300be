"""Forwards, never back: whether what is chosen is newer than what is pinned, by ancestry.

A version says what its author typed; a tag on an ancestor of what is pinned is older, whatever it
is called. One small request tells that of two commits, and the answer is kept for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.releases import fetchable
from updater.errors import BadAnswer, Offline
from updater.model import Take
from updater.upstreams.ancestry import is_contained

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.choose.releases import Objection
    from updater.choose.repository import PinnedRepository
    from updater.model import Candidate, Choice


class Onward(Struct):
    """Chooses again where what is chosen lies behind a commit.

    Attributes:
        repository: the package, and what its repository offers.
        held: the commit that the pin holds; empty where nobody knows.
        passed_over: something was chosen that lies behind.
    """

    repository: PinnedRepository
    held: str
    passed_over: bool = False

    async def choose(self, choose: Callable[[Objection], Choice]) -> Choice:
        """Return the choice among the versions that are not older than what is held.

        Args:
            choose: chooses among those that nothing speaks against.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        choice = choose(fetchable)
        if not isinstance(choice, Take) or not await self.is_behind(choice.candidate):
            return choice
        self.passed_over = True
        async with self.repository.commits() as commits:
            before = await commits.ancestors(self.held)

        def objection(candidate: Candidate) -> str:
            if candidate.commit not in before or candidate.commit == self.held:
                return ""
            return (
                f"{candidate.ref} is older than what is pinned, whatever its name says: it is "
                f"commit {candidate.commit[:12]}, an ancestor of {self.held[:12]}"
            )

        return choose(objection)

    async def is_behind(self, candidate: Candidate) -> bool:
        """Tell whether a candidate's commit is an ancestor of the one that is held.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        held, commit = self.held, candidate.commit
        if not held or not commit or held == commit:
            return False
        relation = self.repository.offer.facts.relations.get((held, commit))
        if relation not in (None, "unknown"):
            return relation == "behind"
        records, project = self.repository.run.records, self.repository.subject.project
        behind = records.is_contained(project, commit, held)
        if behind is None:
            behind = await self._ask(commit)
            records.note_contained(project, commit, held, contained=behind)
        return behind

    async def _ask(self, commit: str) -> bool:
        http, url = self.repository.run.http, self.repository.offer.repository
        try:
            return await is_contained(url, commit, self.held, http, "basic")
        except Offline:
            raise
        except BadAnswer:  # a host that does not speak all of the protocol, or a very large answer
            async with self.repository.commits() as commits:
                return await commits.relation(self.held, commit) == "behind"
