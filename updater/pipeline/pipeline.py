"""The order of stages and their gates: find, look-up, choose, hash, patch, build, write.

Stages work on all packages together. What goes wrong with one package becomes its outcome and
never stops another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.choose.subjects import Decision, Subject
from updater.model import Held, Outcome, Package, Updated, Verdict
from updater.model.run import Bump
from updater.pipeline.deciding import Decider
from updater.pipeline.endings import checked
from updater.pipeline.hash.ready import ReadyChange
from updater.pipeline.ledger import Ledger
from updater.pipeline.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.audit.overlay.homepages import HomepageQuestion
    from updater.building.package_sets import PackageSets
    from updater.choose.run import Run
    from updater.find.overlay_files import OverlayFiles
    from updater.model.proposal import Command
    from updater.pipeline.describing import SourceDescriptions
    from updater.pipeline.fix_trials import FixTrials
    from updater.pipeline.homepage_readings import PageReading
    from updater.pipeline.preparing import Preparer
    from updater.pipeline.proposed import ProposedUpdate
    from updater.pipeline.reviewing import ReviewScope
    from updater.pipeline.same_builds import SameBuilds
    from updater.pipeline.set_readings import SetReading
    from updater.pipeline.source_readings import SourceReading
    from updater.pipeline.standing import ProposedVersion
    from updater.pipeline.truths import TruthStage
    from updater.pipeline.writing import Writer


class Pipeline(Struct, frozen=True):
    """Puts the stages of one run in order."""

    run: Run

    async def test(self, packages: Sequence[Package], overlays: OverlayFiles) -> list[Outcome]:
        """Evaluate, build and import pins as they are; nothing is changed."""
        from updater.pipeline.testing import TrialStage  # noqa: PLC0415 - not for a check

        return await TrialStage(self.run, self._sets(overlays), overlays.texts).test(packages)

    async def identify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package which commit its hash holds; nothing is changed."""
        return await self._truths.commits(packages)

    async def verify(self, packages: Sequence[Package]) -> list[Outcome]:
        """Say for each package whether its pin is true; nothing is changed."""
        return await self._truths.verdicts(packages)

    async def review(self, scope: ReviewScope, overlays: OverlayFiles) -> list[Outcome]:
        """Verify, audit and test what a branch changes; nothing is changed."""
        from updater.pipeline.reviewing import Auditor  # noqa: PLC0415 - not for a check

        truths = await self._truths.verdicts(scope.changed, "embedded")
        trials = await self.test(scope.packages, overlays)
        subjects = [
            await self._deciding.subjects(packages, even_held=True)
            for packages in (tuple(scope.before.values()), scope.changed)
        ]
        before, after = [
            {own.package.identity: own.project for own in side if isinstance(own, Subject)}
            for side in subjects
        ]
        facts = await self._descriptions.of_branch(*subjects)
        return Auditor(self.run, before, after, facts).reviewed(scope, truths, trials)

    async def sources(self, packages: Sequence[Package]) -> list[SourceReading]:
        """Read the pinned source of each package, and whether its label is true."""
        from updater.pipeline.source_readings import (  # noqa: PLC0415 - not for a check
            SourceReader,
        )

        verdicts = await self._truths.verdicts(packages)
        untrue = [
            verdict
            for verdict in verdicts
            if isinstance(verdict, Verdict) and verdict.state == "false version"
        ]
        pins = await self._truths.pins([own.package for own in untrue], sri=False) if untrue else []
        return await SourceReader(self.run).read(packages, untrue, pins)

    async def homepages(
        self, packages: Sequence[Package], questions: Mapping[str, HomepageQuestion]
    ) -> list[PageReading]:
        """Ask for the homepages of packages, by the packages' identities."""
        from updater.pipeline.homepage_readings import (  # noqa: PLC0415 - not for a check
            HomepageReader,
        )

        return await HomepageReader(self.run).read(packages, questions)

    async def set_answers(
        self, packages: Sequence[Package], overlays: OverlayFiles
    ) -> list[SetReading]:
        """Return what the package set has for the inputs of each package."""
        from updater.pipeline.set_readings import SetReader  # noqa: PLC0415 - not for a check

        reader = SetReader(self.run, self._sets(overlays), overlays.texts)
        return await reader.read(packages)

    def fix_trials(self, overlays: OverlayFiles) -> FixTrials:
        """Return what builds the fixes of an audit before they are made."""
        from updater.pipeline.fix_trials import FixTrials  # noqa: PLC0415 - not for a check

        return FixTrials.of(self.run, self._sets(overlays), overlays)

    async def objections(self, proposed: Sequence[ProposedVersion]) -> list[str]:
        """Say why versions that were proposed earlier may not be taken any more."""
        from updater.pipeline.standing import objections  # noqa: PLC0415 - for pull requests only

        return await objections(self._deciding, proposed)

    async def check(
        self, packages: Sequence[Package], to: str = "", *, details: bool = False
    ) -> list[Outcome]:
        """Say for each package whether its pin is behind; nothing is changed.

        Args:
            packages: whose pins.
            to: the version or rev that was asked for, or an empty string.
            details: also how the requirements of what is outdated change, which takes requests.
        """
        choices = await self._deciding.choices(packages, to, looks=True)
        if details:
            return await self._descriptions.compared(choices)
        return [checked(choice) if isinstance(choice, Decision) else choice for choice in choices]

    async def bump(
        self, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump, ledger: Ledger
    ) -> list[Outcome]:
        """Move each package's pin to its choice; each is written as soon as it passed its build."""
        preparer = self._preparing(overlays)
        hashed = await self._hashed(preparer, packages, overlays, ask)
        builds = any(isinstance(change, ReadyChange) and change.build is None for change in hashed)
        writer = self._writer(overlays, ask, ledger, builds=builds)
        if not builds:
            return await writer.write_all(hashed)
        for change in hashed:
            if isinstance(change, ReadyChange):
                ledger.expect(change.package)
        return await preparer.build(hashed, overlays, ask, writer.write)

    async def pin(
        self,
        packages: Sequence[Package],
        overlays: OverlayFiles,
        ask: Bump,
        ledger: Ledger,
        *,
        sri: bool,
    ) -> list[Outcome]:
        """Make each pin say what its hash holds; the hash stays, and so does what is built of it.

        Where Nix is, the derivations before and after are compared.

        Args:
            packages: whose pins.
            overlays: all packages and texts.
            ask: how to end.
            ledger: takes what is written.
            sri: also write a hash of an old format as SRI.
        """
        ready = await self._truths.pins(packages, sri=sri)
        same = await self._same_builds(overlays).compare(ready)
        return await self._writer(overlays, ask, ledger).write_all(same)

    async def held(
        self, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
    ) -> list[Outcome]:
        """Say which updates wait for something that no build can give them; nothing is built."""
        hashed = await self._hashed(self._preparing(overlays), packages, overlays, ask)
        return [ended for ended in hashed if isinstance(ended, Held)]

    async def write(
        self,
        proposed: Sequence[ProposedUpdate],
        overlays: OverlayFiles,
        ask: Bump,
        ledger: Ledger,
    ) -> list[Outcome]:
        """Write changes that were proposed, unless it is a dry run."""
        writer = self._writer(overlays, ask, ledger)
        return await Stage("write", self.run.progress, width=1).each(
            proposed, writer.write_proposed
        )

    async def propose_pins(
        self, packages: Sequence[Package], overlays: OverlayFiles, *, sri: bool
    ) -> list[ProposedUpdate | Outcome]:
        """Find by itself what each pin must say; nothing is written."""
        ready = await self._truths.pins(packages, sri=sri)
        return await self._proposed(ready, overlays, "", "pin --sri" if sri else "pin")

    async def propose(
        self, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
    ) -> list[ProposedUpdate | Outcome]:
        """Find, hash and build each package's change by itself; nothing is written."""
        from updater.pipeline.preparing import unwritten  # noqa: PLC0415 - not for a check

        preparer = self._preparing(overlays)
        hashed = await self._hashed(preparer, packages, overlays, ask)
        built = await preparer.build(hashed, overlays, ask, unwritten)
        return await self._proposed(built, overlays, ask.to, "bump")

    async def _hashed(
        self, preparer: Preparer, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
    ) -> list[ReadyChange | Outcome]:
        """Choose each package's candidate and find its hash."""
        choices = await self._deciding.choices(packages, ask.to, rehash=ask.rehash)
        return await preparer.hash(choices, overlays, ask)

    async def _proposed(
        self,
        ready: Sequence[ReadyChange | Outcome],
        overlays: OverlayFiles,
        to: str,
        command: Command,
    ) -> list[ProposedUpdate | Outcome]:
        """Plan each change on the text that was read, as if it were the only one."""
        from updater.pipeline.proposed import ProposedUpdate  # noqa: PLC0415 - not for a check

        async def propose(change: ReadyChange) -> ProposedUpdate | Outcome:
            outcome = await self._writer(overlays, Bump(dry_run=True), Ledger()).write(change)
            if not isinstance(outcome, Updated):
                return outcome
            project = change.subject.project
            return ProposedUpdate(outcome, project, change.planned, to, command)

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
    def _descriptions(self) -> SourceDescriptions:
        from updater.pipeline.describing import (  # noqa: PLC0415 - not for a check
            SourceDescriptions,
        )

        return SourceDescriptions(self.run)

    def _same_builds(self, overlays: OverlayFiles) -> SameBuilds:
        from updater.pipeline.same_builds import SameBuilds  # noqa: PLC0415 - not for a check

        return SameBuilds(self.run, self._sets(overlays), overlays)

    def _preparing(self, overlays: OverlayFiles) -> Preparer:
        from updater.pipeline.preparing import Preparer  # noqa: PLC0415 - not for a check

        return Preparer(self.run, self._sets(overlays))

    def _sets(self, overlays: OverlayFiles) -> PackageSets:
        from updater.building.package_sets import PackageSets  # noqa: PLC0415 - not for a check

        return PackageSets(self.run.builder, overlays, self.run.http.say)

    def _writer(
        self, overlays: OverlayFiles, ask: Bump, ledger: Ledger, *, builds: bool = False
    ) -> Writer:
        from updater.pipeline.writing import Writer  # noqa: PLC0415 - not for a check

        return Writer(self.run, overlays, ask, ledger, builds=builds)
