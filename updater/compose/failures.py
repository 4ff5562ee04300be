"""Why nothing is added, in words for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.errors import BuildError, StageError
from updater.model import Failed, Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.compose.drafts import OverlayDraft
    from updater.model import Outcome


_KEPT = "--keep-failed writes what the text of its source says"


def missing_of(outcome: Outcome) -> tuple[str, ...]:
    """Return the projects that a package needs and nobody has; none where that is not all."""
    facts = outcome.requirements
    return facts.missing if facts is not None and facts.needs_more_packages else ()


def reason_of(outcome: Outcome) -> str:
    """Return why nothing came of a package."""
    match outcome:
        case Failed():
            return outcome.headline
        case Held():
            return outcome.reason
        case _:
            return getattr(outcome, "reason", "") or "nothing came of it"


def failure(
    draft: OverlayDraft,
    outcome: Outcome,
    absent: Sequence[str],
    later: Sequence[OverlayDraft] = (),
) -> StageError:
    """Return the error of a draft that has no other source, with what to do.

    Args:
        draft: the new overlay.
        outcome: why nothing came of it.
        absent: what it needs, and nobody has.
        later: other new overlays, which wait for what they need.
    """
    before = "".join(f"\n  before: {reason}" for reason in draft.reasons)
    users = [other.name for other in later if draft.name in other.project.needs]
    for user in users:
        before += f"\n  {user} requires {draft.name}, and waits for it"
    if users:
        before += f": if {draft.name} imports {' or '.join(users)}, each needs the other"
    hint = f"{_KEPT}, to be completed by hand"
    if isinstance(outcome, Failed) and outcome.hint:
        hint = f"{_KEPT}; then {outcome.hint}"
    if absent:
        hint = (
            f"--with-missing adds them from the index first: {', '.join(sorted(absent))}; or add "
            "each by hand"
        )
    return BuildError(f"{draft.name}: {reason_of(outcome)}{before}", hint=hint)


def together(failures: Sequence[StageError], left: Sequence[OverlayDraft]) -> StageError:
    """Return one error of several, or of packages that wait for each other."""
    if len(failures) == 1:
        return failures[0]
    if failures:
        hints = [f"{error.hint}" for error in failures if error.hint]
        return BuildError("\n".join(map(str, failures)), hint="; ".join(dict.fromkeys(hints)))
    names = ", ".join(draft.name for draft in left)
    return BuildError(f"{names}: each needs another one of them", hint="add them by hand")
