"""One outcome -> its row of the terminal report: status, name, versions, and notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from updater.effects.runner import log_place
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
from updater.report.layout import Piece, Row
from updater.report.next_step import PIN
from updater.report.summary import shown_status, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.model import Build, Hashed, Outcome
    from updater.report.layout import Style
    from updater.report.screen import Screen

STYLES: Final[dict[str, Style]] = {
    "current": "good",
    "outdated": "new",
    "updated": "good",
    "held": "waiting",
    "skipped": "quiet",
    "failed": "bad",
    "found": "plain",
    "passed": "good",
    "identified": "good",
    "true": "good",
    "untrue": "bad",
}
_COMMIT = re.compile(r"(?<![\w/])([0-9a-f]{12})[0-9a-f]{28}(?!\w)")
_STEP = re.compile(r": \S+ -> (\S+)\Z")
_LOG_LINES = 10
UNBUILT: Final = "not built: "
"""How the note begins that says why a change was not built."""


def row_of(outcome: Outcome, screen: Screen, name: str) -> Row:
    """Return the row of an outcome.

    Args:
        outcome: the outcome.
        screen: where it is shown.
        name: the package's, as the report tells it from every other.
    """
    old, new = _versions(outcome)
    cells = (
        Piece(word(outcome), STYLES[status(outcome)]),
        Piece(name),
        Piece(old),
        _new_version(outcome, old, new, screen),
    )
    return Row(cells, tuple(dict.fromkeys(note for note in _notes(outcome, screen) if note)))


def word(outcome: Outcome) -> str:
    """Return the status as people read it: of a pin that is not true, what is wrong with it."""
    truth = outcome.truth if isinstance(outcome, Reviewed) else outcome
    if isinstance(truth, Verdict) and status(outcome) == "untrue":
        return truth.state
    if isinstance(outcome, Updated) and outcome.waits:
        return "would update"
    return shown_status(status(outcome))


def failure(outcome: Failed, screen: Screen) -> str:
    """Return what failed; of a build's log its end, and nothing where it was understood."""
    if outcome.build is None:
        return f"{outcome.stage}: {outcome.message}"
    _, *quoted = outcome.message.split("\n")
    if not screen.verbose:
        quoted = [] if outcome.build.diagnosis is not None else quoted[-_LOG_LINES:]
    return "\n".join([outcome.headline, *quoted])


def remedy(outcome: Outcome, screen: Screen) -> str:
    """Return what to do about a failure, or nothing where the last line of the report says it."""
    if not isinstance(outcome, Failed | Verdict) or not outcome.hint:
        return ""
    return "" if screen.command == "verify" and PIN in outcome.hint else f"hint: {outcome.hint}"


def _versions(outcome: Outcome) -> tuple[str, str]:
    """Return the version before, and the one after; that is empty where nothing moves."""
    label = outcome.package.label or ""
    if isinstance(outcome, Reviewed):
        before = outcome.before.label if outcome.before is not None else ""
        return (before, label) if before and before != label else (label, "")
    new = outcome.new
    if isinstance(outcome, Current):
        return label or new, ""
    if not isinstance(outcome, Outdated | Updated | Failed):
        return label, ""
    actual = outcome.pinned.version if outcome.pinned is not None else None
    old = f"{label or '?'} (actually {actual})" if actual not in (None, label, new) else label
    return old, new if new != label else ""


def _new_version(outcome: Outcome, old: str, new: str, screen: Screen) -> Piece:
    """Return the version after, in colour if it was to be had; of what is held, the newest."""
    if isinstance(outcome, Held):
        newest = outcome.newest.version if outcome.newest is not None else ""
        return Piece(f"(newest {newest})" if newest not in ("", outcome.package.label) else "")
    text = f"{screen.arrow} {new}" if old and new else new
    return Piece(text, "plain" if isinstance(outcome, Failed) else "new")


