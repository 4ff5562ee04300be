"""Another build backend, or other needs of it -> the fields that say how a package is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import provider
from updater.adapt.requirements import applying, lower_bounds
from updater.adapt.situation import AdaptationPlan
from updater.metadata.build_system import build_system
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, FormChange, InputAddition
from updater.model.labels import parse_version
from updater.overlay.reading.inputs import BUILD, RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from updater.adapt.attributes import Provider
    from updater.adapt.situation import Situation
    from updater.overlay.reading.declarations import Declarations

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
    for requirement in applying(situation, system.requirements):
        name, package = requirement.name, provider(situation, requirement.name)
        held = _too_old(situation, requirement, package, body)
        beyond = _BEYOND_PYTHON.get(name) if name not in present else None
        if beyond is not None and (name.encode() in body or not situation.certain):
            continue  # it may come in another way, such as by a hook
        if beyond is not None:
            held = f"{reason}, which needs {beyond}: the overlay's build must be adapted by hand"
        if held:
            return AdaptationPlan(held=held)
        if package is not None and name not in present:
            edit = InputAddition(build_field(declared), package.attribute, package.own)
            changes.append(Adaptation("build-system", edit, reason))
    return AdaptationPlan(tuple(changes))


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
