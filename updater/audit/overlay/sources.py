"""What pinned sources say of themselves, for rules that compare an overlay with them."""

from __future__ import annotations

from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.adapt.attributes import TORCH, project_of
from updater.adapt.modules import is_known, is_same, may_bring, project_of_module
from updater.adapt.planning import AdaptationTask, OverlayNeighbours, adaptation_task
from updater.adapt.repairs import Lack, Shortfall, repairs
from updater.adapt.situation import final_attributes
from updater.audit.overlay.adaptation_fixes import adaptation_fix
from updater.audit.overlay.overlay_text import OverlayText
from updater.kinds import FETCH_FUNCTIONS
from updater.metadata import licences
from updater.metadata.folders import files_in
from updater.metadata.imports import SourceImports, read_imports
from updater.metadata.native_modules import native_modules
from updater.metadata.requirements import Requirements
from updater.model import Span, normalized_name
from updater.model.adaptation import (
    PatternRemoval,
    PatternRewrite,
)
from updater.overlay.reading.inputs import RUNTIME
from updater.overlay.reading.substitutions import SED, script_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.adapt.situation import AdaptationPlan, Situation
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package, PinValues
    from updater.model.adaptation import Adaptation
    from updater.model.finding import Fix, FixSafety
    from updater.overlay.reading.input_elements import Input


class PinnedSource(Struct, frozen=True):
    """What was read of a package's source, as it is pinned.

    Attributes:
        files: its project files by path; empty where they are not known.
        untrue: why its label is not the source's; empty where it is, or where nobody knows.
        label: the label that was judged.
        pin: what the pin must say to be true; None where `uncorrected` says why it stays.
        has_code: all its Python files are among the files.
        indexed: of a repository's tag, the source distribution that the index has of the same
            release; empty where there is none, or where nobody knows.
    """

    files: Mapping[str, bytes]
    untrue: str = ""
    has_code: bool = False
    indexed: str = ""
    label: str | None = None
    pin: PinValues | None = None
    uncorrected: str = ""


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
    def imports(self) -> SourceImports | None:
        """The modules of others that its Python files import; None where not all are known."""
        if not self.source.has_code:
            return None
        names = filter(None, (self.package.name, self.package.pname))
        return read_imports(files_in(self.package.folder, self.source.files), tuple(names))

    @cached_property
    def projects(self) -> dict[str, str]:
        """The projects of its inputs at run time, by the attributes that are named.

        The package set says which they are, where it was asked, else their names do.
        """
        answer = self.project.answers.get(self.package.identity)
        offers = answer.offers if answer is not None else {}
        return {
            element.name: normalized_name(offers[element.attribute].name)
            if element.attribute in offers
            else project_of(self.situation, element.attribute)
            for field in RUNTIME
            if field in self.task.declared.lists
            for element in self.task.declared.lists[field].inputs
            if element.name
        }

    def brings(self, attribute: str) -> bool:
        """Tell whether an attribute, or what has the same module, is among its inputs."""
        wanted = project_of(self.situation, attribute)
        there = self.projects
        return attribute in there or any(
            wanted == project or is_same(wanted, project) for project in there.values()
        )

    def is_foreign(self, element: Input) -> bool:
        """Tell whether an input is taken from the whole package set, not from Python's."""
        return any(
            mention.role and not mention.set and mention.span in element.span
            for mention in self.overlay.mentions
            if mention.is_input
        )

    @property
    def has_whole_lists(self) -> bool:
        """Whether all of its inputs at run time could be read."""
        lists = [self.task.declared.lists.get(field) for field in RUNTIME]
        return all(own.whole for own in lists if own is not None)

    @cached_property
    def missing_imports(self) -> tuple[str, ...]:
        """The modules without which it cannot be imported and that no input brings, sorted.

        What a requirement may bring is told as such. An input that is not required, and is called
        otherwise than all that is imported, may be what brings a module: beside one, only modules
        are told of which it is known who brings them. So it is where the source compiles modules
        whose names nobody knows.
        """
        imports, declared = self.imports, self.task.declared
        if imports is None or declared.removed is None or not self.has_whole_lists:
            return ()
        required = {name for name, _ in self.task.needed.needed} if self.task.needed else set()
        there = {*self.projects.values(), *required, *declared.removed}
        compiled = native_modules(files_in(self.package.folder, self.source.files))
        missing = [
            module
            for module in sorted(imports.needed - (compiled or frozenset()))
            if not any(may_bring(project, module) for project in there)
            and project_of_module(module)
        ]
        strange = [
            project
            for project in {*self.projects.values()} - required
            if not any(may_bring(project, module) for module in imports.anywhere)
        ]
        sure = {module for module in missing if is_known(module) or module in TORCH}
        is_clear = not strange and compiled is not None
        return tuple(module for module in missing if is_clear or module in sure)

    def import_addition(self, module: str) -> Adaptation | None:
        """Return what adds the input for a module that is imported."""
        reason = f"the module {module} is imported, not declared"
        lack = Lack(project_of_module(module), "imports", reason)
        shortfall = Shortfall(self.situation, (lack,))
        return next(iter(repairs(shortfall)), None)

    @cached_property
    def overlay(self) -> OverlayText:
        """Its file, with this package alone."""
        file = self.package.file
        return OverlayText(file, self.project.text(file), (self.package,))

    @property
    def licence(self) -> str:
        """What the source says that its licence is; empty where it says nothing."""
        return licences.from_tree(self.source.files)

    def fix(
        self, adaptation: Adaptation, safety: FixSafety, touches: Literal["text", "inputs"]
    ) -> Fix | None:
        """Return the fix that makes an adaptation; None where that cannot be written."""
        data = self.project.text(self.package.file)
        return adaptation_fix(self.package, data, adaptation, safety, touches)

    @cached_property
    def unmatched(self) -> frozenset[tuple[str, str]]:
        """The file and the pattern of each substitution that the source as it is does not have."""
        return frozenset({*self._broken, *self.task.source.stale})

    @cached_property
    def stale(self) -> frozenset[tuple[str, str]]:
        """The file and the pattern of each substitution that matches nothing.

        Where other commands may change a file before, only what the source shows to be so.
        """
        certain = self.task.source.stale if self.task.source.certain else ()
        of_sed = {own.pattern for own in self.task.declared.substitutions if own.mode == SED}
        read = {(file, pattern) for file, pattern in certain if pattern not in of_sed}
        return frozenset({*(self._broken - self._remade), *read})

    @property
    def _remade(self) -> frozenset[tuple[str, str]]:
        """The file and the pattern of each substitution in what may be another file by then.

        A patch may change it, and so may a command that names it before.
        """
        declared, data = self.task.declared, self.project.text(self.package.file)
        script = script_of(declared.place, data)
        is_patched = "patches" in declared.place.attributes
        commands = [own.command for own in declared.substitutions]
        remade = set[tuple[str, str]]()
        for own in declared.substitutions:
            file, pattern = own.files[0] if len(own.files) == 1 else None, own.pattern
            if file is None or pattern is None or script is None:
                continue
            before = data[script.start : own.command.start]
            for command in sorted(set(commands), reverse=True):
                if script.start <= command.start and command.end <= own.command.start:
                    start, end = command.start - script.start, command.end - script.start
                    before = before[:start] + before[end:]
            if is_patched or file.rpartition("/")[2].encode() in before:
                remade.add((file, pattern))
        return frozenset(remade)

    @property
    def _broken(self) -> frozenset[tuple[str, str]]:
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
