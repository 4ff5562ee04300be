"""Outcomes -> workflow commands of GitHub Actions that mark lines of a pull request.

Source of the form and its escaping: GitHub docs, "Workflow commands for GitHub Actions", and the
toolkit's own ``@actions/core``, which escapes ``%``, line ends and, in properties, ``:`` and ``,``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.model import HASH_FIELDS, Failed, Reviewed, Verdict
from updater.text import one_line, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from updater.model import Outcome, Package
    from updater.model.finding import Finding

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}
_ADDRESS = ("url", "urls[0]")
_FIELDS = {
    "wrong hash": HASH_FIELDS,
    "false version": ("version",),
    "yanked": ("version",),
    "drifted": ("rev", "tag", *_ADDRESS),
    "tag moved": ("tag", "rev", *_ADDRESS),
    "gone": ("tag", "rev", "version", *_ADDRESS),
}


class Annotation(Struct, frozen=True):
    """What is said about a line.

    Attributes:
        file: relative to the root, with ``/``; an empty string where it is about no line.
    """

    level: Literal["error", "warning"]
    file: str
    line: int
    title: str
    message: str

    def command(self, prefix: str = "") -> str:
        """Return the workflow command, one line that cannot end early or begin another.

        Args:
            prefix: the root's path in its repository, empty or with a slash at the end.
        """
        where = {"title": self.title}
        if self.file:
            where = {"file": f"{prefix}{self.file}", "line": str(self.line), **where}
        fields = ",".join(f"{name}={_escaped(text, _PROPERTY)}" for name, text in where.items())
        return f"::{self.level} {fields}::{_escaped(without_secrets(self.message), _DATA)}"


def whole(command: str, notes: Sequence[str]) -> Iterator[Annotation]:
    """Yield what is to be known of a command as a whole."""
    for note in notes:
        yield Annotation("warning", "", 0, f"updater {command}", note)


def finding_marks(
    findings: Sequence[Finding], text: Callable[[str], bytes]
) -> Iterator[Annotation]:
    """Yield what rules say of the overlays, each at its line; a note is a warning here."""
    for finding in findings:
        line = text(finding.file).count(b"\n", 0, finding.span.start) + 1
        level: Literal["error", "warning"] = "error" if finding.severity == "error" else "warning"
        advice = f"\n{finding.advice}" if finding.advice else ""
        message = f"{finding.message}{advice}"
        yield Annotation(level, finding.file, line, f"updater audit: {finding.rule}", message)


def marks(outcomes: Sequence[Outcome]) -> Iterator[Annotation]:
    """Yield what is wrong, at the line to blame; of a review also its warnings."""
    for outcome in outcomes:
        package = outcome.package
        match outcome:
            case Failed():
                yield _failed(outcome)
            case Verdict():
                yield from _untrue(outcome)
            case Reviewed(truth=truth, trial=trial):
                yield from marks([truth, trial])
                for warning in outcome.warnings:
                    line = _line(package, ("version",))
                    yield _about(package, line, warning.code, warning.message, level="warning")
            case _:
                pass


def _failed(outcome: Failed) -> Annotation:
    package = outcome.package
    place = rf"(?<![\w/.-]){re.escape(package.file)}:(?:[^\n]*?\bline )?(\d+)"
    named = re.search(place, outcome.message)
    line = int(named[1]) if named is not None else package.line
    hint = f"\n{outcome.hint}" if outcome.hint else ""
    return _about(package, line, f"failed at {outcome.stage}", f"{outcome.headline}{hint}")


def _untrue(outcome: Verdict) -> Iterator[Annotation]:
    if outcome.state != "true":
        package = outcome.package
        line = _line(package, _FIELDS[outcome.state])
        hint = f"\n{outcome.hint}" if outcome.hint else ""
        yield _about(package, line, outcome.state, f"{outcome.message}{hint}")


def _line(package: Package, names: Sequence[str]) -> int:
    """Return the line of the first of these fields that the pin has, else the package's."""
    for name in names:
        field = package.source.get(name) if package.source is not None else None
        if name == "version" and package.version is not None:
            field = package.version
        if field is not None:
            return field.line
    return package.line


def _about(
    package: Package,
    line: int,
    what: str,
    message: str,
    *,
    level: Literal["error", "warning"] = "error",
) -> Annotation:
    return Annotation(level, package.file, line, one_line(f"{package.name}: {what}"), message)


def _escaped(text: str, table: dict[str, str]) -> str:
    return re.sub("|".join(map(re.escape, table)), lambda match: table[match[0]], text)
