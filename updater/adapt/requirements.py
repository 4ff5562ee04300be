"""What a new source requires -> inputs that are added, bounds that are relaxed, or why it waits."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement

from updater.adapt.attributes import project_name, project_of, provider, replacements
from updater.adapt.markers import condition, holding
from updater.adapt.situation import AdaptationPlan
from updater.model import normalized_name
from updater.model.adaptation import (
    Adaptation,
    BoundRelaxation,
    InputAddition,
    RequirementRemoval,
    SiblingUpdate,
)
from updater.model.labels import is_unstable, parse_version
from updater.model.versions import read_specifier
from updater.overlay.reading.inputs import RUNTIME
from updater.text import printable, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.specifiers import Specifier
    from packaging.version import Version

    from updater.adapt.attributes import Provider
    from updater.adapt.situation import Situation
    from updater.metadata.requirements import Requirements
    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.input_elements import Input

_LOWER = (">", ">=", "~=", "==", "===")
_LAST_MICRO = 99  # more releases than a minor version of Python has


def applying(
    situation: Situation, needed: Iterable[tuple[str, str]], extra: str = ""
) -> Iterator[Requirement]:
    """Yield the requirements that hold for this system and Python.

    A project that requires itself with an extra requires what that extra does.

    Args:
        situation: says which these are.
        needed: requirements by name.
        extra: only those that hold with it alone; an empty string for those without any.
    """
    requirements: list[Requirement] = []
    for name, text in needed:
        with suppress(InvalidRequirement):
            requirements.append(Requirement(text))
            requirements[-1].name = name
    environment, project = situation.environment, situation.project
    hold = holding(requirements, environment, project, extra)
    plain = holding(requirements, environment, project, "") if extra else {}
    yield from (hold[place] for place in sorted(hold.keys() - plain.keys()))


class RequirementPlanner(Struct):
    """Goes through one package's requirements."""

    situation: Situation
    adaptations: list[Adaptation]
    missing: list[Requirement]
    too_new: list[str]
    advice: list[str]
    unmet: list[str]

    @property
    def declared(self) -> Declarations:
        """What the overlay says."""
        return self.situation.declared

    def run(self, requirements: Requirements) -> AdaptationPlan:
        """Return what the requirements make necessary."""
        for requirement in applying(self.situation, requirements.needed):
            if self._is_removed(requirement.name):
                continue
            if requirement.name == self.situation.project:
                self._itself(requirement)
            elif requirement.name not in self.situation.own_names:
                self._judge(requirement)
        python = newer_python(self.situation, requirements)
        held = python if python and self.situation.certain else ""
        return AdaptationPlan(
            tuple({own.edit: own for own in reversed(self.adaptations)}.values())[::-1],
            "; and ".join(filter(None, [held, self._held()])),
            (*self.advice, *([python] if python and not held else ())),
            tuple(self.unmet),
            tuple(own.name for own in self.missing if own.url is None),
        )

    def _itself(self, requirement: Requirement) -> None:
        """Take the package's own name out of what it requires, which no build can find there."""
        if self.declared.checks:
            text = f"{requirement.name}[{','.join(sorted(requirement.extras))}]"
            self.adaptations.append(removal_of_itself(self.situation, f"itself as {text}"))

    def _judge(self, requirement: Requirement) -> None:
        name = requirement.name
        present = self.situation.closure.get(name)
        held = self.situation.held
        # One that the held source has for other systems or Pythons was not required here.
        is_new = held is not None and all(
            name != own.name for own in applying(self.situation, held.needed)
        )
        self._extras(requirement)
        if present is not None:
            self._bounds(requirement, present.version)
            if is_new and not self._is_direct(name):
                self._add(requirement, is_new=True)
        elif self.situation.answer is None and self._is_direct(name):
            own = self.situation.own.get(name)
            self._bounds(requirement, own.version if own is not None else "")
        elif is_new or (self.declared.checks and not self._is_left(name)):
            self._add(requirement, is_new=is_new)

    def _extras(self, requirement: Requirement) -> None:
        """Add what extras need that the held source did not ask for."""
        for extra, name in new_extras(self.situation, requirement):
            package = provider(self.situation, name)
            if package is None or name in self.situation.closure or self._is_direct(name):
                continue
            version = self.situation.version
            reason = printable(f"{version} requires the extra {extra} of {requirement.name}")
            edit = self._addition(package, "")
            self.adaptations.append(Adaptation("requirements", edit, reason))

    def _is_left(self, name: str) -> bool:
        """Tell whether the held source required a project that only the package set could show."""
        held = self.situation.held
        return self.situation.answer is None and held is not None and name in dict(held.needed)

    def _is_direct(self, name: str) -> bool:
        elements = (element.attribute for field in RUNTIME for element in self._inputs(field))
        return any(
            name in (project_name(element), project_of(self.situation, element))
            for element in elements
        )

    def _inputs(self, field: str) -> Iterator[Input]:
        inputs = self.declared.lists.get(field)
        yield from inputs.inputs if inputs is not None else ()

    def _is_removed(self, name: str) -> bool:
        return self.declared.removed is None or name in self.declared.removed

    def _add(self, requirement: Requirement, *, is_new: bool) -> None:
        package = provider(self.situation, requirement.name)
        if package is None:
            # What the held source required as well is there under another name, or left to a build.
            if is_new:
                self.missing.append(requirement)
                self.unmet.append(shown(requirement))
            return
        if not self._bounds(requirement, package.version):
            return
        where = condition(requirement.marker) if requirement.marker is not None else ""
        if where is None:
            self.advice.append(f"{shown(requirement)} is required only under {requirement.marker}")
            return
        version = self.situation.version
        reason = f"new in {version}" if is_new else f"{version} requires it"
        self.adaptations.append(Adaptation("requirements", self._addition(package, where), reason))

    def _addition(self, package: Provider, where: str) -> InputAddition:
        return InputAddition(
            runtime_field(self.declared),
            package.attribute,
            package.own,
            replacements(self.situation, package),
            where,
        )

    def _bounds(self, requirement: Requirement, text: str) -> bool:
        """Note a bound that a version breaks; tell whether the version may be used."""
        version = parse_version(text)
        # What is between two releases may call itself by another version than its label says.
        if (
            version is None
            or is_unstable(text)
            or requirement.specifier.contains(version, prereleases=True)
        ):
            return True
        relaxed = self.declared.relaxed
        if not self.declared.checks or relaxed is None or requirement.name in relaxed:
            return True
        lower = lower_bounds(requirement, version)
        if lower and self._join(requirement):
            return True
        if lower:
            what = f"{requirement.name} {lower}, and it is {version} there"
            self.too_new.append(printable(what))
            self.unmet.append(shown(requirement))
            return False
        reason = f"{self.situation.version} requires {shown(requirement)}, and it is {version}"
        self.adaptations.append(
            Adaptation("bounds", BoundRelaxation(requirement.name), printable(reason))
        )
        return True

    def _join(self, requirement: Requirement) -> bool:
        """Tell whether this run moves another package of the overlays to a version that fits.

        The change holds only together with that one then, which is noted.
        """
        own = self.situation.own.get(requirement.name)
        attribute = own.attribute if own is not None else requirement.name
        text = self.situation.waiting.get(normalized_name(attribute), "")
        version = parse_version(text)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            return False
        reason = f"{self.situation.version} requires {shown(requirement)}"
        edit = SiblingUpdate(attribute, printable(text))
        self.adaptations.append(Adaptation("siblings", edit, reason))
        return True

    def _held(self) -> str:
        """Return why no edit helps; where other text changes the source, a build tells."""
        if not self.situation.certain or not self.declared.checks or not self.unmet:
            return ""
        version = self.situation.version
        reasons = []
        if self.too_new:
            reasons.append(f"a newer package set: it requires {', and '.join(self.too_new)}")
        if self.missing:
            reasons.append(absence(self.missing))
        return f"{version} needs {'; and '.join(reasons)}"


