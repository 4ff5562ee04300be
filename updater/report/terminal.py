"""Outcomes as lines of text, aligned, with colour only on a terminal that wants it."""

from __future__ import annotations

import difflib
import io
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
from updater.report.summary import count, status
from updater.text import log_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from updater.model import Build, Hashed, Outcome
    from updater.report.listing import Listed

_MARKS = {
    "current": "=",
    "outdated": "^",
    "updated": "+",
    "held": "~",
    "skipped": "-",
    "failed": "!",
    "found": " ",
    "passed": "+",
    "identified": "+",
    "true": "=",
    "untrue": "!",
}
STYLES = {
    "current": "green",
    "outdated": "yellow",
    "updated": "bold green",
    "held": "yellow",
    "skipped": "dim",
    "failed": "bold red",
    "found": "",
    "passed": "bold green",
    "identified": "bold green",
    "true": "green",
    "untrue": "bold red",
}


def listing_lines(listed: Sequence[Listed]) -> Iterator[tuple[str, str]]:
    """Yield (line, status) for each package."""
    names = max((len(one.package.name) for one in listed), default=0)
    places = max((len(_place(one)) for one in listed), default=0)
    pins = max((len(one.pin) for one in listed), default=0)
    for one in listed:
        source = one.package.source
        fetcher = source.fetcher if source is not None else "-"
        cells = [
            one.package.name.ljust(names),
            _place(one).ljust(places),
            fetcher.ljust(16),
            one.pin.ljust(pins),
        ]
        end = f"{one.track}: {one.reason}" if one.track else f"{one.status}: {one.reason}"
        yield log_lines(f"{'  '.join(cells)}  {end}".rstrip()), one.status


def _place(one: Listed) -> str:
    return f"{one.package.file}:{one.package.line}"


def outcome_lines(outcomes: Sequence[Outcome], *, verbose: bool) -> Iterator[tuple[str, str]]:
    """Yield (line, status): one line for each package and indented ones for what it adds."""
    for text, word in _lines(outcomes, verbose=verbose):
        yield log_lines(text), word


def _lines(outcomes: Sequence[Outcome], *, verbose: bool) -> Iterator[tuple[str, str]]:
    names = max((len(outcome.package.name) for outcome in outcomes), default=0)
    for outcome in outcomes:
        word, said = _say(outcome)
        yield f"{_MARKS[word]} {outcome.package.name.ljust(names)}  {said}", word
        for warning in outcome.warnings:
            yield f"    warning: {warning.message}", "held"
        if isinstance(outcome, Updated) and outcome.build is not None:
            yield f"    {_built(outcome.build)}", "skipped"
        if outcome.pull_request is not None:
            pull = outcome.pull_request
            yield f"    pull request {pull.number} ({pull.state}): {pull.url}", "skipped"
        for one in (outcome.truth, outcome.trial) if isinstance(outcome, Reviewed) else (outcome,):
            if isinstance(one, Failed | Verdict) and one.hint:
                yield f"    hint: {one.hint}", "failed"
        if verbose and outcome.tracking is not None:
            yield f"    tracked by {outcome.tracking}: {outcome.tracking.reason}", "skipped"


def _say(outcome: Outcome) -> tuple[str, str]:
    return status(outcome), _sentence(outcome)


