"""Another build backend, or other needs of it -> the fields that say how a package is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.adapt.attributes import provider
from updater.adapt.requirements import applying
from updater.adapt.situation import AdaptationPlan
from updater.metadata.build_system import build_system
from updater.model import normalized_name
from updater.model.adaptation import Adaptation, FormChange, InputAddition
from updater.overlay.reading.inputs import BUILD, RUNTIME

if TYPE_CHECKING:
    from updater.adapt.situation import Situation
    from updater.overlay.reading.declarations import Declarations

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
        name = requirement.name
        if name in present:
            continue
        beyond = _BEYOND_PYTHON.get(name)
        if beyond is not None:
            if name.encode() in body or not situation.certain:
                continue  # it may come in another way, such as by a hook
            held = f"{reason}, which needs {beyond}: the overlay's build must be adapted by hand"
            return AdaptationPlan(held=held)
        package = provider(situation, name)
        if package is not None:
            edit = InputAddition(build_field(declared), package.attribute, package.own)
            changes.append(Adaptation("build-system", edit, reason))
    return AdaptationPlan(tuple(changes))


def build_field(declared: Declarations) -> str:
    """Return the attribute that takes what builds a package."""
    present = declared.list_of(BUILD)
    if present is not None:
        return present.field
    return BUILD[0] if "pyproject" in declared.place.attributes else BUILD[1]
