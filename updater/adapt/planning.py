"""One package's new source and its overlay -> all that its update needs beside the pin."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import Requirement

from updater.adapt.attributes import TORCH, candidates, project_name
from updater.adapt.build_systems import build_changes
from updater.adapt.extras import extra_changes
from updater.adapt.patches import PatchedFiles, patched
from updater.adapt.removals import removals
from updater.adapt.requirements import (
    applying,
    new_extras,
    newer_bounds,
    requirement_changes,
)
from updater.adapt.situation import AdaptationPlan, Situation, own_packages
from updater.metadata import requirements
from updater.metadata.build_system import build_system
from updater.metadata.folders import files_in
from updater.model import normalized_name
from updater.model.adaptation import FormChange
from updater.overlay.reading.declarations import Declarations, declarations
from updater.overlay.reading.file import parse_file
from updater.overlay.reading.inputs import BUILD, RUNTIME
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from updater.adapt.situation import OwnPackage
    from updater.building.offers import SetAnswer
    from updater.metadata.requirements import Requirements
    from updater.model import Package

# All that a nixpkgs which is still kept may have is this one or newer.
_OLDEST_PYTHON = "3.11"


class AdaptationTask(Struct, frozen=True):
    """A package whose update is to be adapted.

    Attributes:
        body: the text of its attributes.
        source: what the overlay makes of the new source's project files.
        needed: what that requires; None where nothing says it as text.
    """

    package: Package
    version: str
    declared: Declarations
    body: bytes
    source: PatchedFiles
    needed: Requirements | None

    def with_requirements(self, lines: Iterable[str]) -> AdaptationTask:
        """Return the task of what built metadata require, whether a build checks that or not.

        Raises:
            HostileFile: there are more than any project has.
        """
        form = "pyproject" if self.declared.form == "setuptools" else self.declared.form
        needed = requirements.Requirements("", requirements.parsed(lines))
        return replace(self, needed=needed, declared=replace(self.declared, form=form))

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes to ask the package set about."""
        system = build_system(self.source.files)
        needed = self.needed.needed if self.needed is not None else ()
        projects = [name for name, _ in (*needed, *(system.requirements if system else ()))]
        return tuple(
            name for project in (*dict.fromkeys(projects), *TORCH) for name in candidates(project)
        )

    @property
    def asks_for_more(self) -> bool:
        """Whether it requires what its own lists do not name, so that the held source matters."""
        needed = self.needed.needed if self.needed is not None else ()
        extras = self.declared.extras
        there = {
            project_name(element.attribute)
            for field in extras
            for element in self.declared.lists[field].inputs
        }
        return any(
            name not in self._direct | (there if "extra ==" in text else set())
            for name, text in needed
            if extras or "extra ==" not in text
        )

    @property
    def asks_for_less(self) -> bool:
        """Whether its own lists name what it does not require, which upstream may have dropped."""
        return self.needed is not None and bool(self._direct - self.needed.everywhere)

    @property
    def _direct(self) -> set[str]:
        """The projects that its own lists name, as far as attributes are called as they are."""
        return {
            project_name(element.attribute)
            for field in RUNTIME
            if field in self.declared.lists
            for element in self.declared.lists[field].inputs
        }

    @property
    def needs_answer(self) -> bool:
        """Whether what it needs depends on what the package set has."""
        needed = self.needed.needed if self.needed is not None else ()
        system = build_system(self.source.files)
        lists = [self.declared.lists[name] for name in BUILD if name in self.declared.lists]
        tools = {normalized_name(element.name) for inputs in lists for element in inputs.inputs}
        return (
            self.asks_for_more
            or self.asks_for_less
            or bool(self.needed and newer_bounds(self.needed.python, _OLDEST_PYTHON))
            or any(name != text for name, text in needed if "extra ==" not in text)
            or (self.declared.form == "setuptools" and system is not None and not system.script)
            or (
                self.declared.form == "pyproject"
                and system is not None
                and any(name not in tools or name != text for name, text in system.requirements)
            )
        )

    @property
    def extras(self) -> dict[str, tuple[str, ...]]:
        """The extras that it requires, by the attributes that their packages may be."""
        needed = self.needed.needed if self.needed is not None else ()
        wanted: dict[str, tuple[str, ...]] = {}
        for requirement in (Requirement(text) for _, text in needed):
            for attribute in candidates(normalized_name(requirement.name)):
                extras = (*wanted.get(attribute, ()), *sorted(requirement.extras))
                wanted |= {attribute: extras} if extras else {}
        return wanted

    def names_of_extras(self, situation: Situation) -> tuple[str, ...]:
        """Return the attributes to ask the package set about once it told what extras need."""
        answer, needed = situation.answer, self.needed.needed if self.needed is not None else ()
        names = (
            attribute
            for requirement in applying(situation, needed)
            for _, name in new_extras(situation, requirement)
            for attribute in candidates(name)
        )
        offers = answer.offers if answer is not None else {}
        return tuple(name for name in dict.fromkeys(names) if name not in offers)

    def situation(
        self, answer: SetAnswer | None, others: OverlayNeighbours, held: Requirements | None
    ) -> Situation:
        """Return what is decided from.

        Args:
            answer: what the package set has of `names`; None where it is not asked.
            others: the overlays.
            held: what the held source requires; None where that is not known.
        """
        return Situation(
            self.package,
            printable(self.version),
            self.declared,
            self.source.files,
            self.source.certain,
            held,
            answer,
            others.own,
            others.has_torch_bin,
            others.moved,
            others.finals,
        )

    def plan(self, situation: Situation) -> AdaptationPlan:
        """Return what the update needs.

        Raises:
            HostileFile: a file of the source breaks a bound.
        """
        plan = self.without_answer
        if plan.held:
            return plan
        parts = [build_changes(situation, self.body)]
        if any(isinstance(change.edit, FormChange) for change in parts[0].adaptations):
            # From then on the requirements are checked.
            declared = replace(self.declared, form="pyproject")
            situation = replace(situation, declared=declared)
        if self.needed is not None:
            parts.append(requirement_changes(situation, self.needed))
            parts += [extra_changes(situation, self.needed), removals(situation, self.needed)]
        changes = (change for part in parts for change in part.adaptations)
        return AdaptationPlan(
            (*plan.adaptations, *changes),
            "; and ".join(part.held for part in parts if part.held),
            (*plan.advice, *(text for part in parts for text in part.advice)),
            tuple(text for part in parts for text in part.unmet),
            tuple(name for part in parts for name in part.missing),
        )

    @property
    def without_answer(self) -> AdaptationPlan:
        """What its own text and the new source say, whatever the package set has."""
        if not (self.source.missing and self.source.certain):
            return AdaptationPlan(self.source.adaptations, advice=self._doubts)
        listed = ", ".join(f"{pattern} in {file}" for file, pattern in self.source.missing)
        reason = f"postPatch replaces text that {self.version} does not have: {listed}"
        return AdaptationPlan(held=printable(reason))

    @property
    def _doubts(self) -> tuple[str, ...]:
        """What postPatch does in vain, and what nobody here can judge."""
        version = self.version
        vain = (
            f"postPatch changes nothing in {file} of {version}: {pattern}"
            for file, pattern in self.source.stale
        )
        unjudged = (
            f"postPatch is not judged here, so look whether {version} still needs it: {text}"
            for text in self.source.unjudged
        )
        return tuple(map(printable, (*vain, *unjudged)))


