"""What every rule on an overlay's text is, what it is given, and what it says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from updater.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.project import AuditedEntry, AuditedProject
    from updater.audit.overlay.sources import AuditedSource
    from updater.model import Package, Span
    from updater.model.finding import Fix, FixSafety, Severity

Need = Literal["text", "upstream", "nix"]
"""What a rule needs to judge: the files alone, what upstream says, or the package set."""


class OverlayRule(ABC):
    """One thing that an overlay should or should not say.

    Attributes:
        name: how it is selected, allowed and told, such as ``torch-bin``.
        title: what it asks for, in one sentence.
        why: what goes wrong where it is broken, in a few sentences.
        bad, good: an example of either, in Nix.
        severity: of its findings.
        fix: the least safe of its fixes; None where it has none.
        exceptions: what it passes over on purpose, in a few sentences.
        guide: where the packaging guide contradicts itself, what holds and why.
        needs: what it needs to judge.
        compares: it tells more where pinned sources are known.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    why: ClassVar[str]
    bad: ClassVar[str]
    good: ClassVar[str]
    severity: ClassVar[Severity] = "warning"
    fix: ClassVar[FixSafety | None] = None
    exceptions: ClassVar[str] = ""
    guide: ClassVar[str] = ""
    needs: ClassVar[Need] = "text"
    compares: ClassVar[bool] = False

    def of_entry(self, entry: AuditedEntry) -> Iterator[Finding]:
        """Yield where flake.nix or default.nix breaks it; most rules look at overlays alone."""
        del entry
        return iter(())

    def compared(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield what it tells besides, where pinned sources are known."""
        del project
        return iter(())

    def finding(  # noqa: PLR0913 - a finding has as many parts
        self,
        file: str,
        span: Span,
        message: str,
        package: Package | str = "",
        *,
        advice: str = "",
        fix: Fix | None = None,
    ) -> Finding:
        """Return a finding of this rule."""
        identity = package if isinstance(package, str) else package.identity
        return Finding(self.name, file, span, message, identity, self.severity, advice, fix)


class TextRule(OverlayRule):
    """A rule that one file alone decides; files are judged side by side."""

    @abstractmethod
    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield where one file breaks it."""


class ProjectRule(OverlayRule):
    """A rule that is about all overlays together, and the file that lists them."""

    @abstractmethod
    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield where the project breaks it."""


class SourceRule(ProjectRule):
    """A rule that compares a package with its pinned source."""

    needs: ClassVar[Need] = "upstream"

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield where a package and its source disagree."""
        for source in project.compared:
            yield from self.of_source(source)

    @abstractmethod
    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield where one package and its source disagree."""
