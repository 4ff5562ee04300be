"""A licence that is not the source's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from updater.audit.overlay.base import SourceRule
from updater.metadata.licences import changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from updater.audit.overlay.base import Need
    from updater.audit.overlay.sources import AuditedSource
    from updater.model.finding import Finding

_NAMED = re.compile(
    rb"license\s*=\s*(?:with\s+[\w.']+;\s*)?(?:[\w']+\.)*licenses?\.(?P<name>\w+)\s*;"
    rb"|license\s*=\s*with\s+[\w.']*licenses;\s*(?P<plain>\w+)\s*;"
)
# How nixpkgs calls them, as licences call themselves. Source: nixpkgs, lib/licenses.nix.
_SPELLINGS = (
    (re.compile(r"asl(\d)(\d)"), r"Apache-\1.\2"),
    (re.compile(r"mpl(\d)(\d)"), r"MPL-\1.\2"),
    (re.compile(r"bsd(\d)(\w*)"), r"BSD-\1-Clause"),
    (re.compile(r"(agpl|lgpl|gpl)(\d)(\d?)(Only|Plus)?"), r"\1 \2"),
)


class Licence(SourceRule):
    """A ``meta.license`` of another family than upstream's."""

    name: ClassVar[str] = "licence"
    title: ClassVar[str] = "The license is the one that the source names."
    why: ClassVar[str] = (
        "Nix decides by `meta.license` what may be built and what may be passed on. A licence that "
        "upstream changed, or that was copied from another overlay, decides wrongly."
    )
    bad: ClassVar[str] = """\
meta.license = super.lib.licenses.mit; # LICENSE is that of Apache 2.0
"""
    good: ClassVar[str] = """\
meta.license = super.lib.licenses.asl20;
"""
    needs: ClassVar[Need] = "upstream"
    exceptions: ClassVar[str] = (
        "Licences that are named in two spellings are one. A list of licences, one that is "
        "computed, and a source that names none are not judged."
    )

    def of_source(self, source: AuditedSource) -> Iterator[Finding]:
        """Yield the licence, where it is another."""
        package, data = source.package, source.project.text(source.package.file)
        match = _NAMED.search(data, package.span.start, package.span.end)
        named = source.licence
        if match is None or not named:
            return
        attribute = (match["name"] or match["plain"]).decode()
        spelled = attribute
        for pattern, spelling in _SPELLINGS:
            spelled = pattern.sub(spelling, spelled)
        if changed(spelled, named):
            where = type(package.span)(*match.span())
            message = f"the license is {attribute} here, and the source says {named}"
            yield self.finding(package.file, where, message, package, advice="write the source's")


KIND = Licence()
