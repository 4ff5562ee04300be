"""`bump`: pins move to the newest version that may be taken."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click hands it over
from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from updater.cli.request import Request
    from updater.model import Outcome
    from updater.pipeline.ledger import Ledger
    from updater.pipeline.pipeline import Pipeline


@click.command(cls=options.SectionCommand, section="Change")
@options.packages
@options.to
@click.option("--rehash", is_flag=True, help="Compute the hashes again, even if the version stays.")
@click.option("--dry-run", is_flag=True, help="Print the diff; build and write nothing.")
@click.option("--no-build", is_flag=True, help="Write without building first.")
@click.option("--no-adapt", is_flag=True, help="Edit nothing but version, rev and hash.")
@options.commit
@options.pull_requests
@options.output
@options.max_candidates
@options.timeout
@options.every
def bump(
    request: Request,
    packages: tuple[str, ...],
    to: str,
    *,
    rehash: bool,
    dry_run: bool,
    no_build: bool,
    no_adapt: bool,
    commit: bool,
    pr: bool,
    output: Path | None,
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Update packages to the newest version that may be taken."""
    from updater.model.run import Bump

    request = request.about(packages).within(max_candidates, timeout)
    options.refuse_mixed("bump", pr=pr, others=dry_run or commit or output is not None)
    options.refuse_unrepeatable(rehash=rehash, proposed=pr or output is not None)
    ask = Bump(to, not no_build, dry_run, commit, not no_adapt, rehash)
    if pr:
        options.refuse_offline(request, "--pr")
        from updater.cli import pulls  # PyGithub, for pull requests only

        return pulls.bump(request, ask)
    from updater.cli.changes import change
    from updater.cli.overlays import Overlays, refuse_many

    async def work(
        pipeline: Pipeline, overlays: Overlays, ask: Bump, ledger: Ledger
    ) -> list[Outcome]:
        refuse_many(ask, overlays.packages)
        return await pipeline.bump(overlays.packages, overlays.files, ask, ledger)

    return change(request, "bump", ask, output=output, settle=Overlays.with_version, work=work)


COMMAND = bump
