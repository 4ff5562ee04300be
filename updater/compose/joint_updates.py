"""An update, and the new overlays for what it requires and nobody has, as one change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.adapt.situation import own_packages
from updater.compose.adder import Adder
from updater.compose.additions import AddRequest
from updater.compose.drafts import OverlayDraft
from updater.compose.failures import missing_of, reason_of
from updater.compose.reported import written_again
from updater.compose.rounds import AddRounds
from updater.compose.styles import style_of
from updater.compose.trees import ProjectCopy
from updater.errors import PatchError, PublishError, UpdaterError, bugs_at
from updater.model import FileChange
from updater.model.adaptation import Adaptation, OverlayAddition
from updater.model.run import Bump
from updater.pipeline.proposed import ProposedUpdate
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.compose.trees import ComposedFile, Runner
    from updater.config.load import Config
    from updater.model import Held, Outcome, Package
    from updater.pipeline.pipeline import Pipeline

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_AGAIN = "run `bump --output` again; if it differs again, do not trust the job that ran it"


class JointUpdater(Struct, frozen=True):
    """Makes such changes, each in a copy of the project; nothing is written.

    Attributes:
        run: gives a pipeline to what asks upstreams and Nix.
    """

    config: Config
    run: Runner

    def join(self, held: Held, texts: Mapping[str, bytes], to: str) -> ProposedUpdate | Outcome:
        """Return an update that waits for packages, together with overlays for these.

        Args:
            held: why it waits.
            texts: overlay files that are not what they are on the disk.
            to: the version that was asked for; an empty string where nobody asked.
        """
        try:
            with bugs_at("add"), ProjectCopy.made(self.config) as copy:
                copy.take(texts)
                additions, files = self._added(copy, held)
                ended = self._proposed(copy, held.package, additions, files, Bump(to))
        except UpdaterError as error:
            why = f"no overlay could be added for them: {str(error).partition(chr(10))[0]}"
            return replace(held, reason=f"{held.reason}; {why}")
        if isinstance(ended, ProposedUpdate):
            return ended
        names = ", ".join(own.input for own in additions)
        return replace(held, reason=f"{held.reason}; also with {names}: {reason_of(ended)}")

    def join_again(
        self, package: Package, texts: Mapping[str, bytes], ask: Bump
    ) -> ProposedUpdate | Outcome:
        """Return such a change from what another process reports of it, without a build.

        The overlays are written again, from what upstream says now; of the report only those facts
        are believed that a build alone knows.

        Args:
            package: whose update it is.
            texts: the overlay files of the base.
            ask: with what is reported.
        """
        reported = (ask.adapted or {}).get(package.identity, ())
        additions = tuple(own for own in reported if isinstance(own.edit, OverlayAddition))
        new = [own.edit for own in additions if isinstance(own.edit, OverlayAddition)]
        try:
            with bugs_at(PublishError.stage), ProjectCopy.made(self.config) as copy:
                copy.take(texts)
                indirect, files = self._added_again(copy, package, new)
                # What only another new overlay requires, the package's own source does not tell.
                others = tuple(own for own in reported if own.edit not in indirect)
                again = replace(ask, adapted={package.identity: others})
                return self._proposed(copy, package, additions, files, again)
        except UpdaterError as error:
            cause = PublishError(str(error), hint=getattr(error, "hint", ""))
            return failed(package, cause)

    def _added(
        self, copy: ProjectCopy, held: Held
    ) -> tuple[tuple[Adaptation, ...], tuple[ComposedFile, ...]]:
        """Add to a copy what an update waits for, built and imported."""
        there = copy.read()
        present = own_packages(there.packages)
        names = [name for name in missing_of(held) if name not in present]
        if not names:
            return (), ()
        style = style_of(there)
        look_up = Adder(self.config, self.run).missing
        drafts = [OverlayDraft.beside(project, style) for project in look_up(names)]
        ask = AddRequest((), missing=True)
        addition = AddRounds(self.run, look_up, copy, ask, held.package.file).finish(drafts)
        reason = "neither the overlays nor the package set have it"
        made = (own.facts for own in addition.packages)
        return (
            tuple(Adaptation("additions", facts, reason) for facts in made if facts is not None),
            addition.files,
        )

    def _added_again(
        self, copy: ProjectCopy, package: Package, new: Sequence[OverlayAddition]
    ) -> tuple[list[OverlayAddition], tuple[ComposedFile, ...]]:
        """Write reported overlays into a copy again.

        Returns:
            Those that only others of them require, and the files that change.

        Raises:
            PublishError: upstream does not bear one out, or nothing requires it.
        """
        style = style_of(copy.read())
        adder = Adder(self.config, self.run)
        drafts: dict[str, tuple[OverlayDraft, OverlayAddition]] = {}
        for facts in new:
            (project,) = adder.named(facts.project, facts.channel)
            draft = OverlayDraft.beside(project, style)
            _refuse_other(facts, draft)
            drafts[draft.file] = (draft, facts)
        ask = AddRequest((), build=False)
        rounds = AddRounds(self.run, adder.missing, copy, ask, package.file)
        files = written_again(rounds, tuple(drafts.values()))
        needed = {name for draft, _ in drafts.values() for name in draft.project.named}
        return [facts for facts in new if facts.project in needed], files

    def _proposed(
        self,
        copy: ProjectCopy,
        package: Package,
        additions: tuple[Adaptation, ...],
        files: Sequence[ComposedFile],
        ask: Bump,
    ) -> ProposedUpdate | Outcome:
        """Find the update in a copy that has new overlays, and put these into its change."""
        overlays = copy.read()
        (own,) = [each for each in overlays.packages if each.identity == package.identity]

        async def propose(pipeline: Pipeline) -> list[ProposedUpdate | Outcome]:
            return await pipeline.propose([own], overlays, ask)

        (ended,) = self.run(copy.config, propose)
        if not isinstance(ended, ProposedUpdate) or not additions:
            return ended
        if package.file in {changed.file for changed in files}:
            raise PatchError(
                f"{package.file} lists the overlays and has {package.name}, too",
                hint="add the new overlays with `updater add` first",
            )
        beside = [
            FileChange(changed.file, changed.before, changed.after)
            for changed in files
            if changed.after is not None
        ]
        planned = ended.planned.with_additions(additions, beside)
        outcome = replace(
            ended.outcome,
            change=planned.of(overlays.texts),
            adaptations=(
                *additions,
                *(edit for edit in ended.outcome.adaptations if edit not in additions),
            ),
        )
        return replace(ended, outcome=outcome, planned=planned)


def _refuse_other(facts: OverlayAddition, draft: OverlayDraft) -> None:
    """Refuse an overlay that is reported otherwise than upstream and the project have it.

    Raises:
        PublishError: it is.
    """
    there = (draft.name, draft.file, draft.origin.version)
    if (facts.input, facts.file, facts.version) != there or not all(
        map(_MODULE.fullmatch, facts.modules)
    ):
        raise PublishError(
            f"the results report the new overlay {facts.input} {facts.version} in {facts.file}, "
            f"and {draft.name} {draft.origin.version} in {draft.file} is found",
            hint=_AGAIN,
        )
