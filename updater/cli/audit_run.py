"""One run of `audit`: what is shown, what is mended, and how that is printed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from updater.audit.overlay.fixing import FixRun
from updater.audit.overlay.ratchet import new_findings
from updater.cli.audited import AuditScope, audited_texts
from updater.cli.output import paint, print_diff, write
from updater.effects import files, writes
from updater.effects.git import own as git
from updater.model import FileChange
from updater.report.annotations import finding_marks
from updater.report.audit_json import AuditFacts, audit_json
from updater.report.findings import AuditView, UnjudgedPart, finding_lines
from updater.report.located import located
from updater.report.sarif import sarif_log
from updater.report.unified_diff import files_diff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.audit.overlay.judging import Audited
    from updater.audit.overlay.mended import MadeFix, Mended
    from updater.cli.request import Request
    from updater.cli.session import Session
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety
    from updater.pipeline.pipeline import Pipeline


class Shown(Struct, frozen=True):
    """Which findings are told.

    Attributes:
        packages: only those about these, by identity; None for all.
        before: only those that this earlier state does not have; None for all.
    """

    packages: frozenset[str] | None
    before: Audited | None

    def of(self, state: Audited) -> tuple[Finding, ...]:
        """Return those of a state's findings that are told."""
        findings = state.judgement.findings
        if self.before is not None:
            findings = new_findings(
                findings,
                self.before.judgement.findings,
                state.project.text,
                self.before.project.text,
            )
        return self.about(findings)

    def about(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return those of some findings that are about the packages."""
        packages = self.packages
        if packages is None:
            return findings
        return tuple(finding for finding in findings if finding.package in packages)


class AuditRun(Struct, frozen=True):
    """What is audited, and for whom.

    Attributes:
        packages: those that were asked for.
        since: the commit that findings are new against; empty where all are told.
    """

    request: Request
    scope: AuditScope
    now: Audited
    shown: Shown
    packages: Sequence[Package]
    since: str

    def tell(self) -> tuple[Finding, ...]:
        """Print the findings, and return them."""
        findings = self.shown.of(self.now)
        self._print(self.now, findings, None, dry_run=False)
        return findings

    def sarif(self) -> tuple[Finding, ...]:
        """Print a log for code scanning, and return the findings."""
        findings = self.shown.of(self.now)
        _, prefix = anyio.run(git.place, self.scope.root)
        allowed = self.shown.about(self.now.judgement.allowed)
        is_readable = self.now.judgement.readable
        text = self.now.project.text
        log = sarif_log(findings, allowed, self.scope.rules, text, prefix, is_readable=is_readable)
        write(log)
        self._annotate(self.now, findings)
        return findings

    def mend(
        self, safeties: Sequence[FixSafety], session: Session | None, *, dry_run: bool
    ) -> tuple[Finding, ...]:
        """Make the fixes that are safe enough, and return what is left.

        Args:
            safeties: how safe a fix must be to be made without a build.
            session: builds what is safe only after that; None where nothing is built.
            dry_run: nothing is written.

        Raises:
            WriteError: a file cannot be written, or has changed meanwhile.
        """
        overlays = self.now.project.looked.overlays
        fixes = FixRun(
            self.now,
            lambda texts: audited_texts(
                self.scope,
                texts,
                tuple(overlays.texts),
                lambda file: files.exists(self.scope.root / file),
            ),
            safeties,
            self.shown.of,
        )
        if session is None:
            mended = fixes.run()
        else:

            async def built(pipeline: Pipeline) -> list[Mended]:
                return [await fixes.run_built(pipeline.fix_trials(overlays).refusal)]

            (mended,) = session.run(built)
        before = self.now.texts
        for file, data in mended.texts.items():
            if not dry_run:
                writes.replace(self.scope.root / file, before[file], data, file)
        if dry_run and not self.request.json:
            changed = sorted(mended.texts.items())
            diff = files_diff(FileChange(file, before[file], data) for file, data in changed)
            print_diff(self.request, diff)
        left = self.shown.of(mended.left)
        self._print(mended.left, left, mended, dry_run=dry_run)
        return left

    def _print(
        self,
        state: Audited,
        findings: Sequence[Finding],
        mended: Mended | None,
        *,
        dry_run: bool,
    ) -> None:
        text, judgement = state.project.text, state.judgement
        places = [located(finding, text(finding.file)) for finding in findings]
        made: tuple[MadeFix, ...] = mended.made if mended is not None else ()
        refused = (
            {finding: reason for finding in findings if (reason := mended.refused(finding))}
            if mended is not None
            else {}
        )
        if self.request.json:
            facts = AuditFacts(self.packages, places, judgement.unjudged, made, refused, self.since)
            write(audit_json(facts, written=not dry_run))
        else:
            unable = ", ".join(rule.name for rule in self.scope.unable)
            needs = {rule.needs for rule in self.scope.unable}
            options = " or ".join(f"--{need}" for need in ("upstream", "nix") if need in needs)
            unjudged = [UnjudgedPart(unable, f"{options} is not given")] if unable else []
            unjudged += [
                UnjudgedPart(each.package or each.file or each.rule, each.reason, each.failed)
                for each in judgement.unjudged
            ]
            fixed = [
                f"{each.finding.file}:{each.line}  {each.fix.summary}  [{each.finding.rule}]"
                for each in made
            ]
            view = AuditView(places, unjudged, fixed, refused, self.since, mends=mended is not None)
            stream = sys.stderr if dry_run else sys.stdout  # stdout is for the diff alone
            paint(finding_lines(view, quiet=self.request.quiet), self.request, stream)
        self._annotate(state, findings, aside=dry_run)

    def _annotate(
        self, state: Audited, findings: Sequence[Finding], *, aside: bool = False
    ) -> None:
        """Tell GitHub Actions of the findings, where it runs this."""
        if os.environ.get("GITHUB_ACTIONS") != "true":
            return
        _, prefix = anyio.run(git.place, self.scope.root)
        marks = finding_marks(findings, state.project.text)
        lines = [f"{mark.command(prefix)}\n" for mark in marks]
        aside = aside or self.request.json
        (sys.stderr if aside else sys.stdout).writelines(lines)
