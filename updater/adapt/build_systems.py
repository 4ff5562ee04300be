"""Another build backend, or other needs of it -> the fields that say how a package is built."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.adapt.attributes import project_name, provider
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import Specifier

    from updater.adapt.attributes import Provider
    from updater.adapt.situation import Situation
    from updater.overlay.reading.declarations import Declarations
    from updater.overlay.reading.input_elements import Input

_PROJECT = "pyproject.toml"
_NAME = re.compile(r"[^<>=~!]+")
_LOWEST = (">", ">=")
# With this flag pypa/build compares nothing.
_SKIPPED = b"--skip-dependency-check"
_BEYOND_PYTHON = {
    "cmake": "CMake",
    "maturin": "Rust and maturin",
    "meson-python": "meson-python and Meson",
    "ninja": "Ninja",
    "py-build-cmake": "py-build-cmake and CMake",
    "scikit-build": "scikit-build and CMake",
    "scikit-build-core": "scikit-build-core and CMake",
    "setuptools-rust": "setuptools-rust and Rust",
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
    check = _BuildCheck(situation, body, tuple(own for inputs in lists for own in inputs.inputs))
    reason = f"{version} is built with {system.backend.partition(':')[0]}"
    missing: list[Requirement] = []
    for requirement in applying(situation, system.requirements):
        if check.comes_otherwise(requirement.name):
            continue
        package = provider(situation, requirement.name)
        held = check.beyond_python(requirement.name, reason) or check.too_old(requirement, package)
        if held:
            return AdaptationPlan(held=held)
        if package is not None:
            changes += check.changes(requirement, package, reason)
        elif check.is_nowhere(requirement.name):
            missing.append(requirement)
    return AdaptationPlan(tuple(changes)) if not missing else _waiting(version, missing)


class _BuildCheck(Struct, frozen=True, dict=True):
    """What a build is held against: pypa/build looks for all that a back-end requires.

    Attributes:
        body: the text of the package's attributes.
        inputs: of the package, all of which are read.
    """

    situation: Situation
    body: bytes
    inputs: tuple[Input, ...]

    @cached_property
    def present(self) -> set[str]:
        """The projects among its inputs, as far as attributes are called as they are."""
        names = [element.attribute for element in self.inputs]
        return {*map(normalized_name, names), *map(project_name, names)}

    @property
    def is_made(self) -> bool:
        """Whether it is known to be made of these files, and not told to compare nothing."""
        return self.situation.certain and _SKIPPED not in self.body

    def _is_beyond_python(self, name: str) -> bool:
        """Tell whether a project needs more than Python, and is no input yet."""
        return name in _BEYOND_PYTHON and name not in self.present

    def comes_otherwise(self, name: str) -> bool:
        """Tell whether more than Python may come in another way than as an input: by a hook."""
        may_come = name.encode() in self.body or not self.situation.certain
        return self._is_beyond_python(name) and may_come

    def beyond_python(self, name: str, reason: str) -> str:
        """Return why no edit gives a build what it needs; an empty string where one may."""
        if not self._is_beyond_python(name):
            return ""
        by_hand = "the overlay's build must be adapted by hand"
        return f"{reason}, which needs {_BEYOND_PYTHON[name]}: {by_hand}"

    def is_nowhere(self, name: str) -> bool:
        """Tell whether no build can have a project: all inputs are plain packages of a set.

        Args:
            name: of the project, which is no attribute of the overlays or the package set.
        """
        return (
            self.situation.answer is not None
            and self.is_made
            and name.encode() not in self.body
            and all(element.base for element in self.inputs)
        )

    def too_old(self, requirement: Requirement, package: Provider | None) -> str:
        """Return why a build waits for a newer package set; an empty string where it need not."""
        there = parse_version(package.version) if package is not None else None
        lower = lower_bounds(requirement, there) if there is not None else ""
        if not lower or not self.is_made:
            return ""
        old = f"it is built with {requirement.name} {lower}, and it is {there} there"
        return printable(f"{self.situation.version} needs a newer package set: {old}")

    def changes(
        self, requirement: Requirement, package: Provider, reason: str
    ) -> Iterator[Adaptation]:
        """Yield the edits by which a build has what is required, within its bounds."""
        if requirement.name not in self.present:
            field = build_field(self.situation.declared)
            edit = InputAddition(field, package.attribute, package.own)
            yield Adaptation("build-system", edit, reason)
        if self.is_made:
            yield from _without_bounds(self.situation, requirement, package)


def _waiting(version: str, missing: Sequence[Requirement]) -> AdaptationPlan:
    return AdaptationPlan(
        held=printable(f"{version} needs, to be built, {absence(missing)}"),
        unmet=tuple(map(shown, missing)),
        missing=tuple(own.name for own in missing if own.url is None),
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


def build_field(declared: Declarations) -> str:
    """Return the attribute that takes what builds a package."""
    present = declared.list_of(BUILD)
    if present is not None:
        return present.field
    return BUILD[0] if "pyproject" in declared.place.attributes else BUILD[1]
