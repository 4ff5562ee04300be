"""The elements of lists of inputs: each with its name, where that comes from, and its condition.

Lists are followed through ``++``, ``with``, ``optional``, ``optionals``, parentheses, ``let`` and
names; a package's also through ``attrValues { inherit (ps) a b; }``. What another function computes
is not read, and the list is not ``whole`` then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from updater.model import Span
from updater.overlay.reading import callees, references, syntax, terms
from updater.overlay.reading.scope import AttributeScope, Scope

if TYPE_CHECKING:
    from tree_sitter import Node

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
        statement: what goes with it from a set whose values are the list; None in brackets.
        bound: what the file binds the name to, such as ``("super", "python3Packages", "numpy")``
            of ``let np = super.python3Packages.numpy;``; empty where it binds it to no package.
    """

    name: str
    base: tuple[str, ...]
    span: Span
    text: str
    condition: str = ""
    overridden: tuple[str, ...] = ()
    statement: Span | None = None
    bound: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The attribute that it is in a package set, also where the file calls it otherwise."""
        return self.bound[-1] if self.bound else self.name


class Inheritance(Struct, frozen=True):
    """An ``inherit`` of a set whose values are a list.

    Attributes:
        base: the names that its own are taken from; empty for another expression, None where they
            are those of the scope.
        span: from what stands before its names to its semicolon.
    """

    base: tuple[str, ...] | None
    span: Span
    inputs: tuple[Input, ...]


class ValueSet(Struct, frozen=True):
    """A set whose values are a list, which has no order then.

    Attributes:
        names: its attributes.
    """

    names: frozenset[str]
    inheritances: tuple[Inheritance, ...]


class ListLiteral(Struct, frozen=True):
    """A list that is written out, with what its elements may be named by.

    Attributes:
        span: with its brackets.
        withs: the names of each ``with`` around it, the innermost last; an empty one for another
            expression.
        scope: what a name in it means.
        values: the set that it is the values of; None for a list in brackets.
    """

    span: Span
    inputs: tuple[Input, ...]
    withs: tuple[tuple[str, ...], ...]
    condition: str
    scope: Scope
    values: ValueSet | None = None


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


def written_out(names: tuple[str, ...], scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return a name that the file binds as what it stands for, such as ``super.python3Packages.x``.

    Args:
        names: a name alone; several are returned as they are.
        scope: what it means.
        data: the file.
    """
    binding = scope.find(names[0]) if len(names) == 1 else None
    while binding is not None and binding.inherited and binding.owner is None:
        binding = binding.scope.find(binding.name)
    if binding is None:
        return names
    if binding.owner is not None:
        base = names_of(binding.owner, data)
        return (*base, binding.name) if base else names
    named = names_of(binding.expression, data) if binding.expression is not None else ()
    return named if len(named) > 1 else names


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
                self._called(node, scope, withs, condition)
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

    def _called(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        """Take ``optional`` and ``optionals`` apart."""
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
        bound = self._package_of(names[0], scope) if len(names) == 1 else ()
        return Input(names[-1], base, where, written, condition, overridden, bound=bound)

    def _package_of(self, name: str, scope: Scope) -> tuple[str, ...]:
        """Return the names that a name of the file stands for; empty where it is what it says."""
        binding = scope.find(name)
        if binding is None or binding.inherited:
            return ()
        target = references.targets(binding, self._data)
        return self._names(target[0][0])[0] if len(target) == 1 else ()

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


class PackageListReader(ListReader):
    """Reads a package's lists, which may be the values of a set."""

    def _called(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> None:
        head, applied = terms.applied(node)
        values = syntax.unwrap(applied[0][1]) if len(applied) == 1 else node
        is_named = terms.last_name(head, self._data) == "attrValues"
        is_meant = is_named and callees.is_nixpkgs(head, scope, self._data)
        if values.type != "attrset_expression" or not is_meant:
            super()._called(node, scope, withs, condition)
            return
        inheritances: list[Inheritance] = []
        inputs: list[Input] = []
        for holder in values.named_children:
            for statement in holder.named_children if holder.type == "binding_set" else ():
                if statement.type in ("inherit", "inherit_from"):
                    inheritances.append(self._inheritance(statement, scope, withs, condition))
                    inputs += inheritances[-1].inputs
                elif statement.type == "binding":
                    inputs.append(self._bound(statement, scope, withs, condition))
        names = frozenset(AttributeScope(values, scope, self._data))
        # A name of parts, one that stands there twice, or one that is computed.
        if len(names) != len(inputs) or any("${" in name for name in names):
            self.whole = False
            return
        own = ValueSet(names, tuple(inheritances))
        self.literals.append(
            ListLiteral(syntax.span(node), tuple(inputs), withs, condition, scope, own)
        )

    def _inheritance(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> Inheritance:
        """Return an ``inherit`` with its names."""
        owner, listed = node.child_by_field_name("expression"), node.child_by_field_name("attrs")
        base = names_of(owner, self._data) if owner is not None else None
        attributes = listed.children_by_field_name("attr") if listed is not None else []
        inputs: list[Input] = []
        for attribute in attributes:
            where, written = syntax.span(attribute), syntax.text(attribute, self._data)
            name, own = terms.attribute_name(attribute, self._data), base
            if own is None:
                own = withs[-1] if withs and scope.holder(name) is None else ()
            named = name if own or owner is None else ""
            statement = where if len(attributes) > 1 else syntax.span(node)
            inputs.append(Input(named, own, where, written, condition, (), statement))
        start = node.start_byte + len("inherit")
        if owner is not None:
            start = self._data.index(b")", owner.end_byte) + 1
        end = node.children[-1].start_byte
        return Inheritance(base, Span(start, end), tuple(inputs))

    def _bound(
        self, node: Node, scope: Scope, withs: tuple[tuple[str, ...], ...], condition: str
    ) -> Input:
        """Return the value of a binding."""
        expression = node.child_by_field_name("expression") or node
        element = self._input(expression, scope, withs, condition)
        return replace(element, statement=syntax.span(node))
