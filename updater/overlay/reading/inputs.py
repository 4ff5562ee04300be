"""What a package's attributes say that it needs: its lists of inputs, element by element.

Lists are followed through ``++``, ``with``, ``optional``, ``optionals``, parentheses, ``let`` and
names. What a function computes is not read, and the list is not ``whole`` then.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import references, syntax, terms
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope, parts

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.model import Span
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

_OVERRIDES = frozenset({"override", "overridePythonAttrs", "overrideAttrs"})
_MOST_STEPS = 200


class Input(Struct, frozen=True):
    """An element of a list of inputs.

    Attributes:
        name: its attribute, such as ``torch-bin``; empty where it is not a plain package.
        base: the names that it is selected from, such as ``("super", "python3Packages")``; those of
            the innermost ``with`` for a name that nothing binds.
        condition: the expression on which ``optionals`` has it; empty where it is always there.
        overridden: the arguments that an ``override`` gives it.
    """

    name: str
    base: tuple[str, ...]
    span: Span
    text: str
    condition: str = ""
    overridden: tuple[str, ...] = ()


class ListLiteral(Struct, frozen=True):
    """A list that is written out, with what its elements may be named by.

    Attributes:
        span: with its brackets.
        withs: the names of each ``with`` around it, the innermost last; an empty one for another
            expression.
        scope: what a name in it means.
    """

    span: Span
    inputs: tuple[Input, ...]
    withs: tuple[tuple[str, ...], ...]
    condition: str
    scope: Scope


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


def place_of(
    text: NixText, where: Span, ways: dict[int, WayParts] | None = None
) -> PackagePlace | None:
    """Return the attribute set at a place; None where there is another expression.

    Args:
        text: the file.
        where: the place.
        ways: what ways to other packages of the file went through; this one's is added.
    """
    ways = {} if ways is None else ways
    node, scope, data = text.root, Scope(), text.data
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
        reader = ListReader(data)
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


def names_of(node: Node, data: bytes) -> tuple[str, ...]:
    """Return the names of ``super.python3Packages."torch-bin"``; empty for anything else."""
    node = syntax.unwrap(node)
    plain = terms.plain_names(node, data)
    if plain:
        return plain
    base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
    if node.type != "select_expression" or base is None or path is None:
        return ()
    if node.child_by_field_name("default") is not None:
        return ()
    if any(part.type == "interpolation" for part in path.named_children):
        return ()
    first = names_of(base, data)
    return (*first, *terms.attribute_names(path, data)) if first else ()


def with_names(node: Node, data: bytes) -> tuple[str, ...]:
    """Return the names that a ``with`` takes its own from; empty for another expression."""
    environment = node.child_by_field_name("environment")
    return names_of(environment, data) if environment is not None else ()


class ListReader:
    """Reads the lists that an expression leads to; the steps that it takes are counted.

    Attributes:
        literals: those that are written out.
        whole: all of it could be read.
    """

    def __init__(self, data: bytes) -> None:
        self.literals: list[ListLiteral] = []
        self.whole = True
        self._data = data
        self._steps = 0

    def read(
        self, expression: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        """Take an expression apart."""
        self._steps += 1
        node = syntax.unwrap(expression)
        if self._steps > _MOST_STEPS:
            self.whole = False
            return
        match node.type:
            case "list_expression":
                self.literals.append(self._literal(node, scope, withs, condition))
            case "with_expression":
                self._inside(node, scope, (*withs, with_names(node, self._data)), condition)
            case "let_expression":
                inner = AttributeScope(node, scope, self._data).inner
                self._inside(node, inner, withs, condition)
            case "binary_expression":
                self._joined(node, scope, withs, condition)
            case "apply_expression":
                self._optional(node, scope, withs, condition)
            case "variable_expression":
                self._named(node, scope, condition)
            case _:
                self.whole = False

    def _inside(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        body = node.child_by_field_name("body")
        if body is None:
            self.whole = False
        else:
            self.read(body, scope, withs, condition)

    def _joined(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        operator = node.child_by_field_name("operator")
        sides = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or operator.type != "++" or None in sides:
            self.whole = False
            return
        for side in sides:
            if side is not None:
                self.read(side, scope, withs, condition)

    def _optional(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        head, applied = terms.applied(node)
        name = terms.last_name(head, self._data)
        if name not in ("optional", "optionals") or len(applied) != len(("condition", "list")):
            self.whole = False
            return
        own = syntax.text(applied[0][1], self._data)
        both = f"{condition} && {own}" if condition else own
        argument = applied[1][1]
        if name == "optionals":
            self.read(argument, scope, withs, both)
            return
        element = self._input(argument, scope, withs, both)
        self.literals.append(ListLiteral(syntax.span(argument), (element,), withs, both, scope))

    def _named(self, node: Node, scope: Scope, condition: str) -> None:
        bound = references.targets(scope.find(syntax.text(node, self._data)), self._data)
        if len(bound) != 1:
            self.whole = False
            return
        # What is written elsewhere stands in another `with`, if in any, which is not looked for.
        self.read(bound[0][0], bound[0][1], (), condition)

    def _literal(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> ListLiteral:
        elements = node.children_by_field_name("element")
        inputs = tuple(self._input(element, scope, withs, condition) for element in elements)
        return ListLiteral(syntax.span(node), inputs, withs, condition, scope)

    def _input(
        self, element: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> Input:
        where, written = syntax.span(element), syntax.text(element, self._data)
        names, overridden = self._names(element)
        if not names:
            return Input("", (), where, written, condition)
        base = names[:-1]
        if not base and scope.holder(names[0]) is None and withs:
            base = withs[-1]
        return Input(names[-1], base, where, written, condition, overridden)

    def _names(self, element: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names that an element is selected by, and the arguments that it is given."""
        node = syntax.unwrap(element)
        if node.type != "apply_expression":
            return names_of(node, self._data), ()
        head, applied = terms.applied(node)
        names = names_of(head, self._data)
        argument = syntax.unwrap(applied[0][1]) if applied else node
        if names[-1:] and names[-1] in _OVERRIDES and argument.type in syntax.ATTRIBUTE_SETS:
            arguments = AttributeScope(argument, Scope(), self._data)
            return names[:-1], tuple(arguments) if names[-1] == "override" else ()
        return (), ()
