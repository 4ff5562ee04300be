"""A new overlay on its way: a draft that a bump fills, and the text that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.adapt.planning import OverlayNeighbours, adaptation_task
from updater.building.package_sets import NotBuilt
from updater.compose.cuda import compiles_for_cuda
from updater.compose.texts import InputGroup, OverlayContent, overlay_text, string
from updater.errors import PatchError
from updater.kinds import FETCH_FUNCTIONS, WRITABLE
from updater.metadata.nix_licences import attributes
from updater.metadata.requirements import Requirements
from updater.model import PinWarning
from updater.model.adaptation import PatternAddition
from updater.overlay.editing.adapting import adapted
from updater.overlay.editing.patterns import script_binding
from updater.overlay.reading.declarations import declarations
from updater.overlay.reading.file import parse_file, read_packages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from updater.adapt.planning import AdaptationTask
    from updater.adapt.situation import AdaptationPlan
    from updater.building.package_sets import PackageSets
    from updater.compose.cuda import CudaToolkit
    from updater.compose.origins import NewProject, NewSource
    from updater.compose.styles import OverlayStyle
    from updater.find.overlay_files import OverlayFiles
    from updater.model import Package, Updated
    from updater.overlay.reading.input_elements import ListLiteral
    from updater.overlay.reading.inputs import InputList
    from updater.pipeline.pipeline import Pipeline

_FETCHERS = frozenset(WRITABLE)


class OverlayDraft(Struct, frozen=True):
    """A project that is packaged.

    Attributes:
        file: of the overlay, relative to the root.
        tried: how many of the project's sources were given up.
        reasons: why they were.
    """

    project: NewProject
    file: str
    style: OverlayStyle
    tried: int = 0
    reasons: tuple[str, ...] = ()

    @classmethod
    def beside(cls, project: NewProject, style: OverlayStyle) -> OverlayDraft:
        """Return the draft of a project whose file lies where most of the overlays do."""
        return cls(project, f"{style.folder}/{project.name}.nix", style)

    @property
    def name(self) -> str:
        """The package's attribute."""
        return self.project.name

    @property
    def origin(self) -> NewSource:
        """The source that is tried."""
        return self.project.origins[self.tried]

    @property
    def identity(self) -> str:
        """That of the package that it becomes."""
        plain = self.name.replace("-", "").replace("_", "").isalnum() and not self.name[0].isdigit()
        last = self.name if plain else f'"{self.name}"'
        return f"{self.file}#{self.style.attribute}.{last}"

    @property
    def package(self) -> Package:
        """The package, before anything is known of its source but its name."""
        (package,) = read_packages(self.text, self.file, FETCH_FUNCTIONS).packages
        return package

    def after(self, reason: str) -> OverlayDraft | None:
        """Return the draft of the next source; None where there is none."""
        if self.tried + 1 >= len(self.project.origins):
            return None
        return replace(self, tried=self.tried + 1, reasons=(*self.reasons, reason))

    @property
    def toolkit(self) -> CudaToolkit | None:
        """What it needs to compile for CUDA; None where its source does not."""
        return self.style.cuda if compiles_for_cuda(self.project.files) else None

    @property
    def text(self) -> bytes:
        """The overlay before anything is known of its source but its name."""
        toolkit = self.toolkit
        content = OverlayContent(
            self.name,
            self.origin,
            build=(InputGroup("", (toolkit.compiler,) if toolkit is not None else ()),),
            runtime=(InputGroup("", ()),),
            further=("# torch-bin",) if self.style.binary else (),
            toolkit=toolkit,
        )
        return overlay_text(content, self.style, None).encode()

    def final(self, package: Package, data: bytes, modules: Sequence[str]) -> bytes:
        """Return the overlay as it is written.

        Args:
            package: as a bump left it.
            data: its file.
            modules: what its build can be imported by.

        Raises:
            PatchError: the bump left what cannot be laid out anew.
        """
        parsed = parse_file(data, package.file, FETCH_FUNCTIONS, ())
        (own,) = [one for one in parsed.content.packages if one.identity == package.identity]
        declared = declarations(parsed.text, own)
        sri = own.source.value("hash", "sha256") if own.source is not None else None
        if declared is None or not sri or declared.relaxed is None or declared.removed is None:
            raise PatchError(f"{package.identity} cannot be laid out")
        lists = {"pythonRelaxDeps": declared.relaxed, "pythonRemoveDeps": declared.removed}
        added = [
            PatternAddition(own.files[0] or "", own.pattern or "", own.replacement or "")
            for own in declared.substitutions
        ]
        content = OverlayContent(
            self.name,
            self.origin,
            sri,
            _groups(declared.lists.get(self.style.build)),
            _groups(declared.lists.get(self.style.runtime)),
            (
                *([script_binding(added)] if added else []),
                *(
                    f"{name} = [ {' '.join(map(string, sorted(own)))} ];"
                    for name, own in lists.items()
                    if own
                ),
            ),
            tuple(modules),
            attributes(self.project.licence),
            self.toolkit,
        )
        return overlay_text(content, self.style, self.project.summary).encode()


