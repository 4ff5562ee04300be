"""What a release requires, and the edits that it makes necessary, as `schema` models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.report.schema import AdaptationReport, ChangedRequirement, RequirementsReport

if TYPE_CHECKING:
    from updater.model.adaptation import Adaptation
    from updater.model.research import RequirementFacts


def requirements_report(facts: RequirementFacts | None) -> RequirementsReport | None:
    """Return what a release requires; None where nobody looked."""
    if facts is None:
        return None
    changes, python = facts.changes, "Python"
    if changes is None:
        return RequirementsReport(None, None, None, facts.unmet)
    added, removed = (
        tuple(
            f"{python}{text}" if change.name == python else text
            for change in changes
            if change.kind == kind and (text := change.new or change.old)
        )
        for kind in ("added", "removed")
    )
    changed = tuple(
        ChangedRequirement(change.name, change.old, change.new)
        for change in changes
        if change.kind == "changed"
    )
    return RequirementsReport(added, removed, changed, facts.unmet)


def adaptation_report(adaptation: Adaptation) -> AdaptationReport:
    """Return an edit beside the pin."""
    return AdaptationReport(
        adaptation.kind,
        adaptation.field,
        adaptation.input,
        adaptation.reason,
        adaptation.applied,
    )
