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
from updater.pipeline.hash.ready import Ready
from updater.pipeline.ledger import Ledger
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.choose.run import Run
    from updater.find.found import OverlayFiles
    from updater.model.proposal import Command
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
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump, ledger: Ledger
    ) -> list[Outcome]:
        """Move each package's pin to its choice; each is written as soon as it passed its build."""
        hashed = await self._hashed(packages, found, ask)
        builds = any(isinstance(one, Ready) and one.build is None for one in hashed)
        writer = self._writer(found, ask, ledger, builds=builds)
        if not builds:
            return await writer.write_all(hashed)
        for change in hashed:
            if isinstance(change, Ready):
                ledger.expect(change.package)
        return await self._preparing.build(hashed, found, writer.write)

    async def pin(
        self,
        packages: Sequence[Package],
        found: OverlayFiles,
        ask: Bump,
        ledger: Ledger,
        *,
        sri: bool,
    ) -> list[Outcome]:
        """Make each pin say what its hash holds; the hash stays, and so does what is built.

        Args:
            packages: whose pins.
            found: all packages and texts.
            ask: how to end.
            ledger: takes what is written.
            sri: also write a hash of an old format as SRI.
        """
        ready = await self._truths.pins(packages, sri=sri)
        return await self._writer(found, ask, ledger).write_all(ready)

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
        from updater.pipeline.preparing import unwritten  # noqa: PLC0415 - not for a check

        hashed = await self._hashed(packages, found, ask)
        built = await self._preparing.build(hashed, found, unwritten)
        return await self._proposed(built, found, ask.to, "bump")

    async def _hashed(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Ready | Outcome]:
        """Choose each package's candidate and find its hash."""
        choices = await self._deciding.choices(packages, ask.to)
        return await self._preparing.hash(choices, found, ask)

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
            outcome = await self._writer(found, Bump(dry_run=True), Ledger()).write(change)
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

    def _writer(
        self, found: OverlayFiles, ask: Bump, ledger: Ledger, *, builds: bool = False
    ) -> Writer:
        from updater.pipeline.writing import Writer  # noqa: PLC0415 - not for a check

        return Writer(self.run, found, ask, ledger, builds=builds)
