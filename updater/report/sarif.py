"""What an audit says as SARIF 2.1.0, for code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub docs,
"SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from updater import __version__
from updater.report.located import located, region_of
from updater.report.rule_pages import rule_help
from updater.text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from updater.audit.overlay.base import OverlayRule
    from updater.model.finding import Finding, Fix
    from updater.report.located import Region

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif_log(  # noqa: PLR0913 - a log has as many parts
    findings: Sequence[Finding],
    allowed: Sequence[Finding],
    rules: Sequence[OverlayRule],
    text: Callable[[str], bytes],
    prefix: str,
    *,
    is_readable: bool,
) -> str:
    """Return a log with one run.

    Args:
        findings: what is told.
        allowed: what comments allow, which code scanning shows as dismissed.
        rules: those that judged.
        text: returns a file's bytes.
        prefix: the root's path in its repository, empty or with a slash at the end.
        is_readable: everything could be looked at.
    """
    names = [rule.name for rule in rules]
    results = [
        *(_result(finding, names, text, prefix) for finding in findings),
        *(
            {**_result(finding, names, text, prefix), "suppressions": [{"kind": "inSource"}]}
            for finding in allowed
        ),
    ]
    run = {
        "tool": {
            "driver": {
                "name": "updater",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [{"executionSuccessful": is_readable}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return without_secrets(json.dumps(log, indent=2, ensure_ascii=True))


def _rule(rule: OverlayRule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.why, "markdown": rule_help(rule)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(
    finding: Finding, names: Sequence[str], text: Callable[[str], bytes], prefix: str
) -> dict[str, Any]:
    data = text(finding.file)
    place = located(finding, data)
    message = f"{finding.message}. {finding.advice}" if finding.advice else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.file, prefix),
                    "region": {**_region(place.region), "snippet": {"text": place.source}},
                },
                **_logical(finding),
            }
        ],
        "partialFingerprints": {"rulePackageLine/v1": _fingerprint(finding, place.source)},
    }
    if finding.rule in names:
        result["ruleIndex"] = names.index(finding.rule)
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, text, prefix)]
    return result


def _logical(finding: Finding) -> dict[str, Any]:
    if not finding.package:
        return {}
    return {"logicalLocations": [{"fullyQualifiedName": finding.package, "kind": "module"}]}


def _fix(fix: Fix, text: Callable[[str], bytes], prefix: str) -> dict[str, Any]:
    files = dict.fromkeys(own.file for own in fix.edits)
    return {
        "description": {"text": fix.summary},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file, prefix),
                "replacements": [
                    {
                        "deletedRegion": _region(region_of(own.edit.span, text(file))),
                        "insertedContent": {"text": own.edit.new.decode("utf-8", "replace")},
                    }
                    for own in fix.edits
                    if own.file == file
                ],
            }
            for file in files
        ],
    }


def _artifact(file: str, prefix: str) -> dict[str, str]:
    return {"uri": quote(f"{prefix}{file}"), "uriBaseId": "%SRCROOT%"}


def _region(region: Region) -> dict[str, int]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _fingerprint(finding: Finding, source: str) -> str:
    about: Iterable[str] = (finding.rule, finding.package or finding.file, source.strip())
    return hashlib.sha256("\n".join(about).encode("utf-8", "replace")).hexdigest()[:32]
