"""Outcomes -> the JSON object of DESIGN's contract, as `schema` models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import msgspec

from updater.effects.runner import log_place
from updater.errors import StageError
from updater.model import (
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
from updater.report.adaptations import adaptation_report, requirements_report
from updater.report.differences import differences
from updater.report.schema import (
    BuildReport,
    ChangeReport,
    CheckReport,
    ComposedFileReport,
    ComposedPackageReport,
    ComposingCommand,
    CompositionReport,
    ConversionReport,
    DiagnosisReport,
    ErrorObject,
    ErrorReport,
    HashReport,
    JobReport,
    NewestReport,
    PackageReport,
    PackageReviewReport,
    PackageTruthReport,
    PinnedReport,
    PlanReport,
    PrefetchReport,
    PullRequestReport,
    Report,
    ReviewReport,
    SettingsReport,
    StartReport,
    Status,
    TruthsReport,
    WarningReport,
)
from updater.report.settings import package_report, setting_reports
from updater.report.summary import count, status
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from updater.compose.additions import AddedPackage
    from updater.compose.trees import ComposedFile
    from updater.config.effective import Setting
    from updater.errors import UpdaterError
    from updater.model import Build, Hashed, Outcome, Package, Sri
    from updater.model.pulls import PullRequestLink
    from updater.report.listing import ListedPackage
    from updater.report.schema import HashForm


def outcomes_json(command: str, outcomes: Sequence[Outcome]) -> str:
    """Return the object of ``check`` and ``bump``."""
    packages = tuple(_package(outcome) for outcome in outcomes)
    return dumped(Report(command=command, packages=packages, summary=count(outcomes)))


def truths_json(command: str, outcomes: Sequence[Outcome]) -> str:
    """Return the object of ``identify`` and ``verify``."""
    packages = tuple(PackageTruthReport(**_reported(one), **_truth(one)) for one in outcomes)
    return dumped(TruthsReport(command=command, packages=packages, summary=count(outcomes)))


def reviews_json(base: str, outcomes: Sequence[Outcome], notes: Sequence[str]) -> str:
    """Return the object of ``review``."""
    packages = tuple(
        PackageReviewReport(**_reported(one), **_review(one))
        for one in outcomes
        if isinstance(one, Reviewed)
    )
    return dumped(
        ReviewReport(
            command="review",
            base=base,
            packages=packages,
            summary=count(outcomes),
            notes=tuple(notes),
        )
    )


def _review(outcome: Reviewed) -> dict[str, Any]:
    before, truth, trial = outcome.before, outcome.truth, outcome.trial
    return {
        "old": before.label if before is not None else None,
        "added": before is None and not isinstance(truth, Skipped),
        "state": truth.state if isinstance(truth, Verdict) else None,
        "hint": truth.hint or None if isinstance(truth, Verdict) else None,
        "unverified": truth.reason if isinstance(truth, Skipped) else None,
        "unbuilt": trial.reason if isinstance(trial, Skipped) else None,
    }


def _truth(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Identified(looked_at=looked_at):
            return {"looked_at": looked_at}
        case Verdict(state=state, hint=hint):
            return {"state": state, "hint": hint or None}
        case _:
            return {}


def listing_json(listed: Sequence[ListedPackage]) -> str:
    """Return the object of ``list``."""
    packages = tuple(
        PackageReport(
            **_facts(one.package),
            track=one.track or None,
            status=cast("Status", one.status),
            reason=one.reason or None,
        )
        for one in listed
    )
    summary: dict[str, int] = {}
    for one in listed:
        summary[one.status] = summary.get(one.status, 0) + 1
    return dumped(Report(command="list", packages=packages, summary=summary))


def prefetch_json(ref: str, url: str, hashed: Hashed, seconds: float) -> str:
    """Return the object of ``prefetch``."""
    report = PrefetchReport(
        command="prefetch", ref=ref, url=url, hash=_hash(hashed), seconds=round(seconds, 3)
    )
    return dumped(report)


def composition_json(
    command: ComposingCommand,
    packages: Sequence[AddedPackage],
    files: Sequence[ComposedFile],
    *,
    written: bool,
    pull: PullRequestLink | None = None,
) -> str:
    """Return the object of ``add`` or ``remove``."""
    return dumped(
        CompositionReport(
            command=command,
            packages=tuple(
                ComposedPackageReport(
                    own.package.name,
                    ".".join(own.package.attribute),
                    own.package.file,
                    own.version,
                    own.source,
                    _build(own.build),
                    own.notes,
                )
                for own in packages
            ),
            files=tuple(ComposedFileReport(own.file, own.kind) for own in files),
            written=written,
            pull_request=PullRequestReport(pull.url, pull.number, pull.state) if pull else None,
        )
    )


def conversion_json(text: str, sri: Sri, form: HashForm, value: str) -> str:
    """Return the object of ``prefetch --convert``."""
    return dumped(
        ConversionReport(
            command="prefetch", text=text, algorithm=sri.algorithm, form=form, value=value
        )
    )


def start_json(written: Sequence[str], present: Sequence[str], packages: Sequence[Package]) -> str:
    """Return the object of ``init``."""
    names = tuple(package.name for package in packages)
    return dumped(
        StartReport(command="init", written=tuple(written), present=tuple(present), packages=names)
    )


def plan_json(jobs: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return the object of ``plan`` on one line, as a step's output wants it."""
    include = tuple(JobReport(id=name, packages=tuple(packages)) for name, packages in jobs)
    return _encoded(PlanReport(include=include)).decode()


