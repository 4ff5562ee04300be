"""What the new source's own extras newly require -> the lists that the overlay has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import project_name, provider, replacements
from updater.adapt.requirements import applying
from updater.adapt.situation import AdaptationPlan
from updater.model.adaptation import Adaptation, InputAddition
from updater.model.labels import parse_version
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.requirements import Requirement

    from updater.adapt.situation import Situation
    from updater.metadata.requirements import Requirements


def extra_changes(situation: Situation, requirements: Requirements) -> AdaptationPlan:
    """Return what joins ``optional-dependencies``; what cannot is advice, since no build needs it.

    Args:
        situation: the package and its new source; nothing follows where the held one is not known.
        requirements: what that requires.
    """
    made: list[Adaptation] = []
    advice: list[str] = []
    for field, extra in situation.declared.extras.items():
        for requirement in _new(situation, requirements, extra):
            elements = situation.declared.lists[field].inputs
            if any(project_name(element.attribute) == requirement.name for element in elements):
                continue
            package = provider(situation, requirement.name)
            needs = printable(f"the extra {extra} of {situation.version} requires {requirement}")
            version = parse_version(package.version) if package is not None else None
            if package is None:
                advice.append(f"{needs}, which neither the overlays nor the package set have")
            elif version is not None and not requirement.specifier.contains(
                version, prereleases=True
            ):
                advice.append(f"{needs}, and it is {version} there")
            else:
                replaced = replacements(situation, package)
                edit = InputAddition(field, package.attribute, package.own, replaced)
                reason = f"new in the extra {extra} of {situation.version}"
                made.append(Adaptation("requirements", edit, printable(reason)))
    return AdaptationPlan(tuple(dict.fromkeys(made)), advice=tuple(advice))


def _new(situation: Situation, requirements: Requirements, extra: str) -> Iterator[Requirement]:
    """Yield what an extra newly requires, and the package itself does not."""
    if situation.held is None:
        return
    known = situation.own_names
    known |= {own.name for own in applying(situation, situation.held.needed, extra)}
    for requirement in applying(situation, requirements.needed, extra):
        if requirement.name not in known:
            yield requirement