def _notes(outcome: Outcome, screen: Screen) -> Iterator[str]:
    parts: tuple[Outcome, ...] = (outcome,)
    reason = _reason(outcome, screen)
    if isinstance(outcome, Reviewed):
        truth, trial = outcome.truth, outcome.trial
        parts = (truth, trial) if trial != truth else (truth,)
        reason = "; ".join(
            filter(None, (_judged(outcome, screen), *(_reason(part, screen) for part in parts[1:])))
        )
    yield reason
    yield from (remedy(part, screen) for part in parts)
    for warning in outcome.warnings:
        if warning.message != reason:
            kind = "note" if warning.configured else "warning"
            yield f"{kind}: {_without_versions(warning.message, outcome)}"
    if isinstance(outcome, Updated):
        yield from (adaptation.text for adaptation in outcome.adaptations)
    if isinstance(outcome, Updated) and outcome.build is not None:
        expected = screen.command == "pin" or outcome.build.phase.startswith("--")
        if screen.verbose or outcome.build.status != "skipped" or not expected:
            yield _built(outcome.build, screen)
    if outcome.pull_request is not None:
        pull = outcome.pull_request
        yield f"pull request {pull.number} ({pull.shown_state}): {pull.url}"
    if screen.verbose:
        yield from _details(outcome)


def _judged(outcome: Reviewed, screen: Screen) -> str:
    """Return what a review says of the pin itself; nothing where its status says it."""
    match outcome.truth:
        case Skipped(reason=reason):
            return f"not verified: {reason}"
        case Verdict(state="true"):
            return "the pin is ok" if status(outcome) != "true" else ""
        case truth:
            return _reason(truth, screen)


def _without_versions(message: str, outcome: Outcome) -> str:
    """Return a warning without the two versions at its end, which stand in the same row."""
    _, new = _versions(outcome)
    step = _STEP.search(message)
    return message[: step.start()] if step is not None and step[1] == new else message


def _reason(outcome: Outcome, screen: Screen) -> str:  # noqa: PLR0911 - one kind, one sentence
    match outcome:
        case Updated(change=change, reason="") if not _versions(outcome)[1]:
            return f"changes {', '.join(field.field for field in change.fields)}"
        case Outdated(reason=reason) | Skipped(reason=reason) | Updated(reason=reason):
            return reason
        case Held(reason=reason, until=until):
            return f"{reason} (until {until:%Y-%m-%d %H:%M} UTC)" if until is not None else reason
        case Passed(build=build):
            return f"builds as {build.attribute} in {_time(build)}"
        case Identified():
            return f"holds {_identity(outcome)}"
        case Verdict(message=message):
            return message
        case Failed():
            return failure(outcome, screen)
        case Reviewed() | Current():
            return ""


def _details(outcome: Outcome) -> Iterator[str]:
    """Yield how the answer was found."""
    if outcome.tracking is not None:
        yield f"follows {outcome.tracking}: {outcome.tracking.reason}"
    facts = outcome.requirements
    if facts is not None and facts.changes:
        yield f"requirements: {', '.join(change.summary for change in facts.changes)}"
    match outcome:
        case Updated(hashed=hashed):
            yield _cost(hashed)
        case Identified(looked_at=looked_at):
            yield "known from an earlier run" if looked_at is None else f"{looked_at} trees hashed"
        case _:
            pass


def _identity(outcome: Identified) -> str:
    """Return the version that is held, and what names its commit."""
    held = outcome.candidate
    if held is None:  # never: an identified pin has its commit
        return "?"
    return f"{held.version} ({f'tag {held.ref}, ' if held.ref else ''}commit {held.commit})"


def _built(build: Build, screen: Screen) -> str:
    match build.status:
        case "passed":
            return f"built {f'{build.attribute} ' if screen.verbose else ''}in {_time(build)}"
        case "skipped":
            return f"{UNBUILT}{build.phase}"
        case "failed":
            diagnosis = build.diagnosis
            why = diagnosis.message if diagnosis is not None else "no known reason"
            return f"{build.phase} of {build.attribute} failed: {why} (log: {log_place(build.log)})"


def _time(build: Build) -> str:
    time = f"{build.seconds} s" if build.sandboxed else f"{build.seconds} s, not sandboxed"
    unchecked = ", ".join(build.switched_off)
    return f"{time}; not checked: {unchecked}" if unchecked else time


def _cost(hashed: Hashed | None) -> str:
    if hashed is None:
        return "no hash to write"
    if hashed.method in ("nix", "build"):
        return f"hash: {hashed.method}"  # what Nix downloads for it, it does not say
    cost = f"{hashed.downloaded_bytes} bytes" if hashed.downloaded_bytes else "no download"
    return f"hash: {hashed.method}, {cost}"


def with_short_commits(note: str) -> str:
    """Return a note whose commits have 12 digits; an address stays what it is."""
    return _COMMIT.sub(r"\1", note)
