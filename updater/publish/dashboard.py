"""The dashboard issue: what is pending, held, failed and open, and boxes that a next run reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.markdown import address, code, inline
from updater.model import Current, Failed, Held, Skipped, Updated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.model import Outcome

TITLE = "Updates of the overlays"
MARKER = "<!-- updater:dashboard -->"

_SECTIONS = {
    "pending": "Pending",
    "open": "Open pull requests",
    "held": "Held",
    "failed": "Failed",
}
_ROW = re.compile(r"^- \[([ xX])\] .*<!-- updater:row (pending|open|held|failed) ([^ ]+) -->$")
_LONGEST = 60_000
_HEAD = (
    "What the updater found. Tick a box to have the package tried again by the next run, also "
    "where its version was declined, somebody else proposes it or `max_open` is reached."
)


class _Row(Struct, frozen=True):
    """One package's line."""

    section: str
    key: str
    line: str


def forced(body: str) -> frozenset[str]:
    """Return the identities whose boxes somebody ticked.

    A dash stands for what an HTML comment cannot hold, as in `_key`.
    """
    rows = (_ROW.match(line) for line in _lines(body))
    return frozenset(found[3] for found in rows if found and found[1] != " ")


def is_forced(identity: str, keys: frozenset[str]) -> bool:
    """Tell whether a package's box was ticked."""
    return _key(identity) in keys


def render(before: str, outcomes: Sequence[Outcome]) -> str:
    """Return the issue's text after a run.

    Args:
        before: its text now; lines of packages that the run was not about stay.
        outcomes: of the run.
    """
    done = {_key(outcome.package.identity) for outcome in outcomes}
    rows = [row for row in _read(before) if row.key not in done]
    rows += [row for row in map(_row, outcomes) if row is not None]
    lines = [_HEAD, ""]
    for section, heading in _SECTIONS.items():
        listed = sorted((row for row in rows if row.section == section), key=lambda row: row.key)
        if listed:
            lines += [f"## {heading}", "", *_bounded(listed), ""]
    if not rows:
        lines += ["Nothing is pending.", ""]
    return "\n".join([*lines, MARKER, ""])


def _bounded(rows: Sequence[_Row]) -> Iterable[str]:
    room = _LONGEST // len(_SECTIONS)
    for place, row in enumerate(rows):
        room -= len(row.line) + 1
        if room < 0:
            yield f"and {len(rows) - place} more"
            return
        yield row.line


def _row(outcome: Outcome) -> _Row | None:
    pull = outcome.pull_request
    match outcome:
        case Updated() if pull is not None:
            section, said = "open", f"[pull request {pull.number}]({address(pull.url)})"
        case Held(reason=reason, until=until, pending=pending):
            when = f" until {until:%Y-%m-%d}" if until is not None else ""
            link = f" ([pull request {pull.number}]({address(pull.url)}))" if pull else ""
            section = "pending" if pending else "held"
            said = f"{inline(reason)}{when}{link}"
        case Failed(stage=stage, message=message):
            section, said = "failed", f"{stage}: {inline(message.splitlines()[0][:300])}"
        case Current() | Skipped() | _:
            return None
    key = _key(outcome.package.identity)
    old = outcome.package.version.value if outcome.package.version is not None else None
    new = outcome.candidate.version if outcome.candidate is not None else None
    move = f" {code(old or '?')} → {code(new)}" if new and new != old else ""
    name = code(outcome.package.name)
    return _Row(section, key, f"- [ ] {name}{move}: {said} <!-- updater:row {section} {key} -->")


def _read(body: str) -> Iterable[_Row]:
    for line in _lines(body):
        found = _ROW.match(line)
        if found:
            yield _Row(found[2], found[3], f"- [ ] {line[6:]}")


def _lines(body: str) -> list[str]:
    return body.replace("\r\n", "\n").split("\n")


def _key(identity: str) -> str:
    """Return an identity without what would end a comment or a word in it."""
    return re.sub(r"[\s<>]|--+", "-", identity)