def removal_of_itself(situation: Situation, what: str) -> Adaptation:
    """Return that a project no longer requires itself; ``what`` says as what it does."""
    reason = f"{situation.version} requires {what}, which no build can find"
    return Adaptation("requirements", RequirementRemoval(situation.project), printable(reason))


def newer_python(situation: Situation, requirements: Requirements) -> str:
    """Return that a source needs a newer Python than the set has, which no build compares.

    A pin that runs on an older one than it asks for is its user's own choice, and stays one.
    """
    there = situation.answer.python if situation.answer is not None else ""
    bounds = newer_bounds(requirements.python, there)
    held = situation.held
    if not bounds or (held is not None and newer_bounds(held.python, there)):
        return ""
    needed = " and ".join(f"Python {bound.operator} {bound.version}" for bound in bounds)
    return printable(f"{situation.version} needs {needed}, and the package set has {there}")


def newer_bounds(python: str, there: str) -> tuple[Specifier, ...]:
    """Return the lower bounds that no release of a minor version of Python meets.

    Args:
        python: a specifier.
        there: such as ``3.13``; an empty string where it is not known.
    """
    last = parse_version(f"{there}.{_LAST_MICRO}") if there else None
    bounds = read_specifier(python) if last is not None else None
    return tuple(
        bound
        for bound in bounds or ()
        if last is not None and bound.operator in _LOWER and _is_below(last, bound.version)
    )


