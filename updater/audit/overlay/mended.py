"""What fixing made of a project: the fixes that were made, and those that were not, with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.audit.overlay.judging import Audited
    from updater.model.finding import Finding, Fix


class MadeFix(Struct, frozen=True):
    """A fix that was made, with the finding that it mends as it was told.

    Attributes:
        line: where that was, in the text as it was then.
    """

    finding: Finding
    fix: Fix
    line: int


RefusalKey: TypeAlias = tuple[str, str, bytes]


class RefusedFix(Struct, frozen=True):
    """A fix that was not made, and why."""

    key: RefusalKey
    finding: Finding
    reason: str


class Mended(Struct, frozen=True):
    """What fixing made of a project.

    Attributes:
        texts: the files that are changed, by name.
        left: the project after it, with what the rules say of the result.
    """

    texts: Mapping[str, bytes]
    made: tuple[MadeFix, ...]
    refusals: tuple[RefusedFix, ...]
    left: Audited

    def refused(self, finding: Finding) -> str:
        """Return why the fix of a finding that is left was not made, or an empty string."""
        key = fix_key(finding, self.left.texts)
        return next((each.reason for each in self.refusals if each.key == key), "")


def fix_key(finding: Finding, texts: Mapping[str, bytes]) -> RefusalKey:
    """Return what makes a finding the same one after other fixes."""
    data = texts.get(finding.file, b"")
    place = data[: finding.span.start].rpartition(b"\n")[2]
    written = data[finding.span.start : finding.span.end]
    return finding.rule, f"{finding.file}#{finding.package}", place + written