def settings_json(
    root: str,
    file: str,
    project: Sequence[Setting],
    packages: Sequence[tuple[Package, Sequence[Setting]]],
) -> str:
    """Return the object of ``config show``."""
    report = SettingsReport(
        command="config",
        root=root,
        file=file or None,
        settings=setting_reports(project),
        packages=tuple(package_report(package, settings) for package, settings in packages),
    )
    return dumped(report)


def error_json(command: str, error: UpdaterError) -> str:
    """Return the object of a command that could not run."""
    stage = error.stage if isinstance(error, StageError) else "arguments"
    report = ErrorReport(stage=stage, message=error.message, hint=error.hint)
    return dumped(ErrorObject(command=command, error=report))


def dumped(report: msgspec.Struct) -> str:
    """Return a report as JSON in which nothing acts and nothing is secret."""
    # "##[" begins a command to GitHub Actions wherever it stands; in JSON only strings have it.
    text = without_secrets(msgspec.json.format(_encoded(report), indent=2).decode())
    return text.replace("##[", "#\\u0023[")


def _encoded(report: msgspec.Struct) -> bytes:
    try:
        return msgspec.json.encode(report)
    except UnicodeEncodeError:
        # Names of files and attributes may be any bytes, JSON's are UTF-8: `?` is in their place,
        # as which a PKG argument matches them.
        text = json.dumps(msgspec.to_builtins(report), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def _facts(package: Package) -> dict[str, Any]:
    source = package.source
    return {
        "name": package.name,
        "attribute": ".".join(package.attribute),
        "file": package.file,
        "line": package.line,
        "fetcher": source.fetcher if source is not None else None,
        "source": {one.name: one.value for one in source.fields} if source is not None else {},
        "version": package.label,
    }


def _package(outcome: Outcome) -> PackageReport:
    return PackageReport(**_reported(outcome))


def _reported(outcome: Outcome) -> dict[str, Any]:
    candidate, pinned = outcome.candidate, outcome.pinned
    facts: dict[str, Any] = {}
    if candidate is not None:
        facts = {
            "latest": candidate.version or None,
            "ref": candidate.ref or None,
            "commit": candidate.commit or None,
            "published": candidate.published,
            "url": candidate.url or None,
        }
    newest = outcome.newest
    if newest is not None:
        facts["newest"] = NewestReport(
            version=newest.version,
            ref=newest.ref or None,
            published=newest.published,
            url=newest.url or None,
        )
    pull = outcome.pull_request
    if pull is not None:
        facts["pull_request"] = PullRequestReport(
            url=pull.url, number=pull.number, state=pull.state
        )
    if pinned is not None:
        facts["pinned"] = PinnedReport(rev=pinned.rev, commit=pinned.commit, version=pinned.version)
    return {
        **_facts(outcome.package),
        **facts,
        **_own(outcome),
        "track": str(outcome.tracking) if outcome.tracking is not None else None,
        "status": cast("Status", status(outcome)),
        "warnings": tuple(WarningReport(code=w.code, message=w.message) for w in outcome.warnings),
        "requirements": requirements_report(outcome.requirements),
    }


def _own(outcome: Outcome) -> dict[str, Any]:  # noqa: PLR0911 - one return a kind
    """Return what only one kind of outcome has."""
    match outcome:
        case Outdated(reason=reason, awaits_source=awaits):
            return {"reason": reason or None, "awaits_source": awaits}
        case Updated(change=change, hashed=hashed, written=written, reason=reason, build=build):
            changes = tuple(
                ChangeReport(field=one.field, line=one.line, old=one.old, new=one.new)
                for one in change.fields
            )
            return {
                "reason": reason or None,
                "written": written,
                "changes": changes,
                "adaptations": tuple(map(adaptation_report, outcome.adaptations)),
                "hash": _hash(hashed) if hashed is not None else None,
                "build": _build(build),
            }
        case Held(reason=reason, until=until):
            return {"reason": reason, "until": until}
        case Skipped(reason=reason):
            return {"reason": reason}
        case Verdict(message=message):
            return {"reason": message or None}
        case Passed(build=build):
            return {"build": _build(build)}
        case Reviewed():
            return _own_review(outcome)
        case Failed(stage=stage, message=message, hint=hint, build=build):
            return {
                "build": _build(build),
                "reason": message,
                "error": ErrorReport(stage=stage, message=message, hint=hint),
            }
        case _:
            return {}


def _own_review(outcome: Reviewed) -> dict[str, Any]:
    truth, trial = outcome.truth, outcome.trial
    broken = next((one for one in (truth, trial) if isinstance(one, Failed)), None)
    return {
        "reason": (truth.message or None) if isinstance(truth, Verdict) else None,
        "changes": tuple(
            ChangeReport(field=one.field, line=one.line, old=one.old, new=one.new)
            for one in differences(outcome)
        ),
        "build": _build(trial.build) if not isinstance(trial, Skipped) else None,
        "error": ErrorReport(stage=broken.stage, message=broken.message, hint=broken.hint)
        if broken is not None
        else None,
    }


def _build(build: Build | None) -> BuildReport | None:
    if build is None:
        return None
    diagnosis = build.diagnosis
    return BuildReport(
        status=build.status,
        attribute=build.attribute,
        seconds=build.seconds,
        phase=build.phase,
        log=log_place(build.log) or None,
        tail=build.tail,
        diagnosis=DiagnosisReport(
            code=diagnosis.code, message=diagnosis.message, hint=diagnosis.hint
        )
        if diagnosis is not None
        else None,
        sandboxed=build.sandboxed,
        checks=tuple(CheckReport(one.name, one.status, one.detail) for one in build.checks),
    )


def _hash(hashed: Hashed) -> HashReport:
    return HashReport(
        value=str(hashed.sri), method=hashed.method, downloaded_bytes=hashed.downloaded_bytes
    )
