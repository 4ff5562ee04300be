"""Patch and write: a proven change goes into the user's file in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from msgspec.structs import replace

from updater.effects import joint_writes, writes
from updater.effects.git import own as git
from updater.effects.git import pending
from updater.errors import WriteError, bugs_at
from updater.metadata.releases import ReleaseStep
from updater.model import Current, Outcome, Updated
from updater.model.proposal import kind_of, source_stays
from updater.pipeline.audits import ChangeAudit
from updater.pipeline.hash.planned import plan_together
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.requirement_audit import RequirementAudit
from updater.pipeline.stage import Stage
from updater.pipeline.titles import described, update_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Change, PinWarning, Project
    from updater.model.run import Bump
    from updater.pipeline.hash.planned import PlannedChange
    from updater.pipeline.ledger import Ledger
    from updater.pipeline.proposed import ProposedUpdate


class Writer:
    """Writes changes as they come, one at a time; those of one file go one over the other.

    Args:
        run: whose files these are.
        overlays: the files as they were read.
        ask: how the run ends; a dry run only plans.
        ledger: takes what is written.
        builds: whether changes are built meanwhile.
    """

    def __init__(
        self, run: Run, overlays: OverlayFiles, ask: Bump, ledger: Ledger, *, builds: bool = False
    ) -> None:
        self.run = run
        self._texts = dict(overlays.texts)
        self._ask = ask
        self._ledger = ledger
        self._builds = builds
        self._audit = ChangeAudit.of(run.config)
        self._requirements = RequirementAudit(run.config)
        self._lock = anyio.Lock()
        self._waiting: dict[str, tuple[Change, ...]] = {}
        self._planned: dict[str, Change] = {}
        self._broken: dict[str, tuple[PinWarning, ...]] = {}

    async def write_all(self, ready: Sequence[ReadyChange | Outcome]) -> list[Outcome]:
        """Write what is ready; the changes of one file in one step, where they go together."""
        by_file: dict[str, list[PlannedChange]] = {}
        for change in ready:
            if isinstance(change, ReadyChange):
                self._ledger.expect(change.package)
                by_file.setdefault(change.package.file, []).append(change.planned)
        if not self._ask.commit:  # a commit has one package's change alone
            for file, planned in by_file.items():
                changes = plan_together(planned, self._texts[file])
                self._waiting[file] = changes
                self._planned |= {change.package.identity: change for change in changes}
        return await Stage("write", self.run.progress, width=1).each(ready, self.write)

    async def write(self, ready: ReadyChange) -> Outcome:
        """Write one change, unless it is a dry run.

        Raises:
            StageError: it cannot be planned or written; nothing is.
        """
        async with self._lock:
            with bugs_at("write"):
                return await self._write(ready)

    async def write_proposed(self, proposed: ProposedUpdate) -> Outcome:
        """Write a change that was made for a proposal, unless it is a dry run.

        Raises:
            StageError: it cannot be planned or written; nothing is.
        """
        async with self._lock:
            with bugs_at("write"):
                outcome = proposed.outcome
                change = proposed.planned.of(self._texts)
                if change.is_empty:
                    return Current(**outcome.common_fields)
                updated = replace(outcome, change=change, written=not self._ask.dry_run)
                if not self._ask.dry_run:
                    await self._finish(updated, proposed.project)
                return updated

    async def _write(self, ready: ReadyChange) -> Outcome:
        texts, ask = self._texts, self._ask
        package = ready.package
        self._write_together(self._waiting.pop(package.file, ()))
        change = self._planned.get(package.identity)
        is_written = change is not None
        if change is None:
            change = ready.planned.of(texts)
        if change.is_empty:
            return Current(**ready.common_fields)
        common = ready.common_fields
        if not is_written:
            self._broken |= self._audit.new([change])
        broken = (
            *self._broken.get(package.identity, ()),
            *self._requirements.new(ready, change),
        )
        updated = Updated(
            change=change,
            hashed=ready.hashed,
            written=not ask.dry_run,
            reason=ready.decision.reason,
            build=ready.build,
            built=ready.built,
            adaptations=ready.adaptations,
            **{**common, "warnings": (*common["warnings"], *broken)},
        )
        if is_written:
            return updated
        if not ask.dry_run:
            if self._builds:  # other changes are still to be built, each on the tree as it was
                for changed in change.files:
                    self.run.builder().scratch.keep(changed.file, changed.before)
            await self._finish(updated, ready.subject.project)
            if self._builds and self._ledger.unfinished:
                self.run.progress.written(package, updated.new)
        texts.update(change.texts)
        return updated

    def _write_together(self, changes: tuple[Change, ...]) -> None:
        """Write all changes of one file that were planned together.

        Raises:
            WriteError: it cannot be written; each of them is to be tried by itself then.
        """
        if not changes:
            return
        file, before, after = changes[0].package.file, changes[0].before, changes[-1].after
        self._broken |= self._audit.new(changes)
        if not self._ask.dry_run and before != after:
            try:
                writes.replace(self.run.config.root / file, before, after, file)
            except WriteError:
                for change in changes:
                    del self._planned[change.package.identity]
                raise
            for change in changes:
                self._ledger.written(change.package)
        self._texts[file] = after

    async def _finish(self, updated: Updated, project: Project) -> None:
        message = self._message(updated, project) if self._ask.commit else ""
        await self._write_change(updated, message)
        self._ledger.written(updated.package)

    def _message(self, updated: Updated, project: Project) -> str:
        """Return the text of the commit."""
        kind = kind_of(updated.old, updated.new, stays=source_stays(updated))
        title = update_title(updated.package.name, updated.old, updated.new, kind)
        step = ReleaseStep.of(updated, project)
        release = updated.candidate.url if updated.candidate is not None else ""
        return described(
            title, step.compare_page(self.run.config.hosts), release, updated.adaptations
        )

    async def _write_change(self, updated: Updated, message: str) -> None:
        """Write a change, and commit it where there is a message for that."""
        change, root = updated.change, self.run.config.root
        if not message:
            self._replace(change)
            return
        names = [changed.file for changed in change.files]
        whole = [(changed.file, changed.before, changed.after) for changed in change.files]
        async with pending.noted(root, pending.change_of(whole, message)):
            for name in names:
                await git.refuse_uncommitted(root, name)
            self._replace(change)
            new = [changed.file for changed in change.files if changed.before is None]
            await git.commit_files(root, names, message, new=new)

    def _replace(self, change: Change) -> None:
        """Write all files of a change; where one cannot be written, none is changed.

        Raises:
            WriteError: one has other bytes by now, or cannot be written.
        """
        joint_writes.write_all(
            self.run.config.root,
            [(changed.file, changed.before, changed.after) for changed in change.files],
        )
