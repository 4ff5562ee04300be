"""What ``updater audit --json`` prints, whose JSON Schema is made from these models."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from updater.model.finding import FixSafety, Severity
from updater.report.schema import _ReportPart


class ReplacementReport(_ReportPart, frozen=True):
    """A part of a file and the text in its place; bytes count from 0."""

    file: str
    start: Annotated[int, Meta(description="The first byte")]
    end: Annotated[int, Meta(description="The byte behind the last")]
    new: str


class FixReport(_ReportPart, frozen=True):
    """How a finding is mended."""

    safety: FixSafety
    summary: str
    replacements: tuple[ReplacementReport, ...]
    refused: Annotated[str | None, Meta(description="Why it was not made, where it was tried")]


class FindingReport(_ReportPart, frozen=True):
    """A place where a rule is broken; lines and columns count from 1, columns in characters."""

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    advice: Annotated[str | None, Meta(description="What to do by hand")]
    source: Annotated[str, Meta(description="The line that it begins on")]
    package: Annotated[str | None, Meta(description="The identity of the package it is about")]
    fix: FixReport | None


class AuditedPackageReport(_ReportPart, frozen=True):
    """One package and what rules say of it."""

    name: str
    attribute: str
    file: str
    line: int
    findings: tuple[FindingReport, ...]


class MadeFixReport(_ReportPart, frozen=True):
    """A fix that was made; of a dry run, that would be."""

    rule: str
    file: str
    line: Annotated[int, Meta(description="In the text as it was at that moment")]
    summary: str
    safety: FixSafety
    written: bool


class UnjudgedReport(_ReportPart, frozen=True):
    """What could not be judged, and why."""

    rule: str | None
    file: str | None
    reason: str
    failed: Annotated[bool, Meta(description="Something is wrong; else more would be needed")]


class AuditReport(_ReportPart, frozen=True, kw_only=True):
    """The object of ``audit``."""

    schema: Literal[1] = 1
    command: Literal["audit"]
    base: Annotated[str | None, Meta(description="The commit that findings are new against")]
    packages: tuple[AuditedPackageReport, ...]
    findings: Annotated[
        tuple[FindingReport, ...], Meta(description="Those that are about no package")
    ]
    fixed: tuple[MadeFixReport, ...]
    unjudged: tuple[UnjudgedReport, ...]
    summary: Annotated[dict[str, int], Meta(description="Severity -> number of findings")]
