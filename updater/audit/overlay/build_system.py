"""How a package is built, against what its source says."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import SourceRule
from updater.model.adaptation import FormChange
from updater.overlay.reading.inputs import BUILD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding, FixSafety


class BuildSystemRule(SourceRule):
    """A backend, or a requirement of the build, that the package does not have."""

    name: ClassVar[str] = "build-system"
    title: ClassVar[str] = "A package is built with what its source says."
    why: ClassVar[str] = (
        "pyproject.toml names the backend and what it needs. Without them the build fails, or "
        "works only because another input brings them."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: build-backend = "hatchling.build"
format = "pyproject";
nativeBuildInputs = [ super.python3Packages.setuptools ];
"""
    good: ClassVar[str] = """\
format = "pyproject";
nativeBuildInputs = [ super.python3Packages.hatchling ];
"""
    fix: ClassVar[FixSafety | None] = "built"
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "What is built with CMake, Meson or Rust may bring its tools by hooks, and is not judged."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield each thing that builds it and that it lacks."""
        for adaptation in source.plan.adaptations:
            if adaptation.kind != "build-system":
                continue
            is_form = isinstance(adaptation.edit, FormChange)
            fields = ("format", "pyproject", *BUILD) if is_form else BUILD
            what = "is built by its pyproject.toml" if is_form else f"needs {adaptation.input}"
            yield self.finding(
                source.package.file,
                source.statement(*fields),
                f"the source {what}: {adaptation.reason}",
                source.package,
                advice="write `pyproject = true;`" if is_form else f"add {adaptation.input}",
                fix=source.fix(adaptation, "built", "text" if is_form else "inputs"),
            )


KIND = BuildSystemRule()
