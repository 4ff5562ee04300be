"""A licence that is not the source's, and how nixpkgs calls the source's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.metadata.licences import changed
from updater.metadata.nix_licences import attributes
from updater.model import Edit, Span
from updater.model.finding import FileEdit, Fix
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from updater.audit.overlay.package_meta import PackageMeta

# `super.lib.licenses.mit`, `licenses.mit`, and `with super.lib.licenses; mit`
_NAMED = re.compile(
    r"(?P<way>(?:[\w']+\.)*licenses?\.)(?P<name>[\w-]+)"
    r"|(?P<with>with\s+[\w.']*licenses\s*;\s*)(?P<plain>[\w-]+)"
)
# How nixpkgs calls them, as licences call themselves. Source: nixpkgs, lib/licenses.nix.
_SPELLINGS = (
    (re.compile(r"asl(\d)(\d)"), r"Apache-\1.\2"),
    (re.compile(r"mpl(\d)(\d)"), r"MPL-\1.\2"),
    (re.compile(r"bsd(\d)(\w*)"), r"BSD-\1-Clause"),
    (re.compile(r"(agpl|lgpl|gpl)(\d)(\d?)(Only|Plus)?"), r"\1 \2"),
)


class LicenceChange(Struct, frozen=True):
    """A licence that is another than the source's.

    Attributes:
        span: the expression.
        written: the attribute that it names.
        new: the expression for the source's; empty where nixpkgs' attribute for it is not known.
    """

    span: Span
    written: str
    new: str

    def fix(self, file: str) -> Fix | None:
        """Return the fix that writes the source's."""
        if not self.new:
            return None
        edit = FileEdit(file, Edit(self.span, self.new.encode()))
        return Fix("safe", f"write {self.new}", (edit,))


def licence_change(meta: PackageMeta, named: str) -> LicenceChange | None:
    """Return the licence where it is another.

    Args:
        meta: what the overlay says.
        named: what the source says that its licence is; empty where it says nothing.
    """
    values = meta.values("license")
    if len(values) != 1 or not named:
        return None
    match = _NAMED.fullmatch(meta.text(values[0]))
    if match is None:
        return None
    written = match["name"] or match["plain"]
    spelled = written
    for pattern, spelling in _SPELLINGS:
        spelled = pattern.sub(spelling, spelled)
    if not changed(spelled, named):
        return None
    return LicenceChange(syntax.span(values[0]), written, _expression(match, attributes(named)))


def _expression(match: re.Match[str], names: tuple[str, ...]) -> str:
    """Return the expression for some licences, in the way in which one was written."""
    if not names:
        return ""
    way, inside = match["way"], match["with"]
    if len(names) == 1:
        return f"{way or inside}{names[0]}"
    return f"{inside or f'with {way[:-1]}; '}[ {' '.join(names)} ]"
