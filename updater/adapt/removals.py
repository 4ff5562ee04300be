"""What the held source required and the new one does not -> inputs that may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import project_of
from updater.adapt.markers import is_somewhere
from updater.adapt.requirements import applying
from updater.adapt.situation import AdaptationPlan
from updater.model.adaptation import Adaptation, InputRemoval
from updater.overlay.reading.inputs import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.adapt.situation import Situation
    from updater.metadata.requirements import Requirements
    from updater.overlay.reading.input_elements import Input


def removals(situation: Situation, requirements: Requirements) -> AdaptationPlan:
    """Return the inputs that upstream dropped; what it still names for somebody here stays.

    Others than here are systems that nixpkgs does not build for, and other Pythons than the set's.

    Args:
        situation: the package and its new source.
        requirements: what that requires.
    """
    if situation.held is None:
        return AdaptationPlan()
    python = situation.answer.python if situation.answer is not None else ""
    named = {name for name, text in requirements.needed if is_somewhere(text, python) is not False}
    held = {requirement.name for requirement in applying(situation, situation.held.needed)}
    reason = f"{situation.version} no longer requires it"
    return AdaptationPlan(
        tuple(
            Adaptation("removals", InputRemoval(field, element.name), reason)
            for field, element in _inputs(situation)
            if project_of(situation, element.attribute) in held - named
        )
    )


def _inputs(situation: Situation) -> Iterator[tuple[str, Input]]:
    """Yield the plain inputs that are always there."""
    for field in RUNTIME:
        inputs = situation.declared.lists.get(field)
        for element in inputs.inputs if inputs is not None else ():
            if element.name and not element.condition:
                yield field, element
