"""What another process reported, held against what is found now.

Only package, version, ref, commit and hash are believed, and those only where they are found again.
Builds are the other process's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from updater.errors import Bug, PublishError, bugs_at
from updater.model import Failed, Outdated
from updater.pipeline.proposed import Proposed
from updater.pipeline.stage import failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Outcome
    from updater.publish.results.models import Result, Unmade


def confirm(
    results: Sequence[Result], proposed: Sequence[Proposed | Outcome]
) -> list[Proposed | Outcome]:
    """Return what was found again, with the reported builds; what differs has failed.

    Args:
        results: what another process reported.
        proposed: what is found now, in the same order.
    """
    return [
        _outcome(result, one) if isinstance(one, Proposed) else one
        for result, one in zip(results, proposed, strict=True)
    ]


def _outcome(result: Result, proposed: Proposed) -> Proposed | Failed:
    try:
        with bugs_at(PublishError.stage):
            return _confirmed(result, proposed)
    except Bug as bug:
        return failed(proposed, bug)


def _confirmed(result: Result, proposed: Proposed) -> Proposed | Failed:
    outcome = proposed.outcome
    different = result.differences(outcome)
    if different:
        return Failed(
            stage=PublishError.stage,
            message=f"what was reported is not what is found now: {different}",
            hint="run `bump --output` again; if it differs again, do not trust the job that ran it",
            **outcome.common_fields,
        )
    build = result.build.build() if result.build is not None else None
    return replace(proposed, outcome=replace(outcome, build=build))


def explained(unmade: Sequence[Unmade], checked: Sequence[Outcome]) -> list[Outcome]:
    """Return what was found of packages, with the reported reason where one is behind.

    Only there is the other process's word wanted: it came further, to hashes and builds.

    Args:
        unmade: what another process reported.
        checked: what is found now.
    """
    reasons = {one.package: one for one in unmade}
    return [
        reasons[one.package.identity].outcome(one)
        if isinstance(one, Outdated) and one.package.identity in reasons
        else one
        for one in checked
    ]
