"""Outcomes as lines of text: one table, what matters most first, and what to do next."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from updater.model import Failed, Held, Outcome, Skipped, Updated
from updater.report.layout import Piece, PrintedLine, Row, table, wrapped
from updater.report.next_step import next_step
from updater.report.rows import (
    STYLES,
    UNBUILT,
    failure,
    remedy,
    row_of,
    with_short_commits,
    word,
)
from updater.report.summary import count, shown_status, status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.report.screen import Screen

_ORDER = (
    *("failed", "untrue", "outdated", "updated", "identified"),
    *("held", "skipped", "passed", "current", "true"),
)
_FOLDED = ("passed", "current", "true")
_MOST_ROWS: Final = 100
"""How many rows of one status a terminal shows."""
_MOST_NAMES: Final = 20
"""How many packages are named that have something in common."""


def report_lines(outcomes: Sequence[Outcome], screen: Screen) -> Iterator[PrintedLine]:
    """Yield the rows of packages, their counts, and what to do next."""
    rows = list(outcome_lines(outcomes, screen))
    yield from rows
    if rows and screen.width is not None:
        yield ()
    for text in (_counts(outcomes), next_step(outcomes, screen)):
        if text:
            yield from ((Piece(line),) for line in wrapped(text, screen.width))


def outcome_lines(outcomes: Sequence[Outcome], screen: Screen) -> Iterator[PrintedLine]:
    """Yield the rows of packages, failures first; what is as it should be is only counted.

    Packages of the same cause are one row, and a cause that has nothing to do with a package stands
    below all rows.
    """
    names = _names(outcomes)
    common: list[str] = []
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if not _folds(outcome, outcomes, screen):
            groups.setdefault(status(outcome), []).append(outcome)
    rows = [
        row
        for group in sorted(groups, key=_ORDER.index)
        for row in _bounded(_merged(groups[group], names, screen), group, screen)
    ]
    if not screen.verbose:
        rows = [Row(row.cells, tuple(map(with_short_commits, row.notes))) for row in rows]
        rows, common = _without_common(rows)
    yield from table(rows, screen.width)
    yield from ((Piece(line),) for text in common for line in wrapped(text, screen.width))


def _folds(outcome: Outcome, outcomes: Sequence[Outcome], screen: Screen) -> bool:
    """Tell whether a package is only counted: it is as it should be, and one of many."""
    if screen.verbose or screen.command == "review" or len(outcomes) == 1:
        return False
    return status(outcome) in _FOLDED and not outcome.warnings


def _names(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return identity -> the name that is shown, with its file where several have the name."""
    often = Counter(outcome.package.name for outcome in outcomes)
    return {
        package.identity: f"{package.name} ({package.file})"
        if often[package.name] > 1
        else package.name
        for package in (outcome.package for outcome in outcomes)
    }


def _merged(outcomes: Sequence[Outcome], names: Mapping[str, str], screen: Screen) -> Iterator[Row]:
    """Yield the rows of packages of one status, one row for all that have the same cause."""
    causes: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        cause = "" if screen.verbose else _cause(outcome, screen)
        causes.setdefault(cause or outcome.package.identity, []).append(outcome)
    for cause, members in causes.items():
        first = members[0]
        if len(members) == 1:
            yield row_of(first, screen, names[first.package.identity])
            continue
        cells = (
            Piece(word(first), STYLES[status(first)]),
            Piece(f"{len(members)} packages"),
            Piece(""),
            Piece(""),
        )
        listed = _listed([names[member.package.identity] for member in members])
        yield Row(cells, tuple(filter(None, (cause, listed, _common_remedy(members, screen)))))


def _cause(outcome: Outcome, screen: Screen) -> str:
    """Return why a package ends as it does, in words that fit others too, or an empty string."""
    match outcome:
        case Skipped(reason=reason, warnings=()):
            return reason
        case Held(reason=reason, until=None, pull_request=None) if outcome.pending or not (
            outcome.newest or outcome.warnings
        ):
            return reason
        case Failed(cause=cause) if cause:
            return f"{outcome.stage}: {cause}"
        case Failed(build=build):
            headline = failure(outcome, screen).partition("\n")[0]
            if build is None or not build.attribute.endswith(outcome.package.name):
                return headline
            general = f"{build.attribute.removesuffix(outcome.package.name)}NAME"
            return headline.replace(build.attribute, general)
        case _:
            return ""


def _common_remedy(members: Sequence[Outcome], screen: Screen) -> str:
    remedies = {remedy(member, screen).partition("; the whole log: ")[0] for member in members}
    return remedies.pop() if len(remedies) == 1 else ""


def _listed(names: Sequence[str]) -> str:
    first, rest = names[:_MOST_NAMES], names[_MOST_NAMES:]
    return f"{', '.join(first)} and {len(rest)} more" if rest else ", ".join(first)


def _bounded(rows: Iterator[Row], group: str, screen: Screen) -> Iterator[Row]:
    """Yield as many rows as a terminal should show of one status, and how many there are more."""
    every = list(rows)
    most = len(every) if screen.width is None or screen.verbose else _MOST_ROWS
    yield from every[:most]
    if rest := every[most:]:
        cells = (
            Piece(rest[0].cells[0].text, STYLES[group]),
            Piece(f"{len(rest)} more (-v shows all)"),
        )
        yield Row((*cells, Piece(""), Piece("")))


def _without_common(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Take out of several rows why none of them was built, and return that once, too."""
    packages: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            if note.startswith(UNBUILT):
                packages.setdefault(note, []).append(row.cells[1].text)
    common = {note: names for note, names in packages.items() if len(names) > 1}
    rows = [Row(row.cells, tuple(note for note in row.notes if note not in common)) for row in rows]
    return rows, [f"{note} ({_listed(names)})" for note, names in common.items()]


def _counts(outcomes: Sequence[Outcome]) -> str:
    """Return ``3 updated, 1 held, 1 failed``; nothing of a single package, which has its row."""
    if len(outcomes) == 1:
        return ""
    waiting = any(isinstance(outcome, Updated) and outcome.waits for outcome in outcomes)
    words = {"updated": "would be updated"} if waiting else {}
    parts = (
        f"{number} {words.get(name, shown_status(name))}"
        for name, number in count(outcomes).items()
    )
    return ", ".join(parts) or "no packages"
