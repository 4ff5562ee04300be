"""Outcomes -> the Markdown of a step summary on GitHub Actions.

Source of the form and its limit: GitHub docs, "Workflow commands", "Adding a job summary"; of the
graph's limits: Mermaid's defaults for ``maxTextSize`` and ``maxEdges``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from msgspec import Struct

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
from updater.report.differences import differences
from updater.report.graph import graph
from updater.report.summary import count, status
from updater.text import address, block, code, unlinked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model import Build, Outcome, Package

LARGEST: Final = 1024 * 1024
"""How many bytes the summary of one step may have."""

_QUIET = ("held", "skipped", "current", "true", "passed", "identified")
_ORDER = ("failed", "untrue", "updated", "outdated", *_QUIET)
_MOST_NAMES = 10  # of what waits
_TAILS = (200, 20, 0)  # lines of a failed build's log
_TABLE = "| status | package | version | what | pull request |\n| --- | --- | --- | --- | --- |\n"


class Summary(Struct, frozen=True):
    """What one command adds to the summary of its step.

    Attributes:
        used: identity -> identities that it uses, for the graph.
        blob: the address under which the repository shows the files of the root, ending with a
            slash; an empty string where that is not known.
        notes: what is to be known of the whole.
    """

    command: str
    outcomes: Sequence[Outcome]
    used: Mapping[str, tuple[str, ...]]
    blob: str = ""
    notes: Sequence[str] = ()

    def text(self, room: int = LARGEST) -> str:
        """Return Markdown of at most ``room`` bytes: what matters least is left out first."""
        for lines in _TAILS:
            text = f"{self._start()}{self._graph()}{self._failures(lines)}{self._quiet()}\n"
            if len(text.encode()) <= room:
                return text
        return self._cut(room)

    def _cut(self, room: int) -> str:
        """Return the head and as many rows as there is room for."""
        rows = self._rows(loud=True)
        text = f"{self._head()}{_TABLE}"
        left = room - len(text.encode()) - 100
        for place, row in enumerate(rows):
            left -= len(row.encode())
            if left < 0:
                return f"{text}\nand {len(rows) - place} more\n" if place else ""
            text += row
        return f"{text}\n"

    def _head(self) -> str:
        said = ", ".join(f"{number} {word}" for word, number in count(self.outcomes).items())
        notes = "".join(f"{unlinked(note)}\n\n" for note in self.notes)
        return f"## updater {self.command}: {said or 'no package'}\n\n{notes}{self._next()}"

    def _next(self) -> str:
        """Say what later runs will propose."""
        waiting = [
            own.package.name for own in self.outcomes if isinstance(own, Held) and own.pending
        ]
        if not waiting:
            return ""
        names = ", ".join(code(name) for name in waiting[:_MOST_NAMES])
        more = f" and {len(waiting) - _MOST_NAMES} more" if len(waiting) > _MOST_NAMES else ""
        return f"Next, in later runs: {names}{more}.\n\n"

    def _start(self) -> str:
        rows = self._rows(loud=True)
        return f"{self._head()}{_TABLE}{''.join(rows)}\n" if rows else self._head()

    def _rows(self, *, loud: bool) -> list[str]:
        chosen = [one for one in self.outcomes if (status(one) not in _QUIET) is loud]
        chosen.sort(key=lambda outcome: _ORDER.index(status(outcome)))
        return [self._row(one) for one in chosen]

    def _row(self, outcome: Outcome) -> str:
        word = status(outcome)
        shown = f"**{word}**" if word in ("failed", "untrue") else word
        edits = outcome.adaptations if isinstance(outcome, Updated) else ()
        said = "<br>".join(
            [
                *_sentences(outcome),
                *(unlinked(adaptation.text) for adaptation in edits),
                *(unlinked(one.message) for one in outcome.warnings),
            ]
        )
        pull = outcome.pull_request
        link = (
            f"[{pull.number}]({address(pull.url)}) ({pull.shown_state})" if pull is not None else ""
        )
        cells = (shown, self._named(outcome.package), _versions(outcome), said, link)
        return f"| {' | '.join(cells)} |\n"

    def _named(self, package: Package) -> str:
        name = code(package.name)
        if not self.blob:
            return name
        return f"[{name}]({address(f'{self.blob}{quote(package.file)}#L{package.line}')})"

    def _graph(self) -> str:
        drawn = graph(self.outcomes, self.used)
        return f"```mermaid\n{drawn}```\n\n" if drawn else ""

    def _failures(self, lines: int) -> str:
        found = [text for one in self.outcomes for text in _folded(one, lines)]
        return "".join(found)

    def _quiet(self) -> str:
        rows = self._rows(loud=False)
        words = count([one for one in self.outcomes if status(one) in _QUIET])
        said = ", ".join(f"{number} {word}" for word, number in words.items())
        return _details(said, f"{_TABLE}{''.join(rows)}") if rows else ""


def stopped(command: str, message: str, hint: str) -> str:
    """Return what a summary says of a command that could not do its work."""
    text = f"## updater {command}: stopped\n\n{unlinked(message)}\n\n"
    return f"{text}what to do: {unlinked(hint)}\n\n" if hint else text


def _versions(outcome: Outcome) -> str:
    own = outcome.package.label or "?"
    if isinstance(outcome, Reviewed):
        before = outcome.before
        old = before.label if before is not None else None
        return f"{code(old)} → {code(own)}" if old not in (None, own) and old else code(own)
    candidate = outcome.candidate
    if candidate is None or not candidate.version or candidate.version == own:
        return code(own)
    new, link = code(candidate.version), address(candidate.url)
    return f"{code(own)} → {f'[{new}]({link})' if link else new}"


def _sentences(outcome: Outcome) -> list[str]:  # noqa: PLR0911 - one kind of outcome, one cell
    """Return what a row says, as parts of a cell."""
    match outcome:
        case Outdated(reason=reason) | Skipped(reason=reason):
            return [unlinked(reason)] if reason else []
        case Held(reason=reason, until=until):
            when = f" (until {until:%Y-%m-%d %H:%M} UTC)" if until is not None else ""
            return [unlinked(reason) + when]
        case Updated(reason=reason, build=build):
            return [*([unlinked(reason)] if reason else []), *_built(build)]
        case Passed(build=build):
            return _built(build)
        case Failed(stage=stage):
            return [f"{stage}: {unlinked(outcome.headline)}"]
        case Verdict(state=state, message=message):
            return [f"{state}: {unlinked(message)}" if message else state]
        case Reviewed(truth=truth, trial=trial):
            changed = ", ".join(code(one.field) for one in differences(outcome))
            named = [f"changes {changed}"] if changed else []
            parts = [*named, *_sentences(truth)]
            return parts if trial == truth else [*parts, *_sentences(trial)]
        case Current() | Identified():
            return []


def _built(build: Build | None) -> list[str]:
    if build is None:
        return []
    match build.status:
        case "passed":
            return [f"builds as {code(build.attribute)}{_checked(build)}"]
        case "skipped":
            return [f"not built: {unlinked(build.phase)}"]
        case "failed":
            found = build.diagnosis
            said = unlinked(found.message if found else build.phase)
            return [f"**{build.failure}**: {said}{_checked(build)}"]


def _checked(build: Build) -> str:
    """Say what was checked of what was built, and what was not."""
    said = [
        f"{one.name}: {code(one.detail)}"
        if one.status == "passed"
        else f"{one.name} not checked: {unlinked(one.detail)}"
        for one in build.checks
        if one.name not in ("evaluation", "build") and one.status != "failed"
    ]
    return "".join(f"; {one}" for one in said)


def _folded(outcome: Outcome, lines: int) -> Iterator[str]:
    """Yield what failed, behind its first line."""
    package = outcome.package
    match outcome:
        case Reviewed(truth=truth, trial=trial):
            yield from _folded(truth, lines)
            if trial != truth:
                yield from _folded(trial, lines)
        case Failed(stage=stage, message=message, hint=hint):
            rest = message.partition("\n")[2]
            found = outcome.build.diagnosis if outcome.build is not None else None
            told = [f"{unlinked(outcome.headline)}\n\n"]
            told += (
                [f"diagnosis: {code(found.code)}, {unlinked(found.message)}\n\n"] if found else []
            )
            told += [f"what to do: {unlinked(hint)}\n\n"] if hint else []
            told += [_last(rest, lines)] if rest and lines else []
            said = f"{package.name} ({package.file}:{package.line}): failed at {stage}"
            yield _details(said, "".join(told))
        case Verdict(state=state, message=message, hint=hint) if state != "true":
            told = [f"{unlinked(message)}\n\n"]
            told += [f"what to do: {unlinked(hint)}\n\n"] if hint else []
            said = f"{package.name} ({package.file}:{package.line}): {state}"
            yield _details(said, "".join(told))
        case Updated(build=build) if build is not None and build.status == "failed":
            said = f"{package.name} ({package.file}:{package.line}): {build.failure}"
            yield _details(said, _last(build.tail, lines) if lines else "")
        case _:
            pass


def _details(summary: str, text: str) -> str:
    return f"<details><summary>{unlinked(summary)}</summary>\n\n{text.rstrip()}\n\n</details>\n\n"


def _last(text: str, lines: int) -> str:
    return block("\n".join(text.splitlines()[-lines:])) + "\n"
