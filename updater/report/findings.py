"""What an audit says, as lines for people: by file, with the line of the source and a caret."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.report.layout import Piece, PrintedLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.model.finding import Finding, FixSafety, Severity
    from updater.report.layout import Style
    from updater.report.located import LocatedFinding

_STYLES: dict[Severity, Style] = {"error": "bad", "warning": "waiting", "note": "new"}
_LONGEST_SOURCE = 160
_FIXES: dict[FixSafety, str] = {
    "safe": "safe fix",
    "built": "fix, safe after a build",
    "unsafe": "unsafe fix",
}
# Of a fix that a run left, what makes it.
_LEFT: dict[FixSafety, str] = {
    "safe": "safe fix",
    "built": "not fixed, since it is safe only after a build, which --nix makes",
    "unsafe": "not fixed, since it is unsafe; --unsafe-fixes makes it",
}


class UnjudgedPart(Struct, frozen=True):
    """What could not be judged: the rule or the file, and why."""

    about: str
    reason: str
    failed: bool = False


class AuditView(Struct, frozen=True):
    """What is shown of an audit.

    Attributes:
        fixed: what was mended, one line each.
        refused: finding -> why its fix was not made.
        base: the commit that findings are new against; empty where all are told.
        mends: the run makes fixes, so that what is left is told with its reason.
    """

    findings: Sequence[LocatedFinding]
    unjudged: Sequence[UnjudgedPart] = ()
    fixed: Sequence[str] = ()
    refused: Mapping[Finding, str] = {}
    base: str = ""
    mends: bool = False


def finding_lines(view: AuditView, *, quiet: bool) -> Iterator[PrintedLine]:
    """Yield every finding, what could not be judged, and how many there are."""
    for text in view.fixed:
        yield (Piece("fixed", "good"), Piece(f"  {text}"))
    if view.fixed and view.findings:
        yield ()
    file = ""
    for place in view.findings:
        if file and not quiet:
            yield ()
        file = place.finding.file
        yield from _finding(place, view, quiet=quiet)
    if quiet:
        return
    if view.findings:
        yield ()
    for part in view.unjudged:
        style: Style = "bad" if part.failed else "quiet"
        yield (Piece("not judged", style), Piece(f"  {part.about}: {part.reason}"))
    yield (Piece(_summary(view)),)


def _finding(place: LocatedFinding, view: AuditView, *, quiet: bool) -> Iterator[PrintedLine]:
    finding, region = place.finding, place.region
    style = _STYLES[finding.severity]
    yield (
        Piece(f"{finding.file}:{region.line}:{region.column}  "),
        Piece(finding.severity, style),
        Piece(f"  {finding.message}  "),
        Piece(f"[{finding.rule}]", "quiet"),
    )
    if quiet:
        return
    number = str(region.line)
    margin = " " * len(number)
    if len(place.source) <= _LONGEST_SOURCE:
        yield (Piece(f"  {number} | {place.source}".rstrip()),)
        yield (Piece(f"  {margin} | "), Piece(place.caret, style))
    remedy = _remedy(finding, view)
    if remedy:
        yield (Piece(f"  {margin} = {remedy}"),)


def _remedy(finding: Finding, view: AuditView) -> str:
    reason = view.refused.get(finding, "")
    if reason:
        return f"not fixed: {reason}"
    if finding.fix is not None:
        how = _LEFT if view.mends else _FIXES
        return f"{how[finding.fix.safety]}: {finding.fix.summary}"
    if view.mends:
        return f"no fix: {finding.advice}" if finding.advice else "no fix"
    return finding.advice


def _summary(view: AuditView) -> str:
    since = f" that {view.base} does not have" if view.base else ""
    if not view.findings:
        return f"no findings{since}"
    counts = Counter(place.finding.severity for place in view.findings)
    words = [
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in _STYLES
        if counts[severity]
    ]
    text = f"{', '.join(words)}{since}"
    safeties = Counter(
        place.finding.fix.safety for place in view.findings if place.finding.fix is not None
    )
    if view.mends or not safeties:
        return text
    options = []
    if safeties["safe"]:
        options.append(f"{safeties['safe']} with --fix")
    if safeties["built"]:
        options.append(f"{safeties['built']} with --fix --nix, if it builds")
    if safeties["unsafe"]:
        options.append(f"{safeties['unsafe']} with --unsafe-fixes")
    return f"{text}; can be fixed: {', '.join(options)}"
