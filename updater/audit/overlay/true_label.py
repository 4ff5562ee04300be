"""A version that is not what the source declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.project import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.project import AuditedProject
    from updater.model.finding import Finding, Severity


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
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "`-unstable-YYYY-MM-DD` may follow the version of a commit that no tag names. "
        "`updater pin` corrects a label; the audit itself does not."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each label that `updater verify` calls false."""
        for identity, source in project.sources.items():
            package = project.packages.get(identity)
            if package is None or not source.untrue:
                continue
            data = project.text(package.file)
            place = package.version.span.start if package.version is not None else -1
            is_here = 0 <= place < len(data)
            yield self.finding(
                package.file,
                first_line(data, place if is_here else package.span.start),
                f"{package.name} is not {package.label}: {source.untrue}",
                package,
                advice=f"run `updater pin {package.name}`",
            )


KIND = TrueLabel()
