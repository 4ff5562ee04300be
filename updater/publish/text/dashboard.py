"""The dashboard issue: what is pending, held, failed and open, and boxes that a next run reads.

Lines of packages that a run is not about stay as they are, each known by a hidden mark at its end.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import MsgspecError, Struct, json
from msgspec.structs import replace

from updater.model import Current, Failed, Held, Outdated, Skipped, Updated
from updater.model.orders import Order
from updater.publish.text.answers import order_line
from updater.text import address, code, inline, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from updater.model import Outcome, Package

TITLE = "Updates of the overlays"
MARKER = "<!-- updater:dashboard -->"

_SECTIONS = {
    "pending": "Pending",
    "open": "Open pull requests",
    "held": "Held",
    "failed": "Failed",
}
_SAID = re.compile(r"<!-- updater:said (?P<order>\{.*\}) -->$")
_PACKAGE = re.compile(
    r"^\| .* \| .* \| (?P<follows>.*) <!-- updater:package (?P<key>[^ ]+) --> \|$"
)
_PARTS = len(_SECTIONS) + 2
_ROW = re.compile(
    r"^- \[(?P<box>[ xX])\] (?P<move>.*?): (?P<state>.*) "
    r"<!-- updater:row (?P<section>pending|open|held|failed) (?P<key>[^ ]+) -->$"
)
_LONGEST = 60_000
_HEAD = (
    "What the updater found. Tick a box, and the next run tries the package again, even if its "
    "version was declined, somebody else proposes it or `max_open` is reached."
)


class BoardContext(Struct, frozen=True):
    """What the dashboard shows beside the outcomes of a run.

    Attributes:
        packages: all of the base.
        follows: says what a package follows where no run looked it up yet.
        title: of the section of open pull requests; empty for a plain one.
        page: the repository's.
        orders: identity -> what people said, for each package of which all is known.
        is_settled: tells whether the configuration says an order by now.
    """

    packages: Sequence[Package]
    follows: Callable[[Package], str]
    is_settled: Callable[[Order], bool]
    title: str = ""
    page: str = ""
    orders: Mapping[str, tuple[Order, ...]] = {}


class _Row(Struct, frozen=True):
    """One package's line: what it is about, and what is said of it."""

    section: str
    key: str
    move: str
    state: str
    ticked: bool = False

    @property
    def line(self) -> str:
        """The line as the issue has it."""
        box = "x" if self.ticked else " "
        return f"- [{box}] {self.move}: {self.state} <!-- updater:row {self.section} {self.key} -->"


def forced(body: str) -> frozenset[str]:
    """Return the identities whose boxes somebody ticked.

    A dash stands for what an HTML comment cannot hold, as in `_key`.
    """
    return frozenset(row.key for row in _read(body) if row.ticked)


def is_forced(identity: str, keys: frozenset[str]) -> bool:
    """Tell whether a package's box was ticked."""
    return _key(identity) in keys


def orders(body: str) -> tuple[Order, ...]:
    """Return what people said in comments, as the dashboard shows it."""
    found = []
    for line in _lines(body):
        match = _SAID.search(line)
        with suppress(MsgspecError):
            found += [json.decode(match["order"], type=Order)] if match is not None else []
    return tuple(dict.fromkeys(found))


def merged(bodies: Sequence[str]) -> str:
    """Return the lines of several dashboards as one; a box is ticked where it is in any.

    Args:
        bodies: of what two dashboards have, the first counts.
    """
    rows: dict[str, _Row] = {}
    for row in (row for body in bodies for row in _read(body)):
        before = rows.setdefault(row.key, row)
        rows[row.key] = replace(before, ticked=before.ticked or row.ticked)
    said = [line for body in bodies for line in _lines(body) if _SAID.search(line)]
    followed = [line for line in _lines(bodies[0]) if _PACKAGE.match(line)]
    return "\n".join([*(row.line for row in rows.values()), *dict.fromkeys(said), *followed])


def replaced(number: int) -> str:
    """Return the text of a dashboard that another one replaces."""
    return f"Two runs at the same time each opened a dashboard. #{number} goes on.\n"


def render(before: str, outcomes: Sequence[Outcome], origin: str, context: BoardContext) -> str:
    """Return the issue's text after a run.

    Args:
        before: its text now; lines of packages that the run was not about stay, ticked or not.
        outcomes: of the run. One that is Outdated was looked up and not tried.
        origin: the line that says who made it, as `body.origin` returns it.
        context: what else it shows.
    """
    there = {row.key: row for row in _read(before)}
    done = {_key(outcome.package.identity) for outcome in outcomes}
    rows = [row for row in there.values() if row.key not in done]
    for outcome in outcomes:
        row = _row(outcome)
        if row is not None and isinstance(outcome, Outdated):
            row = _untried(row, there.get(row.key))
        rows += [row] if row is not None else []
    lines = [_HEAD, ""]
    for section, heading in _SECTIONS.items():
        listed = sorted((row for row in rows if row.section == section), key=lambda row: row.key)
        title = context.title if section == "open" and context.title else heading
        if listed or (section == "open" and context.title):
            lines += [f"## {title}", "", *_bounded([row.line for row in listed]), ""]
    if not rows:
        lines += ["Nothing is pending.", ""]
    lines += _order_lines(before, context)
    lines += _followed(before, outcomes, context)
    return "\n".join([*lines, origin, "", MARKER, ""])


