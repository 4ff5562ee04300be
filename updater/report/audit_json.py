"""What an audit says as the JSON object of ``audit --json``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.report.as_json import dumped
from updater.report.audit_schema import (
    AuditedPackageReport,
    AuditReport,
    FindingReport,
    FixReport,
    MadeFixReport,
    ReplacementReport,
    UnjudgedReport,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.audit.overlay.looks import Unjudged
    from updater.audit.overlay.mended import MadeFix
    from updater.model import Package
    from updater.model.finding import Finding, Fix
    from updater.report.located import LocatedFinding


class AuditFacts(Struct, frozen=True):
    """What is printed of an audit.

    Attributes:
        packages: those that were asked for.
        findings: what is told.
        unjudged: what could not be judged.
        made: the fixes.
        refused: finding -> why its fix was not made.
        base: the commit that findings are new against; empty where all are told.
    """

    packages: Sequence[Package]
    findings: Sequence[LocatedFinding]
    unjudged: Sequence[Unjudged]
    made: Sequence[MadeFix]
    refused: Mapping[Finding, str]
    base: str


def audit_json(facts: AuditFacts, *, written: bool) -> str:
    """Return the object of ``audit``.

    Args:
        facts: what is printed.
        written: the fixes are in the files.
    """
    packages, findings, refused = facts.packages, facts.findings, facts.refused
    by_package: dict[str, list[FindingReport]] = {}
    for place in findings:
        by_package.setdefault(place.finding.package, []).append(_finding(place, refused))
    known = {package.identity for package in packages}
    counts = Counter(place.finding.severity for place in findings)
    report = AuditReport(
        command="audit",
        base=facts.base or None,
        packages=tuple(
            AuditedPackageReport(
                package.name,
                ".".join(package.attribute),
                package.file,
                package.line,
                tuple(by_package.get(package.identity, ())),
            )
            for package in packages
        ),
        findings=tuple(
            finding
            for identity, own in by_package.items()
            if identity not in known
            for finding in own
        ),
        fixed=tuple(
            MadeFixReport(
                each.finding.rule,
                each.finding.file,
                each.line,
                each.fix.summary,
                each.fix.safety,
                written,
            )
            for each in facts.made
        ),
        unjudged=tuple(
            UnjudgedReport(each.rule or None, each.file or None, each.reason, each.failed)
            for each in facts.unjudged
        ),
        summary={word: counts[word] for word in ("error", "warning", "note") if counts[word]},
    )
    return dumped(report)


def _finding(place: LocatedFinding, refused: Mapping[Finding, str]) -> FindingReport:
    finding, region = place.finding, place.region
    return FindingReport(
        finding.rule,
        finding.severity,
        finding.file,
        region.line,
        region.column,
        region.end_line,
        region.end_column,
        finding.message,
        finding.advice or None,
        place.source,
        finding.package or None,
        _fix(finding.fix, refused.get(finding, "")) if finding.fix is not None else None,
    )


def _fix(fix: Fix, refused: str) -> FixReport:
    replacements = tuple(
        ReplacementReport(
            own.file,
            own.edit.span.start,
            own.edit.span.end,
            own.edit.new.decode("utf-8", "replace"),
        )
        for own in fix.edits
    )
    return FixReport(fix.safety, fix.summary, replacements, refused or None)
