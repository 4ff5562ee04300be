"""Patch and write: a proven change goes into the user's file in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects import writes
from updater.effects.git import own as git
from updater.model import Current, Outcome, Updated
from updater.model.proposal import kind_of, source_stays
from updater.pipeline.stage import Stage
from updater.pipeline.titles import update_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.find.found import OverlayFiles
    from updater.model.run import Bump
    from updater.pipeline.hash.ready import Ready


class Writer(Struct, frozen=True):
    """Writes ready changes, one package after the other."""

    run: Run

    async def write_all(
        self, ready: Sequence[Ready | Outcome], found: OverlayFiles, ask: Bump
    ) -> list[Outcome]:
        """Write what is ready; changes of one file go one over the other."""
        texts = dict(found.texts)

        async def write(change: Ready) -> Outcome:
            return await self.write(change, texts, ask)

        return await Stage("write", self.run.progress, width=1).each(ready, write)

    async def write(self, ready: Ready, texts: dict[str, bytes], ask: Bump) -> Outcome:
        """Write one change, unless it is a dry run; ``texts`` learns the file's new text.

        Raises:
            StageError: it cannot be planned or written; nothing is.
        """
        package = ready.package
        change = ready.planned.of(texts[package.file])
        if not change.edits:
            return Current(**ready.common_fields)
        updated = Updated(
            change=change,
            hashed=ready.hashed,
            written=not ask.dry_run,
            reason=ready.decision.reason,
            build=ready.build,
            built=ready.built,
            **ready.common_fields,
        )
        if not ask.dry_run:
            await self._write_change(updated, commit=ask.commit)
        texts[package.file] = change.after
        return updated

    async def _write_change(self, updated: Updated, *, commit: bool) -> None:
        change, root = updated.change, self.run.config.root
        file = change.package.file
        if commit:
            await git.refuse_uncommitted(root, file)
        writes.replace(root / file, change.before, change.after, file)
        if commit:
            kind = kind_of(updated.old, updated.new, stays=source_stays(updated))
            title = update_title(change.package.name, updated.old, updated.new, kind)
            await git.commit_file(root, file, title)
