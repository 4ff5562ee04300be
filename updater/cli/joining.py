"""Updates that wait for packages, joined by overlays for these where config.yaml wants it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.model import Held, Updated
from updater.model.adaptation import OverlayAddition
from updater.pipeline.proposed import ProposedUpdate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.cli.session import Session
    from updater.compose.joint_updates import JointUpdater
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Outcome, Package
    from updater.model.run import Bump
    from updater.pipeline.ledger import Ledger
    from updater.pipeline.pipeline import Pipeline


def joined(
    session: Session,
    outcomes: Sequence[Outcome],
    overlays: OverlayFiles,
    ask: Bump,
    ledger: Ledger,
) -> list[Outcome]:
    """Return what became of packages, once new overlays have joined those that wait for them.

    A dry run builds for it, too: no text tells which of a project's sources builds.

    Args:
        session: whose configuration says for which packages overlays may be added.
        outcomes: of the run so far.
        overlays: as they were read for it.
        ask: how the run ends.
        ledger: takes what is written.
    """
    from updater.cli.compositions import untracked
    from updater.cli.overlays import overlays_there

    if not (ask.adapt and ask.build):
        return list(outcomes)
    waiting = {own.package.identity: own for own in _waiting(session, outcomes)}
    if ask.dry_run:
        about = [
            own.package for own in outcomes if isinstance(own, Updated) and _adds(session, own)
        ]
        waiting = {own.package.identity: own for own in _held(session, about, overlays, ask)}
    ended: dict[str, Outcome] = {}
    for identity, held in waiting.items():
        change = _updater(session).join(held, {}, ask.to)
        if isinstance(change, ProposedUpdate):
            now = overlays if ask.dry_run else overlays_there(session.config)
            (change,) = _written(session, change, now, ask, ledger)
            if isinstance(change, Updated) and change.written and not ask.commit:
                hint = untracked(change.change.files)
                if hint:
                    session.request.note(hint)
        ended[identity] = change
    return [ended.get(own.package.identity, own) for own in outcomes]


def joined_proposals(
    session: Session,
    proposed: Sequence[ProposedUpdate | Outcome],
    overlays: OverlayFiles,
    ask: Bump,
) -> list[ProposedUpdate | Outcome]:
    """Return proposals, once new overlays have joined the updates that wait for them.

    Args:
        session: as for `joined`.
        proposed: what was found so far.
        overlays: those of the base branch.
        ask: what was asked for.
    """
    from updater.cli.pulls import researched

    outcomes = [own for own in proposed if not isinstance(own, ProposedUpdate)]
    ended: dict[str, ProposedUpdate | Outcome] = {}
    for held in _waiting(session, outcomes) if ask.adapt and ask.build else ():
        change = _updater(session).join(held, overlays.texts, ask.to)
        (ended[held.package.identity],) = researched(session, [change])
    return [
        own if isinstance(own, ProposedUpdate) else ended.get(own.package.identity, own)
        for own in proposed
    ]


def joined_again(
    session: Session, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
) -> list[ProposedUpdate | Outcome]:
    """Find again the updates that another process reports together with new overlays."""
    from updater.cli.pulls import researched

    found = [_updater(session).join_again(own, overlays.texts, ask) for own in packages]
    return researched(session, found)


def has_additions(ask: Bump, package: Package) -> bool:
    """Tell whether another process reports new overlays beside a package's update."""
    edits = (ask.adapted or {}).get(package.identity, ())
    return any(isinstance(own.edit, OverlayAddition) and own.applied for own in edits)


def _waiting(session: Session, outcomes: Sequence[Outcome]) -> Iterator[Held]:
    """Yield what waits for packages alone, and may have overlays added."""
    from updater.compose.failures import missing_of

    for own in outcomes:
        if isinstance(own, Held) and missing_of(own) and _adds(session, own):
            yield own


def _adds(session: Session, outcome: Outcome) -> bool:
    return "additions" in session.config.policy(outcome.package).adapt


def _held(
    session: Session, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
) -> list[Held]:
    if not packages:
        return []

    async def held(pipeline: Pipeline) -> list[Outcome]:
        return await pipeline.held(packages, overlays, replace(ask, dry_run=False))

    return list(_waiting(session, session.run(held)))


def _written(
    session: Session, change: ProposedUpdate, overlays: OverlayFiles, ask: Bump, ledger: Ledger
) -> list[Outcome]:
    async def write(pipeline: Pipeline) -> list[Outcome]:
        return await pipeline.write([change], overlays, ask, ledger)

    return session.run(write)


def _updater(session: Session) -> JointUpdater:
    from updater.cli.compositions import runner
    from updater.compose.joint_updates import JointUpdater

    return JointUpdater(session.config, runner(session.request))