def _groups(inputs: InputList | None) -> tuple[InputGroup, ...]:
    """Return a list's elements by their conditions, torch and overrides first, then by name."""
    literals = inputs.literals if inputs is not None else ()
    groups: dict[str, list[str]] = {"": []}
    for literal in literals:
        groups.setdefault(literal.condition, []).extend(_ordered(literal))
    if not any(groups.values()):
        return ()
    return tuple(InputGroup(condition, tuple(own)) for condition, own in groups.items())


def _ordered(literal: ListLiteral) -> list[str]:
    def rank(text: str) -> tuple[int, str]:
        overrides = ".override" in text
        kinds = (not overrides and "-bin" in text, overrides, text.startswith("("))
        return (kinds.index(True) if any(kinds) else len(kinds), text)

    return sorted((element.text for element in literal.inputs), key=rank)


async def with_extras(
    pipeline: Pipeline,
    sets: PackageSets | None,
    draft: OverlayDraft,
    package: Package,
    overlays: OverlayFiles,
) -> bytes:
    """Return a draft's file with what the extras need that were asked for.

    Args:
        pipeline: what asks the package set.
        sets: the package sets; None to believe the text of the source, and ask none.
        draft: the new overlay, with its extras.
        package: what its file holds.
        overlays: all that are there, the new one with them.

    Raises:
        StageError: the package set cannot be asked, or has no such package.
    """
    data = overlays.texts[package.file]
    task = adaptation_task(package, draft.origin.version, data, {}, _FETCHERS)
    if task is None or not draft.project.extras:
        return data
    task = task.with_requirements(text for _, text in draft.project.extras)
    if sets is None:
        return adapted(package, _by_texts(task, overlays).adaptations, data, _FETCHERS)
    policy = pipeline.run.config.policy(package).build
    target = await sets.evaluable(package, policy)
    answer = (
        None
        if isinstance(target, NotBuilt)
        else await pipeline.run.builder().offers(target, task.names)
    )
    others = OverlayNeighbours(overlays.packages, overlays.texts, {})
    plan = task.plan(task.situation(answer, others, None))
    if plan.unmet:
        raise PatchError(
            f"{draft.name}: its extras need what neither the overlays nor the package set have: "
            f"{', '.join(plan.unmet)}",
            hint="add these first, or leave the extras out",
        )
    return adapted(package, plan.adaptations, data, _FETCHERS)


def unbuilt(draft: OverlayDraft, updated: Updated, overlays: OverlayFiles) -> Updated:
    """Return a draft with what its source's text says that it needs, without a build.

    Returns:
        What cannot be written is among the warnings.

    Raises:
        PatchError: an edit would be a guess.
        HostileFile: a file of the source breaks a bound.
    """
    package, data = updated.package, updated.change.after
    files = updated.hashed.files if updated.hashed is not None else {}
    task = adaptation_task(
        package, draft.origin.version, data, files or draft.project.files, _FETCHERS
    )
    if task is None:
        return updated
    plan = _by_texts(task, overlays)
    after = adapted(package, plan.adaptations, data, _FETCHERS)
    unwritten = [*filter(None, [plan.held]), *(f"not written: {text}" for text in plan.advice)]
    warnings = tuple(PinWarning("requirements", text) for text in unwritten)
    return replace(updated, change=replace(updated.change, after=after), warnings=warnings)


def _by_texts(task: AdaptationTask, overlays: OverlayFiles) -> AdaptationPlan:
    """Return all that texts say that a draft needs."""
    others = OverlayNeighbours(overlays.packages, overlays.texts, {})
    return task.plan(task.situation(None, others, Requirements("", ())))
