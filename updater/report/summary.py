"""Outcomes -> statuses, counts and the exit code."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import TYPE_CHECKING

from updater.model import (
    Current,
    Failed,
    Held,
    Identified,
    Outdated,
    Passed,
    Reviewed,
    Skipped,
    Updated,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.model import Outcome


class Exit(IntEnum):
    """The command's exit codes; the first that applies, in the order of the README's table."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_MATCH = 3
    OUTDATED = 10
    INTERRUPTED = 130
    READER_LEFT = 141


_STATUS = {
    Current: "current",
    Outdated: "outdated",
    Updated: "updated",
    Held: "held",
    Skipped: "skipped",
    Failed: "failed",
    Passed: "passed",
    Identified: "identified",
}
_SHOWN = {"true": "ok", "untrue": "wrong"}
_WORDS = (*_STATUS.values(), "true", "untrue")


def status(outcome: Outcome) -> str:
    """Return an outcome's status word."""
    if isinstance(outcome, Reviewed):
        return _reviewed(outcome)
    if isinstance(outcome, Verdict):
        return "true" if outcome.state == "true" else "untrue"
    return _STATUS[type(outcome)]


def shown_status(word: str) -> str:
    """Return a status word as people read it; what JSON says stays as it is."""
    return _SHOWN.get(word, word)


def _reviewed(outcome: Reviewed) -> str:
    """Return the worse of both words; a package that was not tried is at best true."""
    words = status(outcome.truth), status(outcome.trial)
    for word in ("failed", "untrue", "passed", "true"):
        if word in words:
            return word
    return "skipped"


def count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many outcomes have each status, without those that none has."""
    found = Counter(status(outcome) for outcome in outcomes)
    return {word: found[word] for word in _WORDS if found[word]}


def exit_code(outcomes: Sequence[Outcome], *, tell_outdated: bool = False) -> Exit:
    """Return the exit code that outcomes make."""
    if any(status(outcome) in ("failed", "untrue") for outcome in outcomes):
        return Exit.FAILED
    if tell_outdated and any(isinstance(outcome, Outdated) for outcome in outcomes):
        return Exit.OUTDATED
    return Exit.DONE
