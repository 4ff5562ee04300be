"""What speaks against a tag besides its version: its release, its age, and what is uploaded for it.

Only the tag that is chosen is asked about, and the next one where it is not taken.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.choose.interpreters import other_python
from updater.choose.pythons import with_pythons
from updater.choose.releases import Obstacle, marked_early, too_young
from updater.choose.sources import bound_to_another, bound_to_tag
from updater.choose.tag_shapes import own_form
from updater.choose.versions import is_commit
from updater.errors import RateLimited, UpstreamError
from updater.model import NoFile, TagFacts, Take
from updater.model.labels import is_label_of
from updater.overlay.editing.safe import SAFE_SIGNS, is_safe

if TYPE_CHECKING:
    from datetime import datetime

    from updater.choose.repository import PinnedRepository
    from updater.model import Candidate, Fetched

_DATED_AT_ONCE = 50


def unfetchable(fetch: Fetched) -> Obstacle | None:
    """Say why a package cannot move to a candidate that its call gets so; None where it can."""
    if isinstance(fetch, NoFile):
        return Obstacle(fetch.reason)
    for field, value in fetch.values.items():
        if not is_safe(field, value):
            return Obstacle(
                f"upstream's {value[:80]!a} is not written into Nix: names of versions and tags "
                f"may have {SAFE_SIGNS}"
            )
    return None


class Vetting:
    """The obstacles about one package's candidates.

    Args:
        repository: the package, and what its repository offers.

    Attributes:
        obstacles: tag -> why it is not taken, as far as tags were looked at.
    """

    def __init__(self, repository: PinnedRepository) -> None:
        self.obstacles: dict[str, Obstacle] = {}
        self._repository = repository
        self._facts: dict[str, TagFacts] = {}
        self._dates: dict[str, datetime | None] = {}

    def objection(self, candidate: Candidate) -> Obstacle | None:
        """Say what is known by now to speak against a candidate."""
        obstacle = self.obstacles.get(candidate.ref)
        if obstacle is not None:
            return obstacle
        written = self._repository.as_written(Take(candidate))
        subject, hosts = self._repository.subject, self._repository.run.config.hosts
        return unfetchable(subject.fetch(written.candidate or candidate, hosts))

    def is_pinned(self, candidate: Candidate, held: str) -> bool:
        """Tell whether a candidate is what is held, and no other tag says what that is.

        Args:
            candidate: a tag.
            held: the commit that the pin holds; empty where nobody knows.
        """
        if candidate.commit != held:
            return False
        pin, tags = self._repository.subject.pin, self._repository.versions.every
        others = (tag.candidate for tag in tags if tag.candidate.commit == held)
        return not any(
            other.ref != candidate.ref
            and (other.ref == pin.rev or is_label_of(pin.version, other.version, tagged=True))
            for other in others
        )

    async def vetted(self, candidate: Candidate, held: str) -> Candidate:
        """Return a chosen candidate with its date; what speaks against it becomes an obstacle.

        Args:
            candidate: a tag.
            held: the commit that the pin holds; empty where nobody knows.

        Raises:
            UpstreamError: a fact that the policy needs cannot be had.
        """
        repository = self._repository
        if self.is_pinned(candidate, held or repository.named) or not candidate.ref:
            return candidate
        policy, kind = repository.subject.policy, repository.tracking.kind
        if kind not in {"release", "pypi"}:
            facts = await self._tag_facts(candidate)
            candidate = replace(candidate, is_branch=facts.is_branch)
            if facts.prerelease and not policy.prereleases:
                self.obstacles[candidate.ref] = Obstacle(
                    marked_early(candidate.version), kind="early"
                )
                return candidate
            if policy.minimum_release_age:
                candidate = await self._dated(candidate, facts)
        for reason, until in too_young(candidate, policy, repository.run.now):
            self.obstacles[candidate.ref] = Obstacle(reason, until, "young", configured=True)
            return candidate
        candidate = await with_pythons(repository, candidate)
        for reason in other_python(candidate, policy):
            self.obstacles[candidate.ref] = Obstacle(reason, kind="python", configured=True)
            return candidate
        written = repository.as_written(Take(candidate)).candidate or candidate
        further = await repository.sources.further(written)
        reason = further.reason if isinstance(further, NoFile) else await self._label_of(candidate)
        if reason:
            self.obstacles[candidate.ref] = Obstacle(reason)
        return candidate

    async def _label_of(self, candidate: Candidate) -> str:
        """Return why no label is true of a candidate; an empty string where one is.

        Raises:
            UpstreamError: its source cannot be read.
        """
        repository = self._repository
        bound = bound_to_tag(repository.subject, candidate) or self._unnamed(candidate)
        if not bound or not repository.builds_tree:
            return ""
        own = (await repository.as_declared(candidate)).version
        return "" if own == candidate.version else bound_to_another(candidate, own, bound)

    def _unnamed(self, candidate: Candidate) -> str:
        """Return why a commit beside another label would not tell that it is a candidate's.

        Where some tags have the package's name, others count only by the label that they mean.
        """
        repository = self._repository
        subject, policy = repository.subject, repository.subject.policy
        if not is_commit(subject.pin.rev) or policy.tag_format or policy.tag_pattern:
            return ""
        own = own_form(repository.offer, subject.names)
        if own is None or own.version(candidate.ref) is not None:
            return ""
        return (
            "beside that label its commit would not tell that it is this package's: set "
            "`tag_format` for the package"
        )

    async def _tag_facts(self, candidate: Candidate) -> TagFacts:
        """Return what is said of a tag; nothing where its host does not tell."""
        repository, tag = self._repository, candidate.ref
        policy, told = repository.subject.policy, repository.offer.facts.tags.get(tag)
        if told is not None:
            return told
        matters = repository.subject.upstream.marks and not policy.prereleases
        if not matters and not policy.minimum_release_age:
            return TagFacts()
        if tag not in self._facts:
            self._facts[tag] = await self._release_facts(tag)
        return self._facts[tag]

    async def _release_facts(self, tag: str) -> TagFacts:
        run, subject = self._repository.run, self._repository.subject
        project = self._repository.offer.project
        if project.host in run.spent:
            return TagFacts()
        try:
            facts = await subject.upstream.tag_facts(project, tag, run.surroundings)
        except RateLimited:
            if project.host not in run.spent:
                run.http.say(
                    f"{project.host} answers no more questions about releases for now: which tags "
                    "it marks as pre-releases is not known; a token has a larger limit"
                )
            run.spent.add(project.host)
            return TagFacts()
        except UpstreamError as error:
            run.progress.detail(f"{project}: the release of {tag} is not known: {error.message}")
            return TagFacts()
        return facts or TagFacts()

    async def _dated(self, candidate: Candidate, facts: TagFacts) -> Candidate:
        """Return a candidate with the day of its tag or release, else with its commit's.

        Raises:
            UpstreamError: its commit cannot be fetched.
        """
        repository = self._repository
        appeared = facts.appeared
        async with repository.commits() as commits:
            if appeared is None:
                with suppress(UpstreamError):
                    appeared = await commits.tagged(candidate.ref, candidate.commit)
            if appeared is not None:
                return replace(candidate, published=appeared, appeared=appeared)
            if candidate.commit not in self._dates:
                undated = [tag.candidate.commit for tag in repository.versions.releases]
                asked = dict.fromkeys([candidate.commit, *undated[:_DATED_AT_ONCE]])
                self._dates |= await commits.dates(list(asked))
        made = self._dates[candidate.commit]
        repository.run.progress.detail(
            f"{repository.subject.package.name}: when {candidate.ref} appeared is not known; the "
            "date of its commit counts"
        )
        return replace(candidate, published=made)
