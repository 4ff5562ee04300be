"""Another build backend, or other needs of it -> the fields that say how a package is built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.adapt.attributes import provider
from updater.adapt.patches import spellings
from updater.adapt.requirements import absence, applying, lower_bounds, shown
from updater.adapt.situation import AdaptationPlan
from updater.metadata.build_system import build_system
from updater.metadata.requirements import parsed
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, FormChange, InputAddition, PatternAddition
from updater.model.labels import is_unstable, parse_version
from updater.overlay.reading.inputs import BUILD, RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import Specifier

    from updater.adapt.attributes import Provider
    from updater.adapt.situation import Situation
    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.inputs import InputList

_PROJECT = "pyproject.toml"
_NAME = re.compile(r"[^<>=~!]+")
_LOWEST = (">", ">=")
# With this flag pypa/build compares nothing.
_SKIPPED = b"--skip-dependency-check"
_BEYOND_PYTHON = {
    "cmake": "CMake",
    "maturin": "Rust and maturin",
    "meson-python": "Meson",
    "ninja": "Ninja",
    "py-build-cmake": "CMake",
    "scikit-build": "CMake",
    "scikit-build-core": "CMake",
    "setuptools-rust": "Rust",
}
"""What builds with more than Python, and with what."""


def build_changes(situation: Situation, body: bytes) -> AdaptationPlan:
    """Return what the new source's back-end makes necessary.

    Args:
        situation: the package and its new source.
        body: the text of the package's attributes.
    """
    system, declared = build_system(situation.files), situation.declared
    if system is None or declared.form not in ("pyproject", "setuptools"):
        return AdaptationPlan()
    version = situation.version
    changes: list[Adaptation] = []
    if declared.form == "setuptools":
        if system.script:
            return AdaptationPlan()
        changes.append(Adaptation("build-system", FormChange(), f"{version} has no setup.py"))
    lists = [declared.lists[field] for field in (*BUILD, *RUNTIME) if field in declared.lists]
    if not all(inputs.whole for inputs in lists):
        return AdaptationPlan(tuple(changes))
    present = {normalized_name(element.name) for inputs in lists for element in inputs.inputs}
    reason = f"{version} is built with {system.backend.partition(':')[0]}"
    missing: list[Requirement] = []
    for requirement in applying(situation, system.requirements):
        name, package = requirement.name, provider(situation, requirement.name)
        beyond = _BEYOND_PYTHON.get(name) if name not in present else None
        if beyond is not None and (name.encode() in body or not situation.certain):
            continue  # it may come in another way, such as by a hook
        by_hand = f"{reason}, which needs {beyond}: the overlay's build must be adapted by hand"
        held = by_hand if beyond is not None else _too_old(situation, requirement, package, body)
        if held:
            return AdaptationPlan(held=held)
        if package is not None:
            changes += _changes(situation, requirement, package, present, reason, body)
        elif _is_nowhere(situation, name, lists, body):
            missing.append(requirement)
    return AdaptationPlan(tuple(changes)) if not missing else _waiting(version, missing)


def _changes(  # noqa: PLR0913, PLR0917 - what is known of one requirement
    situation: Situation,
    requirement: Requirement,
    package: Provider,
    present: Container[str],
    reason: str,
    body: bytes,
) -> Iterator[Adaptation]:
    if requirement.name not in present:
        edit = InputAddition(build_field(situation.declared), package.attribute, package.own)
        yield Adaptation("build-system", edit, reason)
    if situation.certain and _SKIPPED not in body:
        yield from _without_bounds(situation, requirement, package)


def _waiting(version: str, missing: Sequence[Requirement]) -> AdaptationPlan:
    return AdaptationPlan(
        held=printable(f"{version} needs, to be built, {absence(missing)}"),
        unmet=tuple(map(shown, missing)),
        missing=tuple(own.name for own in missing if own.url is None),
    )


def _is_nowhere(situation: Situation, name: str, lists: Iterable[InputList], body: bytes) -> bool:
    """Tell whether no build can have a project: all inputs are plain packages of a set.

    Args:
        situation: the package and its new source.
        name: of the project, which is no attribute of the overlays or the package set.
        lists: the package's inputs, all of which are read.
        body: the text of its attributes.
    """
    inputs = (element for inputs in lists for element in inputs.inputs)
    return (
        situation.answer is not None
        and situation.certain
        and _SKIPPED not in body
        and name.encode() not in body
        and all(element.base for element in inputs)
    )


def _without_bounds(
    situation: Situation, requirement: Requirement, package: Provider
) -> Iterator[Adaptation]:
    """Yield what takes away the bounds that the package set exceeds: pypa/build compares them."""
    there = parse_version(package.version)
    if (
        there is None
        or is_unstable(package.version)
        or requirement.specifier.contains(there, prereleases=True)
    ):
        return
    bounds = [bound for bound in requirement.specifier if bound.contains(there, prereleases=True)]
    edit = relaxation(situation.files, requirement, bounds)
    if edit is not None:
        reason = f"{situation.version} is built with {shown(requirement)}, and it is {there}"
        yield Adaptation("bounds", edit, printable(reason))


def relaxation(
    files: Mapping[str, bytes], requirement: Requirement, bounds: Iterable[Specifier]
) -> PatternAddition | None:
    """Return the substitution that leaves a build requirement some of its bounds.

    Args:
        files: the source's own files by path, as the overlay's substitutions leave them.
        requirement: one of pyproject.toml's ``build-system.requires``.
        bounds: those of its bounds that stay.

    Returns:
        None where its text does not stand there once, in plain double quotes, and where a lower
        bound would go.
    """
    bounds = frozenset(bounds)
    if any(own.operator in _LOWEST and own not in bounds for own in requirement.specifier):
        return None
    text = files.get(_PROJECT, b"").decode("utf-8", "replace")
    written = ",".join(sorted(map(str, bounds), reverse=True))
    for spelling in sorted(spellings(requirement, text)):
        name = _NAME.match(spelling)
        old, new = f'"{spelling}"', f'"{name[0].strip() if name is not None else ""}{written}"'
        changed = text.replace(old, new)
        system = build_system({**files, _PROJECT: changed.encode()})
        relaxed = parsed([new.strip('"')])
        if text.count(old) == 1 and system is not None and relaxed[0] in system.requirements:
            return PatternAddition(_PROJECT, old, new)
    return None


def _too_old(
    situation: Situation, requirement: Requirement, package: Provider | None, body: bytes
) -> str:
    """Return why a build waits for a newer package set: pypa/build compares lower bounds, too."""
    there = parse_version(package.version) if package is not None else None
    lower = lower_bounds(requirement, there) if there is not None else ""
    if not lower or not situation.certain or _SKIPPED in body:
        return ""
    old = f"it is built with {requirement.name} {lower}, and it is {there} there"
    return printable(f"{situation.version} needs a newer package set: {old}")


def build_field(declared: Declarations) -> str:
    """Return the attribute that takes what builds a package."""
    present = declared.list_of(BUILD)
    if present is not None:
        return present.field
    return BUILD[0] if "pyproject" in declared.place.attributes else BUILD[1]
