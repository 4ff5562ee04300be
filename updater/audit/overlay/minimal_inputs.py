"""Inputs that the source neither requires nor imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from packaging.requirements import Requirement

from updater.adapt.modules import is_same, may_bring, project_of_module
from updater.audit.overlay.base import SourceRule
from updater.model.adaptation import Adaptation, InputRemoval
from updater.overlay.reading.inputs import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding, FixSafety, Severity


class MinimalInputs(SourceRule):
    """An input that nothing of the source asks for."""

    name: ClassVar[str] = "minimal-inputs"
    title: ClassVar[str] = "Inputs are what the source requires or imports, and nothing else."
    why: ClassVar[str] = (
        "Each input is built, downloaded and updated with the package. One that upstream has "
        "dropped, or that was copied from another overlay, makes closures larger and conflicts "
        "more likely."
    )
    bad: ClassVar[str] = """\
# pyproject.toml: dependencies = ["numpy"], and nothing imports scipy
propagatedBuildInputs = with super.python3Packages; [ numpy scipy ];
"""
    good: ClassVar[str] = """\
propagatedBuildInputs = with super.python3Packages; [ numpy ];
"""
    severity: ClassVar[Severity] = "note"
    fix: ClassVar[FixSafety | None] = "unsafe"
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "An input with a comment beside it, such as a plugin, is there on purpose. What an extra "
        "needs, and what is imported anywhere in the source, is passed over; so is what a text of "
        'the code names, such as `import_module("scipy")`, and a program or library that is no '
        "Python package. Where the source imports a module that no input or requirement explains, "
        "no input is told: it may be that module. So it is where a requirement asks for an extra."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield each plain input that is neither required nor imported."""
        imports, needed = source.imports, source.task.needed
        if imports is None or needed is None:
            return
        required = {name for name, _ in needed.needed}
        there = {*required, *source.projects.values()}
        unexplained = [
            module
            for module in imports.anywhere
            if not any(may_bring(project, module) for project in there)
        ]
        if unexplained or any(Requirement(text).extras for _, text in needed.needed):
            return
        worded = {project_of_module(word) for word in imports.worded}
        elements = [
            (field, element)
            for field in RUNTIME
            if field in source.task.declared.lists
            for element in source.task.declared.lists[field].inputs
            if element.name
        ]
        package = source.package
        for field, element in elements:
            project = source.projects[element.name]
            is_imported = any(may_bring(project, module) for module in imports.anywhere)
            is_worded = any(project == own or is_same(project, own) for own in worded)
            is_named = project in required or is_imported or is_worded
            if element.condition or is_named or source.is_foreign(element):
                continue
            if source.overlay.has_comment(element.span):
                continue
            removal = Adaptation("removals", InputRemoval(field, element.name), "nothing needs it")
            yield self.finding(
                package.file,
                element.span,
                f"the source neither requires nor imports {element.attribute}",
                package,
                advice="take it out, or write beside it what needs it",
                fix=source.fix(removal, "unsafe", "inputs"),
            )


KIND = MinimalInputs()
