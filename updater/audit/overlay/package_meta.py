"""The ``meta`` of a package, as its overlay writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.audit.overlay.project import first_line
from updater.overlay.reading import syntax
from updater.overlay.reading.scope import AttributeScope, Scope
from updater.overlay.reading.shape import outcome

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.audit.overlay.overlay_text import OverlayText
    from updater.model import Package, Span

_WANTED = ("description", "homepage", "license", "platforms")
_PLAIN = re.compile(r'"[^"\\$]*"')


class Literal(Struct, frozen=True):
    """A text that is written out.

    Attributes:
        span: with its quotes.
    """

    value: str
    span: Span


class PackageMeta:
    """The ``meta`` of one package.

    Attributes:
        where: the place of it, else the package's first line.
    """

    def __init__(self, overlay: OverlayText, package: Package) -> None:
        self._data = overlay.data
        own = overlay.statements(package)
        self._statements = [one for one in own if one.names[0] == "meta"]
        place = overlay.place(package)
        self._readable = place is not None
        if place is not None and "meta" in place.attributes:
            binding = place.attributes.get("meta")
            self._readable = binding is not None and not binding.inherited
        first = self._statements[0].node if self._statements else None
        self.where = (
            syntax.span(first)
            if first is not None
            else first_line(overlay.data, package.span.start)
        )

    def missing(self) -> tuple[str, ...]:
        """Return what is not there; nothing where that cannot be read."""
        if not self._readable:
            return ()
        names: set[str] = set()
        for statement in self._statements:
            if len(statement.names) > 1:
                names.add(statement.names[1])
                continue
            node = outcome(statement.value)
            if node.type not in syntax.ATTRIBUTE_SETS:
                return ()
            attributes = AttributeScope(node, Scope(), self._data)
            names.update(attributes)
            names.update(inner.names[0] for inner in attributes.statements)
        if "license" in names or "licenses" in names:
            names.add("license")
        if "badPlatforms" in names:
            names.add("platforms")
        return tuple(name for name in _WANTED if name not in names)

    def values(self, name: str) -> list[Node]:
        """Return the expressions that an attribute is bound to; several where it is a mistake."""
        found = [one.value for one in self._statements if one.names[1:] == (name,)]
        for statement in self._statements:
            node = outcome(statement.value)
            if len(statement.names) == 1 and node.type in syntax.ATTRIBUTE_SETS:
                inner = AttributeScope(node, Scope(), self._data).statements
                found += [one.value for one in inner if one.names == (name,)]
        return found

    def literal(self, name: str) -> Literal | None:
        """Return the text that an attribute is, with its quotes; None for any other expression."""
        values = self.values(name)
        node = outcome(values[0]) if len(values) == 1 else None
        text = syntax.text(node, self._data) if node is not None else ""
        if node is None or not _PLAIN.fullmatch(text):
            return None
        return Literal(text[1:-1], syntax.span(node))

    def text(self, node: Node) -> str:
        """Return how an expression is written."""
        return syntax.text(node, self._data)
