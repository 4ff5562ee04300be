"""What the held source required and the new one does not -> inputs that may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import KNOWN, TORCH, project_name
from updater.adapt.requirements import applying
from updater.adapt.situation import AdaptationPlan
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, InputRemoval
from updater.overlay.reading.inputs import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.adapt.situation import Situation
    from updater.metadata.requirements import Requirements
    from updater.overlay.reading.input_elements import Input

_PROJECTS = {attribute: project for project, attribute in KNOWN.items()}


def removals(situation: Situation, requirements: Requirements) -> AdaptationPlan:
    """Return the inputs that upstream dropped; what it still names, for whom ever, stays.

    Args:
        situation: the package and its new source.
        requirements: what that requires.
    """
    if situation.held is None:
        return AdaptationPlan()
    named = {name for name, _ in requirements.needed}
    held = {requirement.name for requirement in applying(situation, situation.held.needed)}
    reason = f"{situation.version} no longer requires it"
    return AdaptationPlan(
        tuple(
            Adaptation("removals", InputRemoval(field, element.name), reason)
            for field, element in _inputs(situation)
            if project_of(situation, element.name) in held - named
        )
    )


def _inputs(situation: Situation) -> Iterator[tuple[str, Input]]:
    """Yield the plain inputs that are always there."""
    for field in RUNTIME:
        inputs = situation.declared.lists.get(field)
        for element in inputs.inputs if inputs is not None else ():
            if element.name and not element.condition:
                yield field, element


def project_of(situation: Situation, attribute: str) -> str:
    """Return the project that an attribute is, by its name."""
    own = (name for name, made in situation.own.items() if made.attribute == attribute)
    plain = project_name(attribute)
    by_name = plain if plain in TORCH else normalized_name(attribute)
    return next(own, "") or _PROJECTS.get(attribute, by_name)
