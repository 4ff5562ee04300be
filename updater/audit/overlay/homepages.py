"""Homepages that are gone, or that have moved for good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.overlay_text import OverlayText
from updater.audit.overlay.package_meta import PackageMeta
from updater.metadata import summary
from updater.metadata.folders import files_in
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Final

    from updater.audit.overlay.package_meta import Literal
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package

# What may be written into Nix as it is: nothing in it ends a string, or begins an expression.
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][\w./?#=&%+,~:@!*();-]*)?")
_LONGEST: Final = 200


class HomepageQuestion(Struct, frozen=True):
    """A homepage that is to be asked for.

    Attributes:
        url: as the overlay writes it.
        own: the page that the source names; empty where it names none, or the same.
    """

    url: str
    own: str = ""


class HomepageReading(Struct, frozen=True):
    """What became of a homepage.

    Attributes:
        url: what was asked.
        gone: its host says that there is none.
        to: where it has moved for good, or where the source's own page is; empty for neither.
    """

    url: str
    gone: bool
    to: str


class HomepageFinding(Struct, frozen=True):
    """A homepage that is not there."""

    package: Package
    span: Span
    message: str
    fix: Fix | None


def homepages(
    project: AuditedProject, packages: Iterable[Package]
) -> Mapping[str, HomepageQuestion]:
    """Return the homepages of packages that are written out, by the packages' identities."""
    questions: dict[str, HomepageQuestion] = {}
    for package in packages:
        literal = _homepage(project, package)
        if literal is None or not _is_address(literal.value):
            continue
        source = project.sources.get(package.identity)
        files = files_in(package.folder, source.files) if source is not None else {}
        own = summary.from_tree(files).homepage if files else ""
        is_other = _is_address(own) and not _is_same(own, literal.value)
        questions[package.identity] = HomepageQuestion(literal.value, own if is_other else "")
    return questions


def homepage_findings(project: AuditedProject) -> Iterator[HomepageFinding]:
    """Yield each homepage that is gone, or has moved for good."""
    for identity, reading in project.pages.items():
        package = project.packages.get(identity)
        literal = _homepage(project, package) if package is not None else None
        if package is None or literal is None or literal.value != reading.url:
            continue
        fits = _is_address(reading.to) and not _is_same(reading.to, literal.value)
        if not reading.gone and not fits:
            continue
        edit = Edit(literal.span, f'"{reading.to}"'.encode())
        fix = Fix("safe", f"write {reading.to}", (FileEdit(package.file, edit),)) if fits else None
        state = "is gone" if reading.gone else f"has moved to {reading.to}"
        message = f"the homepage {literal.value} {state}"
        yield HomepageFinding(package, literal.span, message, fix)


def _homepage(project: AuditedProject, package: Package) -> Literal | None:
    data = project.text(package.file)
    if package.problem or b"homepage" not in data[package.span.start : package.span.end]:
        return None
    return PackageMeta(OverlayText(package.file, data, (package,)), package).literal("homepage")


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def _is_same(first: str, second: str) -> bool:
    """Tell whether two addresses differ in nothing but letters' case and a slash at the end."""
    return first.rstrip("/").lower() == second.rstrip("/").lower()
