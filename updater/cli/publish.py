"""`publish`: pull requests from results, each found again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from updater.cli import options
from updater.errors import NoSuchPackage, UsageError
from updater.pipeline.proposed import ProposedUpdate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.cli.request import Request
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Outcome, Package
    from updater.model.proposal import Command
    from updater.model.run import Bump
    from updater.pipeline.pipeline import Pipeline
    from updater.publish.results.models import Result


@click.command(cls=options.SectionCommand, section="In CI")
@click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder that `bump` or `pin` wrote with `--output DIR`.",
)
@click.argument(
    "packages",
    metavar="[PKG]...",
    nargs=-1,
    help="The packages that the results may be about; without any, all.",
)
@click.option("--to", metavar="VERSION|REV", default="", help="The version given to `bump --to`.")
@options.every
def publish(request: Request, folder: Path, packages: tuple[str, ...], to: str) -> int:
    """Open or update pull requests from the results in DIR.

    Each result is found again first; one that differs is refused.
    """
    options.refuse_offline(request, "publish")
    return _publish(request.about(packages), folder, to)


def _publish(request: Request, folder: Path, to: str) -> int:
    """Propose what `--output` left, as far as it is found again.

    Args:
        request: its packages are those that results may tell of; all without any. A dashboard shows
            what is found of them, of those without a result too.
        folder: the results; also of a folder without any, what has nothing left to propose is
            closed, and what is merged is cleaned up.
        to: what `bump --to` was asked for; the results do not decide it.
    """
    from updater.cli.joining import has_additions, joined_again
    from updater.cli.listed import follows
    from updater.cli.overlays import refuse_many
    from updater.cli.pulls import objector_of, published, read_base
    from updater.cli.session import Session
    from updater.find.selection import select
    from updater.model.run import Bump
    from updater.publish.board import BoardSource
    from updater.publish.opening import opened
    from updater.publish.results.confirming import confirm, explained
    from updater.publish.results.files import read_results

    results = read_results(folder)
    session = Session.begin(request)
    with opened(session.config, session.now) as publisher:
        overlays = read_base(session, publisher)
        by_identity = {package.identity: package for package in overlays.packages}
        for identity in results.packages:
            if identity not in by_identity:
                raise NoSuchPackage(identity)
        subjects = [by_identity[identity] for identity in results.packages]
        allowed = select(overlays.packages, request.names(session.config))
        refuse_others(subjects, allowed)
        packages = [by_identity[result.package] for result in results.made]
        reported = {result.package: result.built for result in results.made}
        adapted = {
            result.package: tuple(made.adaptation() for made in result.adaptations)
            for result in results.made
        }
        ask = Bump(to, build=False, reported=reported, adapted=adapted)
        if packages:
            refuse_many(ask, packages)
        refuse_unasked(results.made, to)
        commands = {result.package: result.command for result in results.made}
        alone = [package for package in packages if not has_additions(ask, package)]
        again = session.run(lambda stages: _again(stages, alone, commands, overlays, ask))
        with_others = [package for package in packages if has_additions(ask, package)]
        again += joined_again(session, with_others, overlays, ask) if with_others else []
        places = {_package(proposal).identity: proposal for proposal in again}
        proposed = [places[package.identity] for package in packages]
        confirmed = confirm(results.made, proposed)
        shown: list[Outcome] = []
        if session.config.document.dashboard:
            # What one package was asked for is nothing to look up for all.
            about = subjects if to else allowed
            others = [package for package in about if package.identity not in reported]
            checked = session.run(lambda stages: stages.check(others, to))
            shown = explained(results.unmade, checked)
        others = [] if to else [package for package in allowed if package not in subjects]
        outcomes = publisher.publish(
            confirmed,
            overlays,
            reported=True,
            board=BoardSource(shown, lambda package: follows(package, session.config)),
            objector=objector_of(session, others),
        )
    return published("publish", session, outcomes, overlays, publisher)


def refuse_unasked(results: Sequence[Result], to: str) -> None:
    """Refuse results of another ``--to``: what was asked for is never the results' word.

    Raises:
        UsageError: one is.
    """
    for result in results:
        if (result.requested_version or "") != to:
            built = result.requested_version or "the newest version"
            wanted = to or "the newest version"
            raise UsageError(
                f"{result.package}: `bump` was given {built!r}, but `publish` {wanted!r}",
                hint="give `publish` the --to that you gave `bump`; if you gave none, do not trust "
                "the job that wrote the results",
            )


def refuse_others(subjects: Sequence[Package], allowed: Sequence[Package]) -> None:
    """Refuse results that tell of other packages than their job was given.

    Raises:
        UsageError: one does.
    """
    for package in subjects:
        if package not in allowed:
            raise UsageError(
                f"a result is about {package.identity}, which is not one of the given packages",
                hint="nothing was published; do not trust the job that wrote it",
            )


def _package(proposal: ProposedUpdate | Outcome) -> Package:
    return proposal.outcome.package if isinstance(proposal, ProposedUpdate) else proposal.package


async def _again(
    pipeline: Pipeline,
    packages: Sequence[Package],
    commands: Mapping[str, Command],
    overlays: OverlayFiles,
    ask: Bump,
) -> list[ProposedUpdate | Outcome]:
    """Find updates again. That one is a pin is the results' word: nothing that is built changes."""
    from updater.cli.pulls import pins, propose

    proposed: list[ProposedUpdate | Outcome] = []
    for command in dict.fromkeys(commands.values()):
        batch = [package for package in packages if commands[package.identity] == command]
        if command == "bump":
            proposed += await propose(pipeline, batch, overlays, ask)
        else:
            proposed += await pins(pipeline, batch, overlays, sri=command == "pin --sri")
    return proposed


COMMAND = publish
