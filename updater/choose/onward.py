"""Forwards, never back: whether what is chosen is newer than what is pinned, by ancestry.

A version says what its author typed; a tag on an ancestor of what is pinned is older, whatever it
is called. One small request tells that of two commits, and the answer is kept for ever.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from updater.choose.commits import CHOOSE_ONE
from updater.choose.releases import Obstacle
from updater.errors import BadAnswer, NotFound, Refused, UpstreamError
from updater.model import Take, Wait
from updater.model.labels import is_newer, ordered
from updater.upstreams.ancestry import is_contained

if TYPE_CHECKING:
    from collections.abc import Callable

    from updater.choose.releases import Objection
    from updater.choose.repository import PinnedRepository
    from updater.model import Candidate, Choice, Relation, Scheme
    from updater.model.labels import OrderedVersion

_HOLDS: Final = ("ahead", "identical")
_MOST_VETTED = 30  # each takes a request or two


class Onward(Struct):
    """Chooses again where what is chosen lies behind a commit, or something else speaks against it.

    Attributes:
        repository: the package, and what its repository offers.
        held: the commit that the pin holds; empty where nobody knows.
        held_version: that of its tag; None where it has none, or that is not known.
        passed_over: something was chosen that lies behind.
        unanswered: why a host that lists its refs tells not their order; empty where it does.
    """

    repository: PinnedRepository
    held: str
    held_version: OrderedVersion | None = None
    passed_over: bool = False
    unanswered: str = ""
    _before: frozenset[str] = frozenset()
    _contained: dict[tuple[str, str], bool] = field(default_factory=dict)

    async def choose(self, choose: Callable[[Objection], Choice]) -> Choice:
        """Return the choice among the versions that may be taken, none older than what is held.

        Args:
            choose: chooses among those that nothing speaks against.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        vetting = self.repository.vetting
        choice = await self._forwards(choose)
        newest = None
        for _ in range(_MOST_VETTED):
            if not isinstance(choice, Take) or vetting.is_pinned(choice.candidate, self.held):
                return choice
            candidate = await vetting.vetted(choice.candidate, self.held)
            if candidate.ref not in vetting.obstacles:
                reason = await self._way_back(candidate)
                if not reason:
                    return replace(choice, candidate=candidate)
                vetting.obstacles[candidate.ref] = Obstacle(reason)
            newest = newest or candidate
            choice = await self._forwards(choose)
        if not isinstance(choice, Take):
            return choice
        reason = f"none of the {_MOST_VETTED} newest versions can be taken. {CHOOSE_ONE}"
        return Wait(reason, None, newest, choice.warnings)

    async def _forwards(self, choose: Callable[[Objection], Choice]) -> Choice:
        choice = choose(self._objection)
        if not isinstance(choice, Take) or not await self.is_behind(choice.candidate):
            return choice
        self.passed_over = True
        async with self.repository.commits() as commits:
            self._before = await commits.ancestors(self.held)
        choice = choose(self._objection)
        # The pinned tag itself, too, may have been moved to an ancestor, and have a wrong label.
        older = self._older(choice.candidate) if isinstance(choice, Take) else None
        if older is None:
            return choice
        return Wait(older.reason, None, choice.candidate, choice.warnings)

    async def _way_back(self, candidate: Candidate) -> str:
        """Return why the next choice after a candidate could be older than what is held.

        A tag that is older than what is held, whatever its name says, would count as newer on a
        branch that does not hold it.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        if not self._before or candidate.commit == self.held or await self.is_ahead(candidate):
            return ""
        version = ordered(candidate.version)
        async with self.repository.commits() as commits:
            for release in self.repository.versions.releases:
                older = release.candidate
                if older.commit not in self._before or not is_newer(release.version, version):
                    continue
                if await commits.relation(older.commit, candidate.commit) not in _HOLDS:
                    return (
                        f"{candidate.ref} is on a branch that does not hold {older.ref}: the next "
                        f"update would be {older.ref}, which is older than what is pinned"
                    )
        return ""

    def _objection(self, candidate: Candidate) -> Obstacle | None:
        return self._older(candidate) or self.repository.vetting.objection(candidate)

    def _older(self, candidate: Candidate | None) -> Obstacle | None:
        """Return what speaks against an ancestor of what is held."""
        if candidate is None or candidate.commit == self.held:
            return None
        if candidate.commit not in self._before:
            return None
        version = ordered(candidate.version)
        is_lower = self.held_version is not None and not is_newer(version, self.held_version)
        return Obstacle(
            f"{candidate.ref} is older than what is pinned, whatever its name says: it is "
            f"commit {candidate.commit[:12]}, an ancestor of {self.held[:12]}",
            quiet=is_lower,  # its name says so, too
        )

    async def is_behind(self, candidate: Candidate) -> bool:
        """Tell whether a candidate's commit is an ancestor of the one that is held.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        if not self.held or not candidate.commit or self.held == candidate.commit:
            return False
        return await self._contains(self.held, candidate.commit, "behind")

    async def is_ahead(self, candidate: Candidate) -> bool:
        """Tell whether the commit that is held is an ancestor of a candidate's.

        Raises:
            UpstreamError: the repository cannot be asked.
        """
        if not self.held or not candidate.commit or self.held == candidate.commit:
            return False
        return await self._contains(candidate.commit, self.held, "ahead")

    async def _contains(self, commit: str, ancestor: str, meaning: Relation) -> bool:
        """Tell whether one commit comes from another.

        Args:
            commit: one of the two that are compared.
            ancestor: the other.
            meaning: what the relation of a candidate to what is held is called then.
        """
        pair = (ancestor, commit)
        if pair not in self._contained:
            self._contained[pair] = await self._compared(commit, ancestor, meaning)
        return self._contained[pair]

    async def _compared(self, commit: str, ancestor: str, meaning: Relation) -> bool:
        """Find it out: an upstream told it, an earlier run did, or it is asked for now."""
        records = self.repository.records
        contains = records.contains(commit, ancestor)
        if contains is not None:
            return contains
        other = ancestor if commit == self.held else commit
        relation = self.repository.offer.facts.relations.get((self.held, other))
        if relation not in {None, "unknown"}:
            contains = relation == meaning
        else:
            contains = await self._ask(commit, ancestor, meaning)
        if not self.unanswered:
            records.note_contains(commit, ancestor, contains=contains)
        return contains

    async def _ask(self, commit: str, ancestor: str, meaning: Relation) -> bool:
        """Ask by one request, and by the history where a host does not answer that."""
        http, url = self.repository.run.http, self.repository.offer.repository
        schemes: tuple[Scheme | None, ...] = (None, "basic") if http.has_token(url) else (None,)
        for scheme in schemes:  # what everybody may see is asked for without the token
            with suppress(BadAnswer, NotFound, Refused):
                return await is_contained(url, ancestor, commit, http, scheme)
        other = ancestor if commit == self.held else commit
        try:
            async with self.repository.commits() as commits:
                return await commits.relation(self.held, other) == meaning
        except UpstreamError as error:  # it answered just now: it lists its refs, and tells no more
            self.unanswered = error.message
            return False
