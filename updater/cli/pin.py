"""`pin`: each pin names what its hash holds."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click hands it over
from typing import TYPE_CHECKING

import click

from updater.cli import options

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from updater.cli.overlays import Overlays
    from updater.cli.request import Request
    from updater.model import Outcome
    from updater.model.proposal import Command
    from updater.pipeline.ledger import Ledger
    from updater.pipeline.pipeline import Pipeline


@click.command(cls=options.SectionCommand, section="Change")
@options.packages
@click.option("--dry-run", is_flag=True, help="Print the diff and write nothing.")
@options.commit
@options.pull_requests
@options.output
@click.option("--sri", is_flag=True, help="Also write hashes of older formats as SRI.")
@options.max_candidates
@options.timeout
@options.every
def pin(
    request: Request,
    packages: tuple[str, ...],
    *,
    dry_run: bool,
    commit: bool,
    pr: bool,
    output: Path | None,
    sri: bool,
    max_candidates: int | None,
    timeout: float | None,
) -> int:
    """Correct pins that are not what they say; the hash stays.

    Replace branch names and wrong versions by the tag or commit that the hash belongs to.
    """
    from updater.model.run import Bump

    request = request.about(packages).within(max_candidates, timeout)
    options.refuse_mixed("pin", pr=pr, others=dry_run or commit or output is not None)
    if pr:
        options.refuse_offline(request, "--pr")
        from updater.cli import pulls  # PyGithub, for pull requests only

        return pulls.pin(request, sri=sri)
    from updater.cli.changes import change

    ask = Bump(build=False, dry_run=dry_run, commit=commit)

    def work(
        pipeline: Pipeline, overlays: Overlays, ask: Bump, ledger: Ledger
    ) -> Awaitable[list[Outcome]]:
        return pipeline.pin(overlays.packages, overlays.files, ask, ledger, sri=sri)

    command: Command = "pin --sri" if sri else "pin"
    return change(request, command, ask, output=output, settle=lambda _, ask: ask, work=work)


COMMAND = pin
