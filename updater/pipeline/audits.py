"""What a change breaks in an overlay that was not broken before: rules that one file decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.judging import judged_rules
from updater.audit.overlay.looking import look, text_rules
from updater.audit.overlay.ratchet import new_findings
from updater.audit.overlay.shelf import overlay_rules
from updater.find.packages import read_file
from updater.model import PinWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.audit.overlay.base import Need, TextRule
    from updater.config.load import Config
    from updater.model import Change
    from updater.model.finding import Finding


def selected_rules(config: Config) -> frozenset[str]:
    """Return the names of the rules that the configuration selects; one that is none is left out.

    `updater audit` tells such a name.
    """
    needs: tuple[Need, ...] = ("text",)
    options = config.document.audit
    chosen = set(options.select or (rule.name for rule in overlay_rules()))
    return frozenset(rule.name for rule in judged_rules(chosen - set(options.ignore), needs))


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

    def new(self, change: Change) -> tuple[PinWarning, ...]:
        """Return what a change breaks, as warnings; nothing for a file that stays as it is."""
        file, before, after = change.package.file, change.before, change.after
        if before == after:
            return ()
        now, then = (
            look(file, data, read_file(data, file), self.rules).findings for data in (after, before)
        )
        new = new_findings(now, then, lambda _: after, lambda _: before)
        return warnings_of(new, after)


def warnings_of(findings: Iterable[Finding], data: bytes) -> tuple[PinWarning, ...]:
    """Return findings of one file as warnings, each with its line; mere notes are left out."""
    warnings = []
    for finding in findings:
        line = data.count(b"\n", 0, finding.span.start) + 1
        if finding.severity != "note":
            message = f"{finding.message} ({finding.file}:{line})"
            warnings.append(PinWarning(finding.rule, message))
    return tuple(warnings)
