"""What a reviewer wants to know of an update besides the edit.

Release notes, requirements, licence and vulnerabilities decide nothing: what cannot be had is "not
known". What the audit says of them is added to the update's warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.audit.change.base import Step, examine
from updater.errors import Bug, PublishError, StageError, bugs_at
from updater.kinds import HOST_KINDS, change_rules
from updater.metadata.folders import files_in
from updater.metadata.release import FILES, LICENCES, compare
from updater.metadata.releases import ProjectFiles, ReleasePair, ReleaseReader
from updater.model.research import RequirementFacts
from updater.pipeline.proposed import ProposedUpdate
from updater.pipeline.stage import Stage
from updater.publish.research.notes import NoteReader
from updater.publish.research.vulnerabilities import VulnerabilityDatabase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from updater.choose.run import Run
    from updater.model import Host, Outcome
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
        own = update.project.on_index
        host = update.project.on(self.run.config.hosts)
        research, trees = update.research, ProjectFiles({}, {})
        if host is not None:
            research, trees = await self._on_host(update, host)
        index = own or self.run.config.policy(update.outcome.package).cross_check
        try:
            with bugs_at(PublishError.stage):
                releases = await ReleaseReader(self.run.http, self.run.surroundings).read(
                    update.outcome, update.project, trees, index=index
                )
        except StageError as error:
            if isinstance(error, Bug):  # or upstream wrote what no reader expects
                name = update.package.name
                self.run.http.say(f"the metadata of {name} is not known: {error}; {error.hint}")
                self.run.progress.bug(error)
            releases = ReleasePair()
        notes = await NoteReader(self.run.surroundings).about(update, releases.after)
        return replace(research, notes=notes, difference=compare(releases.before, releases.after))

    async def _on_host(self, update: ProposedUpdate, host: Host) -> tuple[Research, ProjectFiles]:
        """Return the comparison's page, and the project files at both commits."""
        outcome, research, nothing = update.outcome, update.research, ProjectFiles({}, {})
        candidate, pinned, project = outcome.candidate, outcome.pinned, update.project
        if candidate is None or pinned is None:
            return research, nothing
        kind = HOST_KINDS[host.kind]
        old, new = pinned.commit or pinned.rev, candidate.commit or candidate.ref
        if old and new and old != new:
            research = replace(research, compare=kind.compare_page(project, host, old, new))
        revisions = [revision for revision in dict.fromkeys((old, new)) if revision]
        folder = update.package.folder
        # A licence at the top is that of all folders; nothing else there is.
        paths = [f"{folder}/{path}" for path in FILES] + list(LICENCES) if folder else FILES
        try:
            trees = await kind.files_at(project, host, revisions, paths, self.run.surroundings)
        except StageError:
            return research, nothing
        before, after = (
            {path: data for path, data in tree.items() if path in LICENCES} | files_in(folder, tree)
            for tree in (trees.get(old, {}), trees.get(new, {}))
        )
        return research, ProjectFiles(before, after)


def _audited(update: ProposedUpdate, research: Research, now: datetime) -> ProposedUpdate:
    """Add what the audit says now that more is known, and how the requirements differ."""
    outcome, changes = update.outcome, research.difference.requirements
    if changes is not None:
        unmet = outcome.requirements.unmet if outcome.requirements is not None else ()
        outcome = replace(outcome, requirements=RequirementFacts(changes, unmet))
        update = replace(update, outcome=outcome)
    if outcome.candidate is None:
        return replace(update, research=research)
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
