"""Packages of two Python versions in one closure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import TextRule
from updater.audit.overlay.mentions import Mention, place_in_set
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix
from updater.overlay.editing.elements import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.project import AuditedEntry
    from updater.model import Package
    from updater.model.finding import Finding, FixSafety, Severity
    from updater.overlay.reading.environments import Environment
    from updater.overlay.reading.input_elements import Input

_SET = re.compile(rb"python\d*Packages|pythonPackages|python\d*(?=\s*\.\s*pkgs\b)")
_PLURAL = re.compile(rb"python(\d*)(?=Packages|\s*\.\s*pkgs)")


class OtherPythonInput(TextRule):
    """An input, or the builder, that belongs to another Python than its package."""

    name: ClassVar[str] = "other-python"
    title: ClassVar[str] = "All packages of one closure are built for one Python."
    why: ClassVar[str] = (
        "A module that was built for Python 3.11 is not on the path of Python 3.12: its import "
        "fails, or nixpkgs stops with two versions of one package. Only the set of the package's "
        "own Python has inputs for it."
    )
    bad: ClassVar[str] = """\
tool = super.python3Packages.buildPythonPackage {
  propagatedBuildInputs = [ super.python311Packages.numpy ];
};
"""
    good: ClassVar[str] = """\
tool = super.python3Packages.buildPythonPackage {
  propagatedBuildInputs = [ super.python3Packages.numpy ];
};
"""
    severity: ClassVar[Severity] = "error"
    fix: ClassVar[FixSafety | None] = "safe"
    exceptions: ClassVar[str] = (
        "`python3Packages`, `python3.pkgs` and `pythonPackages` are one set. A Python whose name "
        "the file binds itself is not compared, nor what only `meta` or `passthru` name. "
        "Environments of flake.nix and default.nix are looked at, too."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each package that is named from another set than its user's."""
        if len(set(_PLURAL.findall(overlay.data))) < 2:  # noqa: PLR2004 - of one Python only
            return
        owners = {package.identity: package for package in overlay.packages}
        for mention in overlay.mentions:
            owner = owners.get(mention.owner)
            if owner is None or not mention.set or mention.is_lazy or mention.way == "inherit":
                continue
            own = _python_of(owner, overlay)
            if own and own != mention.set:
                yield self.finding(
                    overlay.file,
                    mention.span,
                    f"{mention.name} of {_shown(mention.set)} in a package of {_shown(own)}",
                    owner,
                    fix=_fix(overlay, mention, own),
                )
        yield from self._builders(overlay)

    def of_entry(self, entry: AuditedEntry) -> Iterator[Finding]:
        """Yield each element of an environment that is of another Python than that.

        An environment of no Python, such as a shell, has that of the first element that has one.
        """
        for environment in entry.environments:
            elements = [
                (element, _set_of(element.base, environment.argument))
                for literal in environment.literals
                for element in literal.inputs
            ]
            of_sets = (python for _, python in elements if python)
            own = _set_of((*environment.python, "pkgs"), "") or next(of_sets, "")
            for element, python in elements:
                if python and own and python != own:
                    where = "in an environment" if environment.python else "beside packages"
                    yield self.finding(
                        entry.file,
                        element.span,
                        f"{element.name} of {_shown(python)} {where} of {_shown(own)}",
                        fix=_element_fix(entry, environment, element, own),
                        advice=f"take it from {_shown(own)}",
                    )

    def _builders(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each package that stands in the set of one Python, and is built for another."""
        for package in overlay.packages:
            own = place_in_set(package.attribute)[0]
            built = _builder_set(package, overlay)
            if not own or not built or own == built:
                continue
            node = overlay.text.data.rfind(package.builder.encode(), 0, package.span.start)
            if node < 0:
                continue
            where = Span(node, node + len(package.builder.encode()))
            yield self.finding(
                overlay.file,
                where,
                f"{package.name} stands in {_shown(own)}, and {_shown(built)} builds it",
                package,
                advice=f"build it with the function of {_shown(own)}",
            )


def _set_of(names: tuple[str, ...], argument: str) -> str:
    """Return the Python set that a path leads through; empty for the environment's own."""
    if names[:1] == (argument,):
        return ""
    for at in range(len(names)):
        python = place_in_set((*names[at:], "package"))[0]
        if python:
            return python
    return ""


def _element_fix(
    entry: AuditedEntry, environment: Environment, element: Input, own: str
) -> Fix | None:
    """Return the fix that takes an element of an environment from the environment's set."""
    if not environment.python:
        return None
    edit = _moved(entry.text.data, element.span, own)
    if edit is None and environment.nixpkgs and element.text.strip('"') == element.name:
        path = (*environment.nixpkgs, _shown(own))
        edit = Edit(element.span, select(path, element.name).encode())
    if edit is None:
        return None
    summary = f"take {element.name} from {_shown(own)}"
    return Fix("safe", summary, (FileEdit(entry.file, edit),))


def _moved(data: bytes, where: Span, own: str) -> Edit | None:
    """Return the edit that names another set in a path; None where no set is in it."""
    match = _SET.search(data, where.start, where.end)
    if match is None:
        return None
    new = own if match[0][-1:].isdigit() or match[0] == b"python" else _shown(own)
    return Edit(Span(*match.span()), new.encode())


def _python_of(package: Package, overlay: OverlayText) -> str:
    """Return the Python of a package: that of its builder, else of the set that it stands in."""
    return _builder_set(package, overlay) or place_in_set(package.attribute)[0]


def _builder_set(package: Package, overlay: OverlayText) -> str:
    names = tuple(package.builder.split("."))
    if names[0] not in overlay.sets:
        return ""
    return place_in_set((*overlay.path_of(names[0]), *names[1:]))[0]


def _shown(python: str) -> str:
    return f"{python}Packages"


def _fix(overlay: OverlayText, mention: Mention, own: str) -> Fix | None:
    """Return the fix that takes the package from its user's own set."""
    data, where = overlay.data, mention.span
    if mention.way == "path":
        moved = _moved(data, where, own)
        if moved is None:
            return None
        edit = moved
    else:
        root = next((name for name, role in overlay.whole_sets.items() if role == mention.role), "")
        if not root or data[where.start : where.end].decode("utf-8", "replace") != mention.name:
            return None
        edit = Edit(where, select((root, _shown(own)), mention.name).encode())
    return Fix(
        "safe", f"take {mention.name} from {_shown(own)}", (FileEdit(overlay.file, edit),), "inputs"
    )


KIND = OtherPythonInput()
