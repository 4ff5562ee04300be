"""What pinned sources say of themselves, for rules that compare an overlay with them."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.adapt.planning import AdaptationTask, OverlayNeighbours, adaptation_task
from updater.adapt.situation import final_attributes
from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS
from updater.metadata import licences, source_code
from updater.metadata.folders import files_in
from updater.metadata.requirements import Requirements
from updater.model import Edit, Span
from updater.model.adaptation import (
    FormChange,
    InputAddition,
    InputRemoval,
    PatternRemoval,
    PatternRewrite,
)
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.adapting import adapted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.adapt.situation import AdaptationPlan, Situation
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package
    from updater.model.adaptation import Adaptation
    from updater.model.finding import FixSafety

# Files that nobody who installs the package imports.
_ASIDE = re.compile(r"/(?:setup|conftest|noxfile)\.py$|/(?:tests?|docs?|examples?|benchmarks?)/")


class PinnedSource(Struct, frozen=True):
    """What was read of a package's source, as it is pinned.

    Attributes:
        files: its project files by path; empty where they are not known.
        untrue: why its label is not the source's; empty where it is, or where nobody knows.
        has_code: all its Python files are among the files.
    """

    files: Mapping[str, bytes]
    untrue: str = ""
    has_code: bool = False


class AuditedSource(Struct, frozen=True, dict=True):
    """A package beside its pinned source.

    Attributes:
        task: what the overlay says, and what the source requires of it.
    """

    package: Package
    source: PinnedSource
    task: AdaptationTask
    project: AuditedProject

    @cached_property
    def situation(self) -> Situation:
        """What is decided from: nothing is held, so that all that the source needs is new."""
        overlays = self.project.looked.overlays
        finals = cache(partial(final_attributes, overlays.packages, overlays.texts))
        others = OverlayNeighbours(overlays.packages, overlays.texts, {}, finals)
        return self.task.situation(None, others, Requirements("", ()))

    @cached_property
    def plan(self) -> AdaptationPlan:
        """What the overlay would have to say, as far as texts tell it."""
        return self.task.plan(self.situation)

    @cached_property
    def imports(self) -> frozenset[str] | None:
        """The modules of others that its Python files import; None where not all are known."""
        if not self.source.has_code:
            return None
        code = {
            path: data
            for path, data in files_in(self.package.folder, self.source.files).items()
            if path.endswith(".py") and not _ASIDE.search(f"/{path}")
        }
        if not code:
            return None
        own = {path.removeprefix("src/").partition("/")[0].removesuffix(".py") for path in code}
        names: set[str] = set()
        for data in code.values():
            tree = source_code.parsed(data)
            if tree is None:
                return None
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    names.add(node.module.partition(".")[0])
        return frozenset(names - own - sys.stdlib_module_names)

    @property
    def licence(self) -> str:
        """What the source says that its licence is; empty where it says nothing."""
        return licences.from_tree(self.source.files)

    def fix(
        self, adaptation: Adaptation, safety: FixSafety, touches: Literal["text", "inputs"]
    ) -> Fix | None:
        """Return the fix that makes an adaptation; None where that cannot be written."""
        file = self.package.file
        data = self.project.text(file)
        try:
            new = adapted(self.package, [adaptation], data, FETCH_FUNCTIONS)
        except PatchError:
            return None
        if new == data:
            return None
        edit = _narrowed(data, new)
        return Fix(safety, _summary(adaptation), (FileEdit(file, edit),), touches)

    @property
    def stale(self) -> frozenset[tuple[str, str]]:
        """The file and the pattern of each substitution that matches nothing."""
        edits = (adaptation.edit for adaptation in self.task.source.adaptations)
        adaptable = {
            (edit.file, edit.pattern)
            for edit in edits
            if isinstance(edit, PatternRemoval | PatternRewrite)
        }
        return frozenset(adaptable | set(self.task.source.missing))

    def statement(self, *fields: str) -> Span:
        """Return the first of some attributes that the package has, else its first line."""
        for field in fields:
            binding = self.task.declared.place.attributes.get(field)
            if binding is not None:
                return Span(binding.at.start_byte, binding.at.end_byte)
        data, start = self.project.text(self.package.file), self.package.span.start
        line = data.rfind(b"\n", 0, start) + 1
        first = line + len(data[line:start]) - len(data[line:start].lstrip())
        return Span(first, start)


def audited_source(project: AuditedProject, package: Package) -> AuditedSource | None:
    """Return a package beside its source; None where that is not known, or is not Python's.

    Raises:
        HostileFile: a file of the source breaks a bound.
    """
    source = project.sources.get(package.identity)
    if source is None or not source.files:
        return None
    data = project.text(package.file)
    task = adaptation_task(package, package.label or "", data, source.files, FETCH_FUNCTIONS)
    return AuditedSource(package, source, task, project) if task is not None else None


def _summary(adaptation: Adaptation) -> str:
    match adaptation.edit:
        case InputAddition(input=name):
            return f"add {name}"
        case FormChange():
            return "build it by its pyproject.toml"
        case InputRemoval(input=name):
            return f"take {name} out"
        case PatternRemoval():
            return "take the substitution out"
        case _:
            return f"write {adaptation.summary}"


def _narrowed(old: bytes, new: bytes) -> Edit:
    """Return the one edit that makes a text of another, as small as it can be."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return Edit(Span(start, len(old) - end), new[start : len(new) - end])
