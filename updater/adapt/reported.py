"""Adaptations that another process reports, held against what the source itself says.

Only a build knows what a package set has and what an import lacks. What is added must be required
all the same, unless it is an import's, and every other edit must follow from the source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from updater.adapt.attributes import TORCH, candidates, project_name
from updater.adapt.build_systems import relaxation
from updater.adapt.markers import is_somewhere
from updater.errors import PublishError
from updater.metadata.build_system import build_system
from updater.metadata.named_projects import named_projects
from updater.metadata.requirements import parsed
from updater.model import normalized_name
from updater.model.adaptation import (
    BoundRelaxation,
    FormChange,
    InputAddition,
    InputRemoval,
    OverlayAddition,
    PatternAddition,
    RequirementRemoval,
    SiblingUpdate,
)
from updater.overlay.reading.inputs import BUILD, RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.adapt.planning import AdaptationTask, OverlayNeighbours
    from updater.adapt.situation import OwnPackage
    from updater.model.adaptation import Adaptation, AdaptationKind


def unconfirmed(
    task: AdaptationTask,
    adaptations: Iterable[Adaptation],
    others: OverlayNeighbours,
    metadata: Mapping[str, bytes],
) -> tuple[Adaptation, ...]:
    """Return the reported adaptations that the source does not bear out.

    Args:
        task: the package and its new source.
        adaptations: what was reported.
        others: the overlays.
        metadata: of the release's wheel, as the index has it.

    Raises:
        PublishError: a new overlay is reported for what no text of the source names.
    """
    own = [adaptation for adaptation in adaptations if not _follows(task, adaptation, others)]
    if task.needed is not None:
        return tuple(own)
    named = named_projects(task.source.files) | named_projects(metadata)
    new = [made.edit for made in own if isinstance(made.edit, OverlayAddition)]
    unnamed = [edit.input for edit in new if edit.project not in named]
    if unnamed:
        listed = " and ".join(map(printable, unnamed))
        raise PublishError(
            f"only a build tells that {printable(task.version)} requires {listed}: no text of its "
            "source names it, and no overlay is added on the word of another process",
            hint=f"add it by itself first, with `updater add {printable(unnamed[0])}`; the update "
            "follows then",
        )
    return tuple(adaptation for adaptation in own if adaptation.edit not in new)


def _follows(  # noqa: PLR0911 - one return a kind
    task: AdaptationTask, adaptation: Adaptation, others: OverlayNeighbours
) -> bool:
    system, own = build_system(task.source.files), others.own
    match adaptation.edit:
        case InputAddition() as addition:
            return _is_required(task, adaptation.kind, addition, own, others.finals())
        case InputRemoval(input=name):
            plain = project_name(name)
            if task.needed is None:
                return False
            texts = [text for project, text in task.needed.needed if project == plain]
            return not any(is_somewhere(text, "") for text in texts)
        case FormChange():
            return system is not None and not system.script
        case SiblingUpdate(input=name):
            needed = dict(task.needed.needed) if task.needed is not None else {}
            return any(own[project].attribute == name for project in needed if project in own)
        case OverlayAddition(project=project):
            return task.needed is not None and project in dict(task.needed.needed)
        case BoundRelaxation(input=name):
            return task.needed is None or name in dict(task.needed.needed)
        case RequirementRemoval(input=name):
            is_own = name == task.package.project_name
            return is_own and (task.needed is None or name in dict(task.needed.needed))
        case PatternAddition():
            return _is_relaxation(task.source.files, adaptation.edit)
        case edit:
            return any(edit == own.edit for own in task.source.adaptations)


def _is_relaxation(files: Mapping[str, bytes], edit: PatternAddition) -> bool:
    """Tell whether a substitution does nothing but take bounds of a build requirement away."""
    system = build_system(files)
    kept = {
        str(bound)
        for _, text in parsed([edit.replacement.strip('"')])
        for bound in Requirement(text).specifier
    }
    needed = (Requirement(text) for _, text in (system.requirements if system is not None else ()))
    return any(
        edit == relaxation(files, own, [bound for bound in own.specifier if str(bound) in kept])
        for own in needed
    )


def _is_required(
    task: AdaptationTask,
    kind: AdaptationKind,
    addition: InputAddition,
    own: Mapping[str, OwnPackage],
    finals: frozenset[str],
) -> bool:
    """Tell whether an input is that of a requirement; an import's is the build's word."""
    builds = kind == "build-system"
    replaced = {normalized_name(other.argument) for other in addition.replaced}
    fields = BUILD if builds else (*RUNTIME, *task.declared.extras)
    if not replaced <= own.keys() | TORCH | finals or addition.field not in fields:
        return False
    system = build_system(task.source.files)
    listed = task.needed.needed if task.needed is not None else None
    if builds:
        listed = system.requirements if system is not None else ()
    if kind == "imports" or listed is None:
        return True
    names = dict(listed)
    if addition.own and addition.input not in finals:
        return any(made.attribute == addition.input and name in names for name, made in own.items())
    return any(addition.input in candidates(name) for name in names)