def _sentence(outcome: Outcome) -> str:  # noqa: C901, PLR0911 - one kind of outcome, one sentence
    old = outcome.package.label
    new = outcome.candidate.version if outcome.candidate is not None else ""
    truly = outcome.pinned.version if outcome.pinned is not None else None
    was = f"{old or '?'} (truly {truly})" if truly not in (None, old, new) else old or "?"
    move = f"{was} -> {new}" if old != new else f"{new}"
    match outcome:
        case Current():
            return f"{old or new} is current"
        case Outdated(reason=reason):
            return _with(move, reason)
        case Updated(written=written, hashed=hashed, reason=reason):
            cost = _cost(hashed)
            done = "" if written or outcome.pull_request is not None else ", not written"
            return _with(f"{move} ({cost}{done})", reason)
        case Held(reason=reason, until=until):
            when = f" until {until:%Y-%m-%d %H:%M} UTC" if until is not None else ""
            return f"{old or '?'} held{when}: {reason}"
        case Passed(build=build):
            return f"{old or 'it'} builds as {build.attribute}, {_time(build)}"
        case Skipped(reason=reason):
            return f"skipped: {reason}"
        case Identified(looked_at=looked_at):
            return f"{old or '?'} holds {_identity(outcome)}{_effort(looked_at)}"
        case Verdict():
            return f"{old or '?'} {_verdict(outcome)}"
        case Failed(stage=stage, message=message):
            return f"failed at {stage}: {message}"
        case Reviewed():
            return _review(outcome)


def _verdict(outcome: Verdict) -> str:
    return "is true" if outcome.state == "true" else f"{outcome.state}: {outcome.message}"


def _review(outcome: Reviewed) -> str:
    """Say what changes, what verify says of it and whether it builds, a failed build's log last."""
    before = outcome.before
    new = outcome.package.label or "?"
    old = before.label if before is not None else None
    move = f"{old} -> {new}" if old not in (None, new) else new
    tried = "" if outcome.trial == outcome.truth else f"; {_tried(outcome.trial)}"
    return f"{move} {_truth(outcome.truth)}{tried}"


def _truth(truth: Verdict | Skipped | Failed) -> str:
    match truth:
        case Verdict():
            return _verdict(truth)
        case Skipped(reason=reason):
            return f"not verified: {reason}"
        case Failed():
            return _sentence(truth)


def _tried(trial: Passed | Skipped | Failed) -> str:
    match trial:
        case Passed(build=build):
            return f"builds as {build.attribute}, {_time(build)}"
        case Skipped(reason=reason):
            return reason
        case Failed():
            return _sentence(trial)


def _identity(outcome: Identified) -> str:
    """Return the true version, and what names the commit."""
    found = outcome.candidate
    if found is None:  # never: an identified pin has its commit
        return "?"
    return f"{found.version}, {f'{found.ref}, ' if found.ref else ''}commit {found.commit}"


def _effort(looked_at: int | None) -> str:
    if looked_at is None:
        return " (known from an earlier run)"
    return f" ({looked_at} candidate{'s' if looked_at != 1 else ''} looked at)"


def _built(build: Build) -> str:
    match build.status:
        case "passed":
            return f"built {build.attribute}, {_time(build)}"
        case "skipped":
            return f"not built: {build.phase}"
        case "failed":
            found = build.diagnosis.message if build.diagnosis is not None else "see the log"
            return f"{build.phase} of {build.attribute} failed: {found} ({build.log})"


def _time(build: Build) -> str:
    return f"{build.seconds} s" if build.sandboxed else f"{build.seconds} s, not sandboxed"


def _cost(hashed: Hashed | None) -> str:
    if hashed is None:
        return "it has no hash"
    if hashed.method in ("nix", "build"):
        return f"hash: {hashed.method}"  # what Nix downloads for it, it does not say
    cost = f"{hashed.downloaded_bytes} bytes" if hashed.downloaded_bytes else "no download"
    return f"hash: {hashed.method}, {cost}"


def _with(text: str, reason: str) -> str:
    return f"{text}; {reason}" if reason else text


def _lines_of(data: bytes) -> list[str]:
    """Return a file's lines as git parts them: at line feeds alone."""
    return list(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n"))


def summary_line(outcomes: Sequence[Outcome]) -> str:
    """Return ``3 updated, 1 held, 1 failed``."""
    return ", ".join(f"{number} {word}" for word, number in count(outcomes).items()) or "no package"


def diff(outcome: Updated) -> str:
    """Return a change as a unified diff that ``git apply`` takes."""
    file = outcome.change.package.file
    before, after = _lines_of(outcome.change.before), _lines_of(outcome.change.after)
    lines = difflib.unified_diff(before, after, f"a/{file}", f"b/{file}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
