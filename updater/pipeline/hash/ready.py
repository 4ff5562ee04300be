"""What hashing hands on: a change whose values are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.building.evaluating import StoredSource
    from updater.choose.subjects import Decision, Subject
    from updater.metadata.releases import ReleasePair
    from updater.model import Build, BuildPolicy, Hashed, Package
    from updater.model.adaptation import Adaptation
    from updater.model.research import RequirementFacts
    from updater.pipeline.hash.planned import PlannedChange


class ReadyChange(Struct, frozen=True):
    """A change whose values are known; ``build`` is None until it is decided or done.

    Attributes:
        source: the source, where it was downloaded for its hash and is to be built.
        built: field -> hash, for those that a build told.
        advice: adaptations that are not made.
        releases: what both sources say of themselves; None where nobody looked.
        requirements: the new source's; None where nobody looked.
        undeclared: only code of the new source says what it requires.
    """

    decision: Decision
    planned: PlannedChange
    hashed: Hashed | None
    source: StoredSource | None = None
    build: Build | None = None
    built: Mapping[str, str] = field(default_factory=dict)
    advice: tuple[Adaptation, ...] = ()
    releases: ReleasePair | None = None
    requirements: RequirementFacts | None = None
    undeclared: bool = False

    @property
    def adaptations(self) -> tuple[Adaptation, ...]:
        """What is edited beside the pin, and what is not but should be known."""
        made = {(own.field, own.input) for own in self.planned.adaptations}
        advice = (own for own in self.advice if (own.field, own.input) not in made)
        return (*self.planned.adaptations, *advice)

    def adapted(self, adaptations: Sequence[Adaptation]) -> ReadyChange:
        """Return it with other edits beside the pin; those that it loses become advice."""
        left = tuple(
            replace(lost, applied=False)
            for lost in self.planned.adaptations
            if lost not in adaptations
        )
        planned = self.planned.with_adaptations(adaptations)
        return replace(self, planned=planned, advice=(*self.advice, *left))

    @property
    def subject(self) -> Subject:
        """Whose change it is."""
        return self.decision.subject

    @property
    def package(self) -> Package:
        """The package that is changed."""
        return self.decision.package

    @property
    def identity(self) -> str:
        """The package's identity."""
        return self.package.identity

    @property
    def version(self) -> str:
        """The version that it moves to."""
        candidate = self.decision.choice.candidate
        return candidate.version if candidate is not None else ""

    @property
    def policy(self) -> BuildPolicy:
        """How it is built."""
        return self.subject.policy.build

    @property
    def common_fields(self) -> dict[str, Any]:
        """The fields that every outcome has, as `common_fields` of an outcome has them."""
        return {**self.decision.common_fields, "requirements": self.requirements}
