"""Patch and write: a proven change goes into the user's file in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.effects import writes
from updater.effects.git import own as git
from updater.model import HASH_FIELDS, Change, Current, Outcome, Updated
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.choose.subjects import Decision
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
            return Current(**ready.known)
        if not ask.dry_run:
            await self._write_change(change, ask, ready.decision)
        texts[package.file] = change.after
        return Updated(
            change=change,
            hashed=ready.hashed,
            written=not ask.dry_run,
            reason=ready.decision.reason,
            build=ready.build,
            built=ready.built,
            **ready.known,
        )

    async def _write_change(self, change: Change, ask: Bump, decision: Decision) -> None:
        file, root = change.package.file, self.run.config.root
        if ask.commit:
            await git.refuse_uncommitted(root, file)
        writes.replace(root / file, change.before, change.after, file)
        if ask.commit:
            new = decision.choice.candidate.version if decision.choice.candidate else ""
            message = commit_message(change, decision.pinned.version, new)
            await git.commit_file(root, file, message)


def commit_message(change: Change, truly: str | None, new: str) -> str:
    """Return a commit's title in nixpkgs' form: ``ema-pytorch: 0.7.7 -> 0.8.3``.

    The old version is what the pin truly held, where that is known. Where the hash stays, nothing
    moved: the pin only says what it holds.
    """
    package = change.package
    moved = any(one.field in HASH_FIELDS for one in change.fields)
    old = truly or package.label
    if old == new or not old or not moved:
        return f"{package.name}: pin {new}".rstrip()
    return f"{package.name}: {old} -> {new}"
