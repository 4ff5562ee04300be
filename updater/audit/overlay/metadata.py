"""What a package says of itself to people: description, homepage, licence and platforms.

With the pinned source it is compared with what that says, and the homepage is asked for.

Source: Nixpkgs manual, "Meta-attributes".
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from updater.audit.overlay.base import TextRule
from updater.audit.overlay.homepages import homepage_findings
from updater.audit.overlay.meta_licences import licence_change
from updater.audit.overlay.package_meta import PackageMeta
from updater.overlay.reading.uses import references_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.audit.overlay.project import AuditedProject
    from updater.model import Package, Span
    from updater.model.finding import Finding, FixSafety, Severity

_OVERRIDES = ("override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation")


class Metadata(TextRule):
    """A package without what its ``meta`` should say."""

    name: ClassVar[str] = "metadata"
    title: ClassVar[str] = (
        "A package has a description, a homepage, a license and platforms, and they are true."
    )
    why: ClassVar[str] = (
        "Nix refuses unfree packages by their license, and builds on other systems are skipped by "
        "their platforms. Without them nobody is warned. A license that upstream changed, or that "
        "was copied from another overlay, decides wrongly. The homepage is where a reviewer "
        "begins, and the description is what search shows."
    )
    bad: ClassVar[str] = """\
meta.description = "Exponential moving average of a module";
"""
    good: ClassVar[str] = """\
meta = with super.lib; {
  description = "Exponential moving average of a module";
  homepage = "https://github.com/lucidrains/ema-pytorch";
  license = licenses.mit;
  platforms = platforms.unix;
};
"""
    severity: ClassVar[Severity] = "note"
    fix: ClassVar[FixSafety | None] = "safe"
    compares: ClassVar[bool] = True
    exceptions: ClassVar[str] = (
        "An override of a package keeps that package's own `meta`. Builders of other languages "
        "than Python give platforms themselves, and what only another package of its file uses "
        "needs no `meta`. A `meta` that is computed or taken from another package is not judged. "
        "With `--upstream` the license is compared with the one that the source names, and the "
        "homepage is asked for. Licenses that are named in two spellings are one; a list of "
        "licenses, and a source that names none, are not judged. Only a permanent redirect to "
        "another address counts, and a page counts as gone if its host says so (404 or 410)."
    )

    def findings(self, overlay: OverlayText) -> Iterator[Finding]:
        """Yield each package that lacks some, at its ``meta`` or else its name."""
        parts = _Parts(overlay)
        for package in overlay.packages:
            if package.problem or _is_override(package) or not _is_built(package):
                continue
            place = PackageMeta(overlay, package)
            missing = tuple(name for name in place.missing() if not _is_given(package, name))
            if missing and package not in parts:
                listed = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
                yield self.finding(
                    overlay.file,
                    place.where,
                    f"{package.name} has no {listed}",
                    package,
                    advice="add it to `meta`",
                )

    def compared(self, project: AuditedProject) -> Iterator[Finding]:
        """Yield each licence that is not the source's, and each homepage that is not there."""
        for source in project.compared:
            place = PackageMeta(source.overlay, source.package)
            change = licence_change(place, source.licence)
            if change is not None:
                found = self.finding(
                    source.package.file,
                    change.span,
                    f"the license is {change.written} here, and the source says {source.licence}",
                    source.package,
                    advice="write the source's license",
                    fix=change.fix(source.package.file),
                )
                yield replace(found, severity="warning")
        for page in homepage_findings(project):
            yield self.finding(
                page.package.file,
                page.span,
                page.message,
                page.package,
                advice="write the address of the project's page",
                fix=page.fix,
            )


def _is_given(package: Package, name: str) -> bool:
    """Tell whether a builder gives a package some meta itself, as those of languages do.

    The packaging guide has platforms for what buildPythonPackage builds all the same.
    Source: nixpkgs, ``build-support/go/module.nix``, ``build-support/rust`` and others.
    """
    builder = package.builder.rpartition(".")[2]
    return name == "platforms" and not (package.is_python or builder.endswith("mkDerivation"))


class _Parts:
    """The packages that only other packages of the file use, so that nobody looks them up.

    What a file names is gone through once, however many packages it has.
    """

    def __init__(self, overlay: OverlayText) -> None:
        self._overlay = overlay
        self._outer: list[Span] = []
        self._inner: set[Span] = set()
        spans = (package.span for package in overlay.packages)
        for span in sorted(spans, key=lambda span: (span.start, -span.end)):
            if self._outer and span in self._outer[-1]:
                self._inner.add(span)
            else:
                self._outer.append(span)

    def __contains__(self, package: Package) -> bool:
        if package.span in self._inner:
            return True
        if len(package.attribute) != 1:  # of a set, and no name
            return False
        named = self._uses.get(package.attribute[0], ())
        used = [where for where in named if where not in package.span]
        return bool(used) and all(map(self._is_inside, used))

    def _is_inside(self, where: Span) -> bool:
        """Tell whether a package has a place in the text."""
        place = bisect_right(self._outer, where.start, key=lambda span: span.start) - 1
        return place >= 0 and where in self._outer[place]

    @cached_property
    def _uses(self) -> Mapping[str, Sequence[Span]]:
        uses: dict[str, list[Span]] = {}
        for where, text in references_in(self._overlay.text).names:
            uses.setdefault(text, []).append(where)
        return uses


def _is_override(package: Package) -> bool:
    return package.builder.rpartition(".")[2] in _OVERRIDES


def _is_built(package: Package) -> bool:
    """Tell whether it is a package of its own, not the pin, the problem or the call of one."""
    if package.generator or not package.builder:  # what builds it stands elsewhere
        return False
    return package.version is not None or package.source is not None


KIND = Metadata()
