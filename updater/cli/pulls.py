"""Runs that end in pull requests: `bump --pr`, `pin --pr`, and what `publish` shares with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.cli.actions import tell_stopped
from updater.cli.listed import follows
from updater.cli.output import report, write
from updater.cli.overlays import named_files, refuse_many, warn_of_unused, with_version
from updater.cli.session import Session
from updater.find.packages import found_in
from updater.find.selection import select
from updater.model.research import UNCHANGED
from updater.model.run import Bump
from updater.pipeline.proposed import ProposedUpdate
from updater.publish.board import BoardSource
from updater.publish.opening import opened
from updater.publish.research.telling import Researcher
from updater.publish.retiring import Objector
from updater.report.summary import Exit, exit_code
from updater.text import harmless

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from updater.cli.request import Request
    from updater.find.overlay_files import OverlayFiles
    from updater.find.selection import Names
    from updater.model import Outcome, Package
    from updater.pipeline.pipeline import Pipeline
    from updater.publish.publisher import Publisher


def bump(request: Request, ask: Bump) -> int:
    """Propose updates of the base branch's pins; the user's files stay as they are."""

    async def work(
        pipeline: Pipeline, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
    ) -> list[ProposedUpdate | Outcome]:
        refuse_many(ask, packages)
        return await propose(pipeline, packages, overlays, ask)

    return _publish(
        "bump", request, lambda overlays, names: with_version(overlays, names, ask), work
    )


def pin(request: Request, *, sri: bool) -> int:
    """Propose pins that say what their hashes hold; the user's files stay as they are."""

    async def work(
        pipeline: Pipeline, packages: Sequence[Package], overlays: OverlayFiles, _ask: Bump
    ) -> list[ProposedUpdate | Outcome]:
        return await pins(pipeline, packages, overlays, sri=sri)

    return _publish("pin", request, lambda _, names: (names, Bump(build=False)), work)


def _publish(
    command: str,
    request: Request,
    settle: Callable[[Sequence[Package], Names], tuple[Names, Bump]],
    work: Callable[
        [Pipeline, Sequence[Package], OverlayFiles, Bump], Awaitable[list[ProposedUpdate | Outcome]]
    ],
) -> int:
    session = Session.begin(request)
    with opened(session.config, session.now) as publisher:
        overlays = read_base(session, publisher)
        warn_of_unused(request, session.config, overlays.packages)
        names, ask = settle(overlays.packages, request.names(session.config))
        packages = select(overlays.packages, names)
        proposed = session.run(lambda pipeline: work(pipeline, packages, overlays, ask))
        if command == "bump":
            from updater.cli.joining import joined_proposals

            proposed = joined_proposals(session, proposed, overlays, ask)
        about = packages if command == "bump" and not ask.to else ()
        outcomes = publisher.publish(
            proposed,
            overlays,
            reported=False,
            board=BoardSource(follows=lambda package: follows(package, session.config)),
            objector=objector_of(session, about),
        )
    return published(command, session, outcomes, overlays, publisher)


def objector_of(session: Session, about: Sequence[Package]) -> Objector:
    """Return whom to ask whether versions that are proposed for some packages may be taken yet."""
    return Objector(
        frozenset(package.identity for package in about),
        lambda versions: session.run(lambda stages: stages.objections(versions)),
    )


def read_base(session: Session, publisher: Publisher) -> OverlayFiles:
    """Return the packages of the base branch, in the files that the configuration names here."""
    return found_in(publisher.read, named_files(session.request, session.config))


def published(
    command: str,
    session: Session,
    outcomes: list[Outcome],
    overlays: OverlayFiles,
    publisher: Publisher,
) -> int:
    """Report what became of the packages, and what was done or went wrong beside them."""
    for note in publisher.notes:
        write(harmless(f"updater: {note}"), sys.stderr)
    for problem in publisher.problems:
        write(harmless(f"updater: {problem}"), sys.stderr)
        tell_stopped(command, problem, "")
    for bug in publisher.bugs if session.request.verbose else ():
        for line in bug.trace:
            write(harmless(f"updater: {line}"), sys.stderr)
    report(command, session, outcomes, overlays=overlays)
    return Exit.FAILED if publisher.problems else exit_code(outcomes)


async def propose(
    pipeline: Pipeline, packages: Sequence[Package], overlays: OverlayFiles, ask: Bump
) -> list[ProposedUpdate | Outcome]:
    """Find updates, hash and build them, and ask what a reviewer wants to know of each."""
    proposed = await pipeline.propose(packages, overlays, ask)
    return await Researcher(pipeline.run).tell(proposed)


def researched(
    session: Session, proposed: Sequence[ProposedUpdate | Outcome]
) -> list[ProposedUpdate | Outcome]:
    """Ask what a reviewer wants to know of updates."""

    async def research(pipeline: Pipeline) -> list[ProposedUpdate | Outcome]:
        return await Researcher(pipeline.run).tell(proposed)

    return session.run(research)


async def pins(
    pipeline: Pipeline, packages: Sequence[Package], overlays: OverlayFiles, *, sri: bool
) -> list[ProposedUpdate | Outcome]:
    """Find what each pin must say."""
    # Upstream has nothing to tell of it: the source stays the same.
    proposed = await pipeline.propose_pins(packages, overlays, sri=sri)
    return [
        replace(proposal, research=UNCHANGED) if isinstance(proposal, ProposedUpdate) else proposal
        for proposal in proposed
    ]
