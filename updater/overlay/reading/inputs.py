"""What a package's attributes say that it needs: its lists of inputs, and what stands around it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import syntax
from updater.overlay.reading.input_elements import (
    PackageListReader,
    names_of,
    with_names,
    written_out,
)
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.input_elements import Input, ListLiteral
    from updater.overlay.reading.scope import Binding
    from updater.overlay.reading.syntax import NixText

RUNTIME = ("dependencies", "propagatedBuildInputs")
"""The attributes whose lists hold what a package needs at run time, the newer one first."""

BUILD = ("build-system", "nativeBuildInputs")
"""The attributes whose lists hold what builds it, the newer one first."""

OPTIONAL = "optional-dependencies"
"""The attribute whose set has a list for each extra: the field of one is ``OPTIONAL.EXTRA``."""

INPUT_FIELDS = (*RUNTIME, *BUILD, "buildInputs", "nativeCheckInputs", "checkInputs")
"""All attributes whose lists hold inputs."""


class InputList(Struct, frozen=True):
    """One attribute's inputs.

    Attributes:
        statement: the whole binding.
        span: its expression.
        whole: all of it could be read.
    """

    field: str
    statement: Span
    span: Span
    literals: tuple[ListLiteral, ...]
    inputs: tuple[Input, ...]
    whole: bool

    def __contains__(self, name: str) -> bool:
        return any(element.name == name for element in self.inputs)


class Formals(Struct, frozen=True):
    """The arguments that a function takes by their names.

    Attributes:
        span: with their braces.
        names: name -> where it stands, with its default.
    """

    span: Span
    names: dict[str, Span]


class PackagePlace(Struct, frozen=True):
    """A package's attribute set, and what stands around it.

    Attributes:
        withs: as `ListLiteral.withs`.
        builder: the names of the function whose argument it is, such as
            ``("super", "python3Packages", "buildPythonPackage")``; empty where it is none.
        arguments: of the functions around it, from the outermost: ``self`` and ``super`` for an
            overlay; an empty one for a set of formals.
        formals: of the functions around it that have any, from the outermost.
    """

    attributes: AttributeScope
    withs: tuple[tuple[str, ...], ...]
    builder: tuple[str, ...]
    arguments: tuple[str, ...]
    formals: tuple[Formals, ...] = ()


class WayParts(Struct, frozen=True):
    """What an expression on the way to a package is made of, by where each part starts."""

    starts: list[int]
    parts: list[tuple[Node, Scope]]

    @classmethod
    def of(cls, node: Node, scope: Scope, data: bytes) -> WayParts:
        """Return an expression's parts, in the order of the file."""
        below = parts(node, scope, data)
        return cls([part.start_byte for part, _ in below], below)

    def around(self, where: Span) -> tuple[Node, Scope] | None:
        """Return the part around a place."""
        rank = bisect_right(self.starts, where.start) - 1
        return self.parts[rank] if rank >= 0 and where in syntax.span(self.parts[rank][0]) else None


def place_of(text: NixText, where: Span) -> PackagePlace | None:
    """Return the attribute set at a place; None where there is another expression.

    What is on the way to it is kept for other places: a file may have hundreds in one set.

    Args:
        text: the file.
        where: the place.
    """
    node, scope, data, ways = text.root, Scope(), text.data, text.ways
    withs: list[tuple[str, ...]] = []
    builder: tuple[str, ...] = ()
    arguments: list[str] = []
    formals: list[Formals] = []
    while node.type not in syntax.ATTRIBUTE_SETS or syntax.span(node) != where:
        if node.id not in ways:
            ways[node.id] = WayParts.of(node, scope, data)
        below = ways[node.id].around(where)
        if below is None:
            return None
        if node.type == "with_expression" and below[0] == node.child_by_field_name("body"):
            withs.append(with_names(node, data))
        if node.type == "apply_expression":
            function = node.child_by_field_name("function")
            builder = names_of(function, data) if function is not None else ()
            if len(builder) == 1 and withs and scope.holder(builder[0]) is None:
                builder = (*withs[-1], *builder)
            builder = written_out(builder, scope, data)
        if node.type == "function_expression":
            arguments.append(FunctionScope(node, scope, data).argument)
            formals += _formals(node, data)
        node, scope = below
    attributes = AttributeScope(node, scope, data)
    return PackagePlace(attributes, tuple(withs), builder, tuple(arguments), tuple(formals))


def _formals(function: Node, data: bytes) -> list[Formals]:
    node = function.child_by_field_name("formals")
    names = {
        syntax.text(name, data): syntax.span(formal)
        for formal in (node.children_by_field_name("formal") if node is not None else ())
        if (name := formal.child_by_field_name("name")) is not None
    }
    return [Formals(syntax.span(node), names)] if node is not None else []


def input_lists(place: PackagePlace, data: bytes) -> dict[str, InputList]:
    """Return a package's lists of inputs by their attributes."""
    bindings = {field: place.attributes.get(field) for field in INPUT_FIELDS}
    lists: dict[str, InputList] = {}
    for field, binding in {**bindings, **_optional(place, data)}.items():
        if binding is None or binding.expression is None:
            continue
        reader = PackageListReader(data)
        reader.read(binding.expression, binding.scope, place.withs, "")
        lists[field] = InputList(
            field,
            syntax.span(binding.at),
            syntax.span(binding.expression),
            tuple(reader.literals),
            tuple(element for literal in reader.literals for element in literal.inputs),
            reader.whole and not binding.inherited,
        )
    return lists


def _optional(place: PackagePlace, data: bytes) -> dict[str, Binding]:
    """Return the bindings of the extras, where they stand in a plain set."""
    binding = place.attributes.get(OPTIONAL)
    node = binding.expression if binding is not None and not binding.inherited else None
    node = syntax.unwrap(node) if node is not None else None
    if binding is None or node is None or node.type not in syntax.ATTRIBUTE_SETS:
        return {}
    extras = AttributeScope(node, binding.scope, data)
    named = {f"{OPTIONAL}.{name}": extras.get(name) for name in extras}
    return {field: own for field, own in named.items() if own is not None}
