"""What a reviewer wants to know of an update besides the edit.

Release notes, requirements, licence and vulnerabilities decide nothing: what cannot be had is "not
known". What the audit says of them is added to the update's warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.base import Step, examine
from updater.errors import Bug, PublishError, StageError, bugs_at
from updater.kinds import HOST_KINDS, rules
from updater.metadata.release import FILES, compare
from updater.metadata.releases import ProjectFiles, ReleasePair, ReleaseReader
from updater.pipeline.proposed import Proposed
from updater.pipeline.stage import Stage
from updater.publish.research.notes import Notes
from updater.publish.research.vulnerabilities import VulnerabilityDatabase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from updater.choose.run import Run
    from updater.model import Host, Outcome
    from updater.model.research import Research, Vulnerabilities


class Teller(Struct, frozen=True):
    """Asks upstreams about updates, all side by side."""

    run: Run

    async def tell(self, proposed: Sequence[Proposed | Outcome]) -> list[Proposed | Outcome]:
        """Return the same, each update with what is known about it."""
        stage = Stage("publish", self.run.progress)

        async def told(update: Proposed) -> Proposed:
            return replace(update, told=await self._about(update))

        updates = await stage.each(proposed, told)
        vulnerabilities = await self._vulnerabilities(
            [one for one in updates if isinstance(one, Proposed)]
        )

        async def audited(update: Proposed) -> Proposed:
            known = vulnerabilities.get(update.package.identity)
            return _audited(update, replace(update.told, vulnerabilities=known), self.run.now)

        return await stage.each(updates, audited)

    async def _vulnerabilities(
        self, updates: Sequence[Proposed]
    ) -> dict[str, Vulnerabilities | None]:
        """Ask the configured source about all updates together."""
        address = self.run.config.document.vulnerabilities
        if address is None or not updates:
            return {}
        known = await VulnerabilityDatabase(self.run.http, address).about(updates)
        return {update.package.identity: one for update, one in zip(updates, known, strict=True)}

    async def _about(self, update: Proposed) -> Research:
        own = update.project.on_index
        host = update.project.on(self.run.config.hosts)
        told, trees = update.told, ProjectFiles({}, {})
        if host is not None:
            told, trees = await self._on_host(update, host)
        index = own or self.run.config.policy(update.outcome.package).cross_check
        try:
            with bugs_at(PublishError.stage):
                said = await ReleaseReader(self.run.http, self.run.surroundings).read(
                    update.outcome, update.project, trees, index=index
                )
        except StageError as error:
            if isinstance(error, Bug):  # or upstream wrote what no reader expects
                name = update.package.name
                self.run.http.say(f"what {name} says of itself is not known: {error}; {error.hint}")
                self.run.progress.bug(error)
            said = ReleasePair()
        notes = await Notes(self.run.surroundings).about(update, said.after)
        return replace(told, notes=notes, difference=compare(said.before, said.after))

    async def _on_host(self, update: Proposed, host: Host) -> tuple[Research, ProjectFiles]:
        """Return the comparison's page, and the project files at both commits."""
        outcome, told, nothing = update.outcome, update.told, ProjectFiles({}, {})
        candidate, pinned, project = outcome.candidate, outcome.pinned, update.project
        if candidate is None or pinned is None:
            return told, nothing
        kind = HOST_KINDS[host.kind]
        old, new = pinned.commit or pinned.rev, candidate.commit or candidate.ref
        if old and new and old != new:
            told = replace(told, compare=kind.compare_page(project, host, old, new))
        revisions = [one for one in dict.fromkeys((old, new)) if one]
        try:
            trees = await kind.files_at(project, host, revisions, FILES, self.run.surroundings)
        except StageError:
            return told, nothing
        return told, ProjectFiles(trees.get(old, {}), trees.get(new, {}))


def _audited(update: Proposed, told: Research, now: datetime) -> Proposed:
    """Add what the audit says now that more is known."""
    outcome = update.outcome
    if outcome.candidate is None:
        return replace(update, told=told)
    known = told.vulnerabilities.present if told.vulnerabilities is not None else ()
    step = Step(
        outcome.old,
        outcome.candidate,
        now,
        licences=told.difference.licences,
        vulnerabilities=tuple(one.key for one in known),
    )
    codes = {warning.code for warning in outcome.warnings}
    more = tuple(one for one in examine(step, rules()) if one.code not in codes)
    return replace(update, told=told, outcome=replace(outcome, warnings=outcome.warnings + more))
