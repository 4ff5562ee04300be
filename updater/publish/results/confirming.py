"""What another process reported, held against what is found now.

Only package, version, ref, commit and hash are believed, and those only where they are found again.
Builds are the other process's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import Bug, PublishError, bugs_at
from updater.model import Failed, Outdated
from updater.pipeline.proposed import ProposedUpdate
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Outcome
    from updater.publish.results.models import Result, UnmadeResult


def confirm(
    results: Sequence[Result], proposed: Sequence[ProposedUpdate | Outcome]
) -> list[ProposedUpdate | Outcome]:
    """Return what was found again, with the reported builds; what differs has failed.

    Args:
        results: what another process reported.
        proposed: what is found now, in the same order.
    """
    return [
        _outcome(result, update) if isinstance(update, ProposedUpdate) else update
        for result, update in zip(results, proposed, strict=True)
    ]


def _outcome(result: Result, proposed: ProposedUpdate) -> ProposedUpdate | Failed:
    try:
        with bugs_at(PublishError.stage):
            return _confirmed(result, proposed)
    except Bug as bug:
        return failed(proposed, bug)


def _confirmed(result: Result, proposed: ProposedUpdate) -> ProposedUpdate | Failed:
    outcome = proposed.outcome
    different = result.differences(outcome)
    if different:
        return Failed(
            stage=PublishError.stage,
            message=f"the results differ from what is found now: {different}",
            hint="run `bump --output` again; if it differs again, do not trust the job that ran it",
            **outcome.common_fields,
        )
    build = result.build.build() if result.build is not None else None
    return replace(proposed, outcome=replace(outcome, build=build))


def explained(unmade: Sequence[UnmadeResult], checked: Sequence[Outcome]) -> list[Outcome]:
    """Return what was found of packages, with the reported reason where one is behind.

    Only there is the other process's word wanted: it came further, to hashes and builds.

    Args:
        unmade: what another process reported.
        checked: what is found now.
    """
    reasons = {result.package: result for result in unmade}
    return [
        reasons[outcome.package.identity].outcome(outcome)
        if isinstance(outcome, Outdated) and outcome.package.identity in reasons
        else outcome
        for outcome in checked
    ]
