"""A version that is not what the source declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.project import first_line
from updater.errors import PatchError
from updater.kinds import WRITABLE
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.patch import plan_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.project import AuditedProject
    from updater.audit.overlay.sources import PinnedSource
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety, Severity


class TrueLabel(ProjectRule):
    """A label that is another version's."""

    name: ClassVar[str] = "true-label"
    title: ClassVar[str] = "The version is what the source declares."
    why: ClassVar[str] = (
        "Requirements are compared with the version, upgrades go by it, and people read it. A "
        "label that was raised without its source says that a fix is there which is not."
    )
    bad: ClassVar[str] = """\
version = "1.1.7"; # the source's pyproject.toml says 1.1.5
"""
    good: ClassVar[str] = """\
version = "1.1.5";
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "safe"
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "`-unstable-YYYY-MM-DD` may follow the version of a commit that no tag names. "
        "The fix writes what `updater pin` would: the version, and the tag or commit of the hash. "
        "The hash stays, and so does the source. Where a build reads the label, it is left: "
        "`updater bump` can move it, which builds."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each label that `updater verify` calls false."""
        for identity, source in project.sources.items():
            package = project.packages.get(identity)
            if package is None or not source.untrue:
                continue
            if source.label is not None and source.label != package.label:
                continue  # it was corrected
            data = project.text(package.file)
            place = package.version.span.start if package.version is not None else -1
            is_here = 0 <= place < len(data)
            fix, stays = _fix(project, package, source)
            yield self.finding(
                package.file,
                first_line(data, place if is_here else package.span.start),
                f"{package.name} is not {package.label}: {source.untrue}",
                package,
                advice="" if fix is not None else stays or f"run `updater pin {package.name}`",
                fix=fix,
            )


def _fix(project: AuditedProject, package: Package, source: PinnedSource) -> tuple[Fix | None, str]:
    """Return the fix that writes what the hash holds, or why that is not known here."""
    if source.pin is None:
        return None, source.uncorrected
    file = package.file
    try:
        change = plan_change(package, source.pin, project.text(file), WRITABLE)
    except PatchError as error:
        return None, str(error)
    if not change.edits or [own.file for own in change.files] != [file]:
        return None, ""
    written = ", ".join(f"{own.field} {own.new}" for own in change.fields)
    edits = tuple(FileEdit(file, edit) for edit in change.edits)
    return Fix("safe", f"write {written}", edits, "label"), ""


KIND = TrueLabel()
