"""Everything that rules say of a project, without what comments allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.allowance import KIND as ALLOWANCE
from updater.audit.overlay.allowances import Allowance, allowances
from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.deprecated_replace import with_sources
from updater.audit.overlay.looking import STAGE
from updater.audit.overlay.looks import Unjudged
from updater.audit.overlay.project import AuditedProject  # noqa: TC001 - msgspec reads it
from updater.audit.overlay.shelf import overlay_rules
from updater.errors import StageError, bugs_at
from updater.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from updater.audit.overlay.base import Need, OverlayRule


class Judgement(Struct, frozen=True):
    """What an audit says.

    Attributes:
        findings: in the order of files and places.
        allowed: those that a comment allows.
        unjudged: what could not be judged, and why.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether every file could be looked at."""
        return not any(each.failed for each in self.unjudged)


class Audited(Struct, frozen=True):
    """A state of a project, and what the rules say of it."""

    project: AuditedProject
    judgement: Judgement

    @property
    def texts(self) -> dict[str, bytes]:
        """The files that were read, flake.nix and default.nix with them."""
        entries = {entry.file: entry.text.data for entry in self.project.entries}
        return {**self.project.looked.overlays.texts, **entries}


def judged_rules(selected: Collection[str], needs: Collection[Need]) -> tuple[OverlayRule, ...]:
    """Return the rules of some names that can judge with what is there."""
    return tuple(rule for rule in overlay_rules() if rule.name in selected and rule.needs in needs)


def judge(project: AuditedProject, rules: Sequence[OverlayRule]) -> Judgement:
    """Return what rules say; what single files break was found when they were looked at."""
    looks = project.looked.looks.values()
    findings = [finding for look in looks for finding in look.findings]
    unjudged = [
        Unjudged(
            "", package.file, package.problem.partition("\n")[0], package.identity, failed=True
        )
        for package in project.looked.overlays.packages
        if package.problem and not package.skip
    ]
    unjudged += [each for look in looks for each in look.unjudged]
    for rule in rules:
        try:
            with bugs_at(STAGE):
                findings += _of_project(rule, project)
        except StageError as error:
            unjudged.append(Unjudged(rule.name, "", str(error), failed=True))
    try:
        with bugs_at(STAGE):
            if project.sources:
                findings = [with_sources(finding, project.compared) for finding in findings]
    except StageError as error:
        unjudged.append(Unjudged("", "", str(error), failed=True))
    every = [allowance for look in looks for allowance in look.allowances]
    for entry in project.entries:
        if entry.file not in project.looked.looks:
            every += allowances(entry.file, entry.text.data)
    rest, allowed, used = _allowed(findings, every)
    if ALLOWANCE in rules:
        all_names = frozenset(rule.name for rule in overlay_rules())
        rest += ALLOWANCE.judge_allowances(every, used, _allowance_judge(project, rules), all_names)
    files = {file: index for index, file in enumerate(project.looked.looks)}

    def place(finding: Finding) -> tuple[int, int, int, str]:
        index = files.get(finding.file, -1)
        return index, finding.span.start, finding.span.end, finding.rule

    return Judgement(tuple(sorted(dict.fromkeys(rest), key=place)), tuple(allowed), tuple(unjudged))


def _of_project(rule: OverlayRule, project: AuditedProject) -> Iterator[Finding]:
    """Yield what a rule says beside what each overlay file breaks by itself."""
    if isinstance(rule, ProjectRule):
        yield from rule.findings(project)
    for entry in project.entries:
        yield from rule.of_entry(entry)
    if rule.compares and project.sources:
        yield from rule.compared(project)


def _allowance_judge(
    project: AuditedProject, rules: Sequence[OverlayRule]
) -> Callable[[Allowance], bool]:
    """Return what tells whether the rule of an allowance has judged all of its file.

    What a rule says of pinned sources, it says of a file only if all of them were read.
    """
    judging = {rule.name: rule for rule in rules}
    unread = {
        package.file
        for package in project.looked.overlays.packages
        if not (source := project.sources.get(package.identity)) or not source.files
    }

    def is_judged(allowance: Allowance) -> bool:
        rule = judging.get(allowance.rule)
        compares = rule is not None and (rule.compares or rule.needs == "upstream")
        return rule is not None and not (compares and allowance.file in unread)

    return is_judged


def _allowed(
    findings: Iterable[Finding], every: Sequence[Allowance]
) -> tuple[list[Finding], list[Finding], set[Allowance]]:
    """Return what no allowance covers, what one covers, and the allowances that do."""
    by_file: dict[tuple[str, str], list[Allowance]] = {}
    for allowance in every:
        if allowance.reason:
            by_file.setdefault((allowance.file, allowance.rule), []).append(allowance)
    rest, allowed, used = list[Finding](), list[Finding](), set[Allowance]()
    for finding in findings:
        covering = [
            allowance
            for allowance in by_file.get((finding.file, finding.rule), ())
            if allowance.covers.start <= finding.span.start <= allowance.covers.end
        ]
        used.update(covering)
        (allowed if covering else rest).append(finding)
    return rest, allowed, used
