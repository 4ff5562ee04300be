"""What adaptations are decided from."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field
from packaging.markers import default_environment

from updater.adapt.markers import of_python
from updater.errors import Bug, bugs_at
from updater.model import normalized_name
from updater.overlay.reading import syntax
from updater.overlay.reading.declarations import declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from updater.adapt.markers import Environment
    from updater.building.offers import SetAnswer, SetPackage
    from updater.metadata.requirements import Requirements
    from updater.model import Package
    from updater.model.adaptation import Adaptation
    from updater.overlay.reading.declarations import Declarations


class OwnPackage(Struct, frozen=True):
    """A package that the overlays make.

    Attributes:
        attribute: the last component of its path.
        version: its label; empty where it has none.
    """

    attribute: str
    version: str


class Situation(Struct, frozen=True):
    """One package and its new source.

    Attributes:
        version: the new one.
        declared: what the overlay says of the package.
        files: the new source's project files by path, as the overlay's substitutions leave them.
        certain: nothing else changes these files before they are built.
        held: what the held source requires; None where that is not known.
        answer: what the package set has; None where it is not asked, so that all is advice.
        own: the overlays' Python packages by their normalized names.
        binary: the overlays use the wheels of torch (``torch-bin``).
        waiting: normalized name of a package of the overlays -> the version that this run gives it.
        finals: returns the attributes that the overlays take from the set as all of them leave it,
            since one of them replaces what nixpkgs has; few updates ask, and all overlays are read.
    """

    package: Package
    version: str
    declared: Declarations
    files: Mapping[str, bytes]
    certain: bool
    held: Requirements | None
    answer: SetAnswer | None
    own: Mapping[str, OwnPackage]
    binary: bool
    waiting: Mapping[str, str] = field(default_factory=dict)
    finals: Callable[[], frozenset[str]] = frozenset

    @property
    def environment(self) -> Environment:
        """What markers are evaluated in: this system, and the Python of the package set."""
        base = {str(name): str(value) for name, value in default_environment().items()}
        python = self.answer.python if self.answer is not None else ""
        return {**base, **of_python(python)}

    @property
    def project(self) -> str:
        """The package's project, by its normalized name."""
        return self.package.project_name

    @property
    def own_names(self) -> set[str]:
        """What the package may be called, normalized."""
        return {normalized_name(self.package.name), self.project}

    @property
    def closure(self) -> dict[str, SetPackage]:
        """What the package has at run time as it is, by normalized names."""
        closure = self.answer.closure if self.answer is not None else ()
        return {normalized_name(own.name): own for own in closure if own.name}


class AdaptationPlan(Struct, frozen=True):
    """What an update needs beside its pin.

    Attributes:
        adaptations: in the order in which they are written.
        held: why the update must wait, for which no edit helps; an empty string where it need not.
        advice: what is to be known and cannot be written.
        unmet: the requirements for which no edit helps.
        missing: the projects of those that neither the overlays nor the package set have, but for
            what names its own address.
    """

    adaptations: tuple[Adaptation, ...] = ()
    held: str = ""
    advice: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def own_packages(packages: Iterable[Package]) -> dict[str, OwnPackage]:
    """Return the overlays' Python packages by attribute and by pname; attributes come first."""
    own: dict[str, OwnPackage] = {}
    python = [package for package in packages if package.is_python and package.attribute]
    for package in python:
        if package.pname:
            made = OwnPackage(package.name, package.label or "")
            own.setdefault(normalized_name(package.pname), made)
    for package in python:
        own[normalized_name(package.name)] = OwnPackage(package.name, package.label or "")
    return own


def final_attributes(packages: Iterable[Package], texts: Mapping[str, bytes]) -> frozenset[str]:
    """Return the Python packages that overlays take from the set as all of them leave it.

    That is the guide's ``self.python3Packages.einops``, beside which its namesake of ``super``
    would be a second package of one project.

    Args:
        packages: of the overlays.
        texts: by file.
    """
    names: set[str] = set()
    for package in packages:
        if package.is_python:
            with suppress(Bug), bugs_at("adapt"):  # what it says is told where it is read
                names |= _finals(package, texts[package.file])
    return frozenset(names)


def _finals(package: Package, data: bytes) -> set[str]:
    declared = declarations(syntax.parse(data), package)
    final = declared.place.arguments[:1] if declared is not None else ()
    return {
        element.name
        for inputs in (declared.lists.values() if declared is not None and any(final) else ())
        for element in inputs.inputs
        if element.base[:1] == final and len(element.base) > 1
    }
