"""Packages of overlays that nothing uses, and environments that ask for what they cannot see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import ProjectRule
from updater.audit.overlay.project import first_line
from updater.model import Edit
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.elements import select
from updater.overlay.reading.uses import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.project import AuditedEntry, AuditedProject
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety
    from updater.overlay.reading.environments import Environment
    from updater.overlay.reading.input_elements import Input

# What takes packages without naming them.
_WHOLE = re.compile(
    rb"\b(?:attrNames|attrValues|filterAttrs|filterPackages|genAttrs|intersectAttrs|listToAttrs"
    rb"|mapAttrs\w*|readDir|legacyPackages|flattenTree|packagesFromDirectoryRecursive)\b"
)
_UNION = re.compile(rb"(python\d*Packages|pythonPackages)\s*=\s*\(?[^;]*?\.\s*\1\s*//")


class Unused(ProjectRule):
    """A package in no environment and no package, or ``ps.NAME`` of what ``//`` adds."""

    name: ClassVar[str] = "unused"
    title: ClassVar[str] = (
        "Every package of an overlay is used, and environments take it from where it is."
    )
    why: ClassVar[str] = (
        "A package that no environment and no other package uses is updated and built for nobody. "
        "And `python3.withPackages (ps: [ ps.NAME ])` does not see what "
        "`python3Packages = super.python3Packages // { NAME = ...; }` adds: `ps` is the set of "
        "the Python itself, so that Nix stops with a missing attribute."
    )
    bad: ClassVar[str] = """\
pythonEnv = pkgs.python3.withPackages (ps: [ ps.ema-pytorch ]);
"""
    good: ClassVar[str] = """\
pythonEnv = pkgs.python3.withPackages (ps: [ pkgs.python3Packages.ema-pytorch ]);
"""
    fix: ClassVar[FixSafety | None] = "safe"
    exceptions: ClassVar[str] = (
        "Whether a package is used can be told only where flake.nix names packages one by one: "
        "one that takes them all (`attrValues`, `genAttrs`, `legacyPackages`), or that offers its "
        "overlays and makes no environment, is not judged. `ps` sees what `packageOverrides` and "
        "`pythonPackagesExtensions` add."
    )
    guide: ClassVar[str] = (
        "The guide adds packages with `python3Packages = super.python3Packages // { ... }` and "
        "then asks for `ps.new-package` in an environment. With nixpkgs that fails: `ps` has what "
        "`python3` has, and `//` changes only the set `python3Packages`. Naming the package "
        "itself, as `pkgs.python3Packages.new-package`, works."
    )

    def findings(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield what environments cannot see, and then what nothing uses."""
        hidden = _hidden(project)
        for entry in project.entries:
            for environment in entry.environments:
                for literal in environment.literals:
                    for element in literal.inputs:
                        package = hidden.get(element.name)
                        if package is not None and _is_seen_through(element, environment):
                            yield self._invisible(entry, environment, element, package)
        yield from self._unused(project)

    def _invisible(
        self, entry: AuditedEntry, environment: Environment, element: Input, package: Package
    ) -> Finding:
        fix = None
        bare = element.text.strip("() ")
        names = {element.name, f'"{element.name}"'}
        plain = bare.rpartition(".")[2] in names or bare in names
        if environment.nixpkgs and plain and not element.overridden:
            path = (*environment.nixpkgs, package.attribute[0])
            edit = Edit(element.span, select(path, element.name).encode())
            fix = Fix("safe", "name the package itself", (FileEdit(entry.file, edit),))
        return self.finding(
            entry.file,
            element.span,
            f"{environment.argument} does not see {element.name}: {package.file} adds it with //",
            package,
            fix=fix,
            advice=f"name it as pkgs.{package.attribute[0]}.{element.name}",
        )

    def _unused(self, project: AuditedProject) -> Iterator[Finding]:
        if not project.entries or not any(entry.environments for entry in project.entries):
            return
        for entry in project.entries:
            if _WHOLE.search(entry.text.data) or not all(e.whole for e in entry.environments):
                return
        users: dict[str, set[str]] = {}
        for _, mention in project.mentions_of(project.added.keys()):
            users.setdefault(mention.name, set()).add(mention.owner)
        texts = [own.text.data for own in project.entries]
        in_entries = {name for text in texts for _, name in references(text).names}
        for name, packages in project.added.items():
            for package in packages:
                is_used = name in in_entries or users.get(name, set()) - {package.identity}
                is_overlay = project.looked.looks[package.file].facts.is_overlay
                if is_used or package.problem or not is_overlay:
                    continue
                yield self.finding(
                    package.file,
                    first_line(project.text(package.file), package.span.start),
                    f"no environment and no other package uses {name}",
                    package,
                    advice="add it to an environment, or remove the overlay",
                )


def _hidden(project: AuditedProject) -> dict[str, Package]:
    """Return the packages that ``//`` adds to a set of Python packages, by name."""
    hidden = {}
    for packages in project.added.values():
        for package in packages:
            match = _UNION.search(project.text(package.file))
            in_union = match is not None and match[1].decode() == package.attribute[0]
            if in_union and len(package.attribute) == 2:  # noqa: PLR2004 - the set and the name
                hidden[package.name] = package
    return hidden


def _is_seen_through(element: Input, environment: Environment) -> bool:
    return bool(environment.argument) and element.base == (environment.argument,)


KIND = Unused()