def _order_lines(before: str, context: BoardContext) -> Iterable[str]:
    """Yield what people said in comments and config.yaml does not say yet."""
    earlier = (order for order in orders(before) if order.identity not in context.orders)
    known = (order for said in context.orders.values() for order in said)
    left = [order for order in (*earlier, *known) if not context.is_settled(order)]
    if left:
        lines = []
        for order in sorted(dict.fromkeys(left), key=lambda order: order.identity):
            hidden = json.encode(order).decode().replace("--", "-\\u002d").replace(">", "\\u003e")
            lines.append(f"- {order_line(order, context.page)} <!-- updater:said {hidden} -->")
        yield from ("## Said in comments", "", *_bounded(lines), "")


def _followed(before: str, outcomes: Sequence[Outcome], context: BoardContext) -> Iterable[str]:
    """Yield all packages, with their versions and what they follow."""
    follows = {
        match["key"]: match["follows"]
        for match in map(_PACKAGE.match, _lines(before))
        if match is not None
    }
    for outcome in outcomes:
        tracking = outcome.tracking
        if tracking is not None:
            follows[_key(outcome.package.identity)] = inline(f"{tracking}: {tracking.reason}")
    lines = []
    for package in sorted(context.packages, key=lambda package: package.identity):
        key = _key(package.identity)
        followed = follows.get(key) or inline(context.follows(package))
        cells = (code(package.name), code(package.label or "?"), followed)
        lines.append(f"| {' | '.join(cells)} <!-- updater:package {key} --> |")
    if lines:
        count = f"{len(lines)} package{'s' if len(lines) > 1 else ''}"
        yield f"<details><summary>All {count}, and what they follow</summary>"
        yield from ("", "| package | version | follows |", "| --- | --- | --- |")
        yield from (*_bounded(lines), "", "</details>", "")


def _bounded(lines: Sequence[str]) -> Iterable[str]:
    room = _LONGEST // _PARTS
    for place, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield f"and {len(lines) - place} more"
            return
        yield line


def _untried(row: _Row, before: _Row | None) -> _Row:
    """Return the line of a package that is behind, and may be tried later in the same run.

    Its box stays as it is until then. What an earlier try said of the same version still holds;
    whether a pull request is open was looked at just now.
    """
    if before is None:
        return row
    if before.move == row.move and "open" not in (before.section, row.section):
        return before
    return replace(row, ticked=before.ticked)


def _row(outcome: Outcome) -> _Row | None:
    pull = outcome.pull_request
    match outcome:
        case Updated() | Outdated() if pull is not None:
            section, state = "open", f"[pull request {pull.number}]({address(pull.url)})"
        case Held(pending=True) if pull is not None and pull.state == "open":
            section, state = "open", f"[pull request {pull.number}]({address(pull.url)})"
        case Outdated():
            section, state = "pending", "not proposed yet"
        case Held(reason=reason, until=until, pending=pending):
            when = f" until {until:%Y-%m-%d}" if until is not None else ""
            link = f" ([pull request {pull.number}]({address(pull.url)}))" if pull else ""
            section = "pending" if pending else "held"
            # That so many are open is the title of their section.
            state = "waits" if pending and until is None else f"{inline(reason)}{when}{link}"
        case Failed(stage=stage):
            section, state = "failed", f"{stage}: {inline(outcome.headline[:300])}"
        case Current() | Skipped() | _:
            return None
    key = _key(outcome.package.identity)
    old = outcome.package.label
    new = outcome.candidate.version if outcome.candidate is not None else None
    move = f" {code(old or '?')} → {code(new)}" if new and new != old else ""
    return _Row(section, key, f"{code(outcome.package.name)}{move}", state)


def _read(body: str) -> Iterable[_Row]:
    for line in _lines(body):
        match = _ROW.match(line)
        if match:
            yield _Row(
                match["section"], match["key"], match["move"], match["state"], match["box"] != " "
            )


def _lines(body: str) -> list[str]:
    return printable(body).split("\n")


def _key(identity: str) -> str:
    """Return an identity without what would end a comment or a word in it."""
    return re.sub(r"[\s<>]|--+", "-", identity)
