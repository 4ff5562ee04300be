"""The order of stages and their gates: find, look-up, choose, hash, patch, build, write.

Stages work on all packages together. What goes wrong with one package becomes its outcome and
never stops another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.subjects import Decision, Subject
from updater.kinds import rules
from updater.model import (
    Outcome,
    Package,
    Updated,
)
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.endings import checked
from updater.pipeline.hash.ready import Ready

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        from updater.pipeline.testing import Tester  # noqa: PLC0415 - not for a check

        return await Tester(self.run).test(packages)

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
        before, after = (
            {
                one.package.identity: one.project
                for one in self._deciding.subjects(packages, even_held=True)[1]
            }
            for packages in (tuple(asked.before.values()), asked.changed)
        )
        return Auditor(rules(), self.run.now, before, after).reviewed(asked, truths, trials)

    async def check(self, packages: Sequence[Package], to: str = "") -> list[Outcome]:
        """Say for each package whether its pin is behind; nothing is changed."""
        outcomes, subjects = self._deciding.subjects(packages)
        for subject, decided in await self._deciding.decisions(
            subjects, to, self._deciding.choosing(to)
        ):
            outcomes[subject.package.identity] = (
                checked(subject, decided) if isinstance(decided, Decision) else decided
            )
        return [outcomes[package.identity] for package in packages]

    async def bump(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Outcome]:
        """Move each package's pin to its choice, one package after the other in each file."""
        outcomes, subjects = self._deciding.subjects(packages)
        decided = await self._deciding.decisions(subjects, ask.to, self._deciding.choosing(ask.to))
        hashed = await self._hash(decided, found, ask)
        built = await self._preparing.build(hashed, found)
        return await self._writing.write_all(packages, outcomes, built, found, ask)

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
        outcomes, ready = await self._truths.pins(packages, sri=sri)
        return await self._writing.write_all(packages, outcomes, ready, found, ask)

    async def propose_pins(
        self, packages: Sequence[Package], found: OverlayFiles, *, sri: bool
    ) -> list[Proposed | Outcome]:
        """Find by itself what each pin must say; nothing is written."""
        outcomes, ready = await self._truths.pins(packages, sri=sri)
        command: Command = "pin --sri" if sri else "pin"
        proposed = await self._proposed(outcomes, ready, found, "", command)
        return [proposed[package.identity] for package in packages]

    async def propose(
        self, packages: Sequence[Package], found: OverlayFiles, ask: Bump
    ) -> list[Proposed | Outcome]:
        """Find, hash and build each package's change by itself; nothing is written."""
        outcomes, subjects = self._deciding.subjects(packages)
        decided = await self._deciding.decisions(subjects, ask.to, self._deciding.choosing(ask.to))
        built = await self._preparing.build(await self._hash(decided, found, ask), found)
        proposed = await self._proposed(outcomes, built, found, ask.to, "bump")
        return [proposed[package.identity] for package in packages]

    async def _proposed(
        self,
        outcomes: Mapping[str, Outcome],
        ready: Sequence[tuple[Subject, Ready | Outcome]],
        found: OverlayFiles,
        asked: str,
        command: Command,
    ) -> dict[str, Proposed | Outcome]:
        from updater.pipeline.proposed import Proposed  # noqa: PLC0415 - not for a check

        proposed: dict[str, Proposed | Outcome] = dict(outcomes)
        for subject, result in ready:
            identity = subject.package.identity
            if not isinstance(result, Ready):
                proposed[identity] = result
                continue
            outcome = await self._writing.write(
                subject, result, dict(found.texts), Bump(dry_run=True)
            )
            proposed[identity] = (
                Proposed(outcome, subject.project, result.planned, asked, command)
                if isinstance(outcome, Updated)
                else outcome
            )
        return proposed

    async def _hash(
        self, decided: Sequence[tuple[Subject, Decision | Outcome]], found: OverlayFiles, ask: Bump
    ) -> list[tuple[Subject, Ready | Outcome]]:
        """Find hashes, and keep which commits the tags named: `verify` tells when they move."""
        hashed = await self._preparing.hash(decided, found, ask)
        for subject, ready in hashed:
            known = ready.hashed if isinstance(ready, Ready) else None
            if isinstance(ready, Ready) and known is not None:
                candidate = ready.decision.choice.candidate
                self.run.records.note(subject.project, candidate, known.sri)
        return hashed

    # --- stages ---

    @property
    def _deciding(self) -> Decider:
        return Decider(self.run)

    @property
    def _truths(self) -> TruthStage:
        from updater.pipeline.truths import TruthStage  # noqa: PLC0415 - not for a check

        return TruthStage(self.run, self._deciding)

    @property
    def _preparing(self) -> Preparer:
        from updater.pipeline.preparing import Preparer  # noqa: PLC0415 - not for a check

        return Preparer(self.run)

    @property
    def _writing(self) -> Writer:
        from updater.pipeline.writing import Writer  # noqa: PLC0415 - not for a check

        return Writer(self.run)