class OverlayNeighbours(Struct, frozen=True, dict=True):
    """All overlays, the same for all packages of a run.

    Attributes:
        waiting: package name -> the version that this run moves it to.
        finals: as `Situation` has them.
    """

    packages: Sequence[Package]
    texts: Mapping[str, bytes]
    waiting: Mapping[str, str]
    finals: Callable[[], frozenset[str]] = frozenset

    @cached_property
    def own(self) -> Mapping[str, OwnPackage]:
        """The overlays' Python packages, as `own_packages` returns them."""
        return own_packages(self.packages)

    @cached_property
    def moved(self) -> Mapping[str, str]:
        """The versions that this run moves packages to, by normalized names."""
        return {normalized_name(name): version for name, version in self.waiting.items()}

    @cached_property
    def has_torch_bin(self) -> bool:
        """Whether one of them takes torch as a binary."""
        return any(b"torch-bin" in text for text in self.texts.values())


def adaptation_task(
    package: Package,
    version: str,
    data: bytes,
    files: Mapping[str, bytes],
    fetchers: frozenset[str],
) -> AdaptationTask | None:
    """Return what is to be adapted; None for what is no plain Python package.

    Args:
        package: as it was read.
        version: the new one.
        data: its file.
        files: the new source's project files, by path in the whole source.
        fetchers: as for `parse_file`.

    Raises:
        HostileFile: a file of the source breaks a bound.
    """
    parsed = parse_file(data, package.file, fetchers, ())
    there = [
        own
        for own in parsed.content.packages
        if own.attribute == package.attribute and own.identity == package.identity
    ]
    declared = declarations(parsed.text, there[0]) if len(there) == 1 else None
    if declared is None or package.folder is None or not package.is_python:
        return None
    files = files_in(package.folder, files)
    source = patched(declared, files, version, data)
    # What an sdist says of itself was said before the overlay's substitutions.
    own = {path: text for path, text in source.files.items() if path != "PKG-INFO"}
    needed = requirements.from_tree(own if declared.substitutions else source.files)
    body = data[there[0].span.start : there[0].span.end]
    return AdaptationTask(package, version, declared, body, source, needed)
