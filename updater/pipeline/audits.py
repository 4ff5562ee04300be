"""What a change breaks in an overlay that was not broken before: rules that one file decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.judging import judged_rules
from updater.audit.overlay.looking import look, text_rules
from updater.audit.overlay.ratchet import new_findings
from updater.audit.overlay.shelf import overlay_rules
from updater.kinds import FETCH_FUNCTIONS
from updater.model import PinWarning
from updater.overlay.reading.file import parse_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.audit.overlay.base import Need, TextRule
    from updater.config.load import Config
    from updater.model import Change, FunctionFile
    from updater.model.finding import Finding


def selected_names(config: Config) -> frozenset[str]:
    """Return the names of rules that the configuration selects, one that is none among them."""
    options = config.document.audit
    chosen = set(options.select or (rule.name for rule in overlay_rules()))
    return frozenset(chosen - set(options.ignore))


def selected_rules(config: Config) -> frozenset[str]:
    """Return the names of the selected rules that files decide; one that is none is left out.

    `updater audit` tells such a name.
    """
    needs: tuple[Need, ...] = ("text",)
    return frozenset(rule.name for rule in judged_rules(selected_names(config), needs))


class ChangeAudit(Struct, frozen=True):
    """Audits what changes in one file.

    Attributes:
        rules: those that judge.
    """

    rules: tuple[TextRule, ...]

    @classmethod
    def of(cls, config: Config) -> ChangeAudit:
        """Return an audit by the rules that the configuration selects."""
        return cls(text_rules(tuple(selected_rules(config))))

    def new(self, changes: Sequence[Change]) -> dict[str, tuple[PinWarning, ...]]:
        """Return what changes of one file break, by the identity of the package that changes.

        The file is judged once before and once after all of them, however many they are. What is
        wrong with another package, or with the file, is told of the first of them.

        Args:
            changes: each of the text that the one before leaves.
        """
        first = changes[0].package
        before, after = changes[0].before, changes[-1].after
        if before == after:
            return {}
        called = {own.path: own for change in changes for own in change.package.functions}
        functions = tuple(called.values())
        now, then = (self._findings(first.file, data, functions) for data in (after, before))
        changed = {change.package.identity for change in changes}
        new: dict[str, list[Finding]] = {}
        for finding in new_findings(now, then, lambda _: after, lambda _: before):
            owner = finding.package if finding.package in changed else first.identity
            new.setdefault(owner, []).append(finding)
        return {identity: warnings_of(findings, after) for identity, findings in new.items()}

    def _findings(
        self, file: str, data: bytes, functions: tuple[FunctionFile, ...]
    ) -> tuple[Finding, ...]:
        """Return the findings of a file; as a rule it was parsed for the plan a moment ago."""
        parsed = parse_file(data, file, FETCH_FUNCTIONS, functions)
        text = None if functions else parsed.text  # rules read what stands in the file itself
        return look(file, data, parsed.content.packages, self.rules, text).findings


def warnings_of(findings: Iterable[Finding], data: bytes) -> tuple[PinWarning, ...]:
    """Return findings of one file as warnings, each with its line; mere notes are left out."""
    warnings = []
    for finding in findings:
        line = data.count(b"\n", 0, finding.span.start) + 1
        if finding.severity != "note":
            message = f"{finding.message} ({finding.file}:{line}; rule {finding.rule})"
            warnings.append(PinWarning(finding.rule, message))
    return tuple(warnings)