def absence(missing: Iterable[Requirement]) -> str:
    """Return how requirements are told that nothing there can meet."""
    names = ", ".join(map(shown, missing))
    return f"packages that neither the overlays nor the package set have: {names}"


def new_extras(situation: Situation, requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield the extras that a requirement newly asks for, with what they need.

    Only the package set says what an extra of its package needs. Nothing is known of the extras
    where the held source is not; what is required on a condition is left to a build.
    """
    if situation.held is None or requirement.marker is not None or not requirement.extras:
        return
    held = {
        extra
        for own in applying(situation, situation.held.needed)
        if own.name == requirement.name
        for extra in own.extras
    }
    package = provider(situation, requirement.name)
    offer = package.offer if package is not None else None
    for extra in sorted(requirement.extras - held):
        for needed in offer.extras.get(extra, ()) if offer is not None else ():
            yield extra, normalized_name(needed.name)


def requirement_changes(situation: Situation, requirements: Requirements) -> AdaptationPlan:
    """Return what a source's requirements make necessary.

    Args:
        situation: the package and its new source.
        requirements: what that requires, as the overlay's substitutions leave it.
    """
    return RequirementPlanner(situation, [], [], [], [], []).run(requirements)


def runtime_field(declared: Declarations) -> str:
    """Return the attribute that takes what is needed at run time."""
    present = declared.list_of(RUNTIME)
    if present is not None:
        return present.field
    return RUNTIME[0] if "pyproject" in declared.place.attributes else RUNTIME[1]


def lower_bounds(requirement: Requirement, version: Version) -> str:
    """Return the lower bounds that a version is below, such as ``>= 2.0``; empty for none."""
    return " and ".join(
        f"{bound.operator} {bound.version}"
        for bound in requirement.specifier
        if bound.operator in _LOWER
        and not bound.contains(version, prereleases=True)
        and _is_below(version, bound.version)
    )


def _is_below(version: Version, bound: str) -> bool:
    lowest = parse_version(bound.removesuffix(".*"))
    return lowest is not None and version < lowest


def shown(requirement: Requirement) -> str:
    """Return a requirement as people read it: its name and bounds, or where it says that it is."""
    if requirement.url is not None:
        return printable(f"{requirement.name} @ {without_secrets(requirement.url)}")
    return printable(f"{requirement.name}{requirement.specifier}")
