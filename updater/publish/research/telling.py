"""What a reviewer wants to know of an update besides the edit.

Release notes, requirements, licence and vulnerabilities decide nothing: what cannot be had is "not
known". What the audit says of them is added to the update's warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.change.base import Step, examine
from updater.kinds import change_rules
from updater.metadata.release import compare
from updater.metadata.releases import ReleaseStep
from updater.model import PinWarning
from updater.model.research import RequirementFacts
from updater.pipeline.describing import SourceDescriptions
from updater.pipeline.proposed import ProposedUpdate
from updater.pipeline.stage import Stage
from updater.publish.research.notes import NoteReader
from updater.publish.research.vulnerabilities import VulnerabilityDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from updater.choose.run import Run
    from updater.model import Outcome, Updated
    from updater.model.research import Research, Vulnerabilities


class Researcher(Struct, frozen=True):
    """Asks upstreams about updates, all side by side."""

    run: Run

    async def tell(
        self, proposed: Sequence[ProposedUpdate | Outcome]
    ) -> list[ProposedUpdate | Outcome]:
        """Return the same, each update with what is known about it."""
        stage = Stage("publish", self.run.progress)

        async def researched(update: ProposedUpdate) -> ProposedUpdate:
            return replace(update, research=await self._about(update))

        updates = await stage.each(proposed, researched)
        vulnerabilities = await self._vulnerabilities(
            [update for update in updates if isinstance(update, ProposedUpdate)]
        )

        async def audited(update: ProposedUpdate) -> ProposedUpdate:
            listed = vulnerabilities.get(update.package.identity)
            return _audited(update, replace(update.research, vulnerabilities=listed), self.run.now)

        return await stage.each(updates, audited)

    async def _vulnerabilities(
        self, updates: Sequence[ProposedUpdate]
    ) -> dict[str, Vulnerabilities | None]:
        """Ask the configured source about all updates together."""
        address = self.run.config.document.vulnerabilities
        if address is None or not updates:
            return {}
        answers = await VulnerabilityDatabase(self.run.http, address).about(updates)
        return {
            update.package.identity: answer for update, answer in zip(updates, answers, strict=True)
        }

    async def _about(self, update: ProposedUpdate) -> Research:
        outcome, hashed = update.outcome, update.outcome.hashed
        files = hashed.files if hashed is not None else {}
        step = ReleaseStep.of(outcome, update.project, files)
        page = step.compare_page(self.run.config.hosts)
        releases = await SourceDescriptions(self.run).pair(step, downloads=True)
        notes = await NoteReader(self.run.surroundings).about(update, releases.after)
        difference = compare(releases.before, releases.after)
        return replace(update.research, compare=page, notes=notes, difference=difference)


def _audited(update: ProposedUpdate, research: Research, now: datetime) -> ProposedUpdate:
    """Add what the audit says now that more is known, and how the requirements differ."""
    outcome, changes = update.outcome, research.difference.requirements
    if changes is not None:
        facts = outcome.requirements or RequirementFacts(changes)
        outcome = replace(outcome, requirements=replace(facts, changes=changes))
        update = replace(update, outcome=outcome)
    outcome = replace(outcome, warnings=(*outcome.warnings, *_missing(outcome)))
    if outcome.candidate is None:
        return replace(update, outcome=outcome, research=research)
    present = research.vulnerabilities.present if research.vulnerabilities is not None else ()
    step = Step(
        outcome.old,
        outcome.candidate,
        now,
        licences=research.difference.licences,
        vulnerabilities=tuple(vulnerability.key for vulnerability in present),
    )
    codes = {warning.code for warning in outcome.warnings}
    new_warnings = tuple(
        warning for warning in examine(step, change_rules()) if warning.code not in codes
    )
    return replace(
        update,
        research=research,
        outcome=replace(outcome, warnings=outcome.warnings + new_warnings),
    )


def _missing(outcome: Updated) -> Iterator[PinWarning]:
    """Yield what the new release needs and the overlay does not give it, also after this change."""
    for edit in outcome.adaptations:
        if not edit.applied and edit.kind in ("requirements", "imports"):
            message = f"{edit.input} is required ({edit.reason}) and is not in {edit.field}"
            yield PinWarning("missing-requirement", message)
    for requirement in outcome.requirements.unmet if outcome.requirements is not None else ():
        message = (
            f"`{requirement}` is required, and neither the overlays nor the package set have it"
        )
        yield PinWarning("missing-requirement", message)
