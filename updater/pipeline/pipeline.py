"""The order of stages and their gates: find, look-up, choose, hash, patch, build, write.

Stages work on all packages together. What goes wrong with one package becomes its outcome and
never stops another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.subjects import Decision, Subject
from updater.model import Outcome, Package, Updated
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.endings import checked
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.find.found import OverlayFiles
    from updater.model.proposal import Command
    from updater.pipeline.hash.ready import Ready
    from updater.pipeline.preparing import Preparer
    from updater.pipeline.proposed import Proposed
    from updater.pipeline.reviewing import Asked
    from updater.pipeline.truths import TruthStage
    from updater.pipeline.writing import Writer


class Pipeline(Struct, frozen=True):
    """Puts the stages of one run in order."""

    run: Run

    async def test(self, packages: Sequence[Package]) -> list[Outcome]:
        """Evaluate, build and import pins as they are; nothing is changed."""
        from updater.pipeline.testing import TrialStage  # noqa: PLC0415 - not for a check

        return await TrialStage(self.run).test(packages)

    async def identify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds; nothing is changed."""
        return await self._truths.commits(packages)

    async def verify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package whether its pin is true; nothing is changed."""
        return await self._truths.verdicts(packages)

    async def review(self, asked: Asked) -> list[Outcome]:
        """Verify, audit and test what a branch changes; nothing is changed."""
        from updater.pipeline.reviewing import Auditor  # noqa: PLC0415 - not for a check

        truths = await self._truths.verdicts(asked.changed, "embedded")
        trials = await self.test(asked.packages)
        before, after = [
            {
                one.package.identity: one.project
                for one in await self._deciding.subjects(packages, even_held=True)
                if isinstance(one, Subject)
            }
            for packages in (tuple(asked.before.values()), asked.changed)
        ]
        return Auditor(self.run, before, after).reviewed(asked, truths, trials)

    async def check(self, packages: Sequence[Package], to: str = "") -> list[Outcome]:
        """Say for each package whether its pin is behind; nothing is changed."""
        choices = await self._deciding.choices(packages, to)
        return [checked(one) if isinstance(one, Decision) else one for one in choices]

    async def bump(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Outcome]:
        """Move each package's pin to its choice, one package after the other in each file."""
        return await self._writing.write_all(await self._built(packages, found, ask), found, ask)

    async def pin(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump, *, sri: bool
    ) -> list[Outcome]:
        """Make each pin say what its hash holds; the hash stays, and so does what is built.

        Args:
            packages: whose pins.
            found: all packages and texts.
            ask: how to end.
            sri: also write a hash of an old format as SRI.
        """
        return await self._writing.write_all(await self._truths.pins(packages, sri=sri), found, ask)

    async def propose_pins(
        self, packages: Sequence[Package], found: OverlayFiles, *, sri: bool
    ) -> list[Proposed | Outcome]:
        """Find by itself what each pin must say; nothing is written."""
        ready = await self._truths.pins(packages, sri=sri)
        return await self._proposed(ready, found, "", "pin --sri" if sri else "pin")

    async def propose(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Proposed | Outcome]:
        """Find, hash and build each package's change by itself; nothing is written."""
        return await self._proposed(await self._built(packages, found, ask), found, ask.to, "bump")

    async def _built(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Ready | Outcome]:
        """Choose, hash and build each package's change."""
        choices = await self._deciding.choices(packages, ask.to)
        return await self._preparing.build(await self._preparing.hash(choices, found, ask), found)

    async def _proposed(
        self,
        ready: Sequence[Ready | Outcome],
        found: OverlayFiles,
        to: str,
        command: Command,
    ) -> list[Proposed | Outcome]:
        """Plan each change on the text that was read, as if it were the only one."""
        from updater.pipeline.proposed import Proposed  # noqa: PLC0415 - not for a check

        async def propose(change: Ready) -> Proposed | Outcome:
            texts = dict(found.texts)
            outcome = await self._writing.write(change, texts, Bump(dry_run=True))
            if not isinstance(outcome, Updated):
                return outcome
            project = change.subject.project
            return Proposed(outcome, project, change.planned, to, command)

        return await Stage("patch", self.run.progress).each(ready, propose)

    # --- stages ---

    @property
    def _deciding(self) -> Decider:
        return Decider(self.run)

    @property
    def _truths(self) -> TruthStage:
        from updater.pipeline.truths import TruthStage  # noqa: PLC0415 - not for a check

        return TruthStage(self.run)

    @property
    def _preparing(self) -> Preparer:
        from updater.pipeline.preparing import Preparer  # noqa: PLC0415 - not for a check

        return Preparer(self.run)

    @property
    def _writing(self) -> Writer:
        from updater.pipeline.writing import Writer  # noqa: PLC0415 - not for a check

        return Writer(self.run)
