"""What an expression's value is, as far as it can be read without evaluating Nix.

Lexical scope as Nix has it: ``let``, ``rec`` and function arguments bind names; ``with`` binds
weaker than all of them and is not followed. Source: Nix manual, "Language constructs".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from updater.model import Part, Reference, Span
from updater.overlay import syntax

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

# A longer chain of names is a cycle (`rec { a = b; b = a; }`), and no pin nests strings deeper.
_LONGEST_CHAIN = 40

_FAKE_HASHES = frozenset({"fakeHash", "fakeSha256", "fakeSha512"})


@dataclass(slots=True)
class Binding:
    """A name, the expression it is bound to, and the scope that the expression reads.

    ``at`` is where it is written: the binding, or the inherited name. ``owner`` is the ``x`` of
    ``inherit (x) name;``, which has no expression of its own.
    """

    name: str
    expression: Node | None
    scope: Scope
    at: Node
    inherited: bool = False
    owner: Node | None = None


@dataclass(slots=True)
class Scope:
    """The names that one construct binds, inside those of the constructs around it.

    ``fixpoint`` is the argument name (``finalAttrs``) that stands for ``attributes`` themselves.
    """

    outer: Scope | None = None
    bindings: dict[str, Binding] = field(default_factory=dict)
    arguments: frozenset[str] = frozenset()
    fixpoint: str = ""
    attributes: dict[str, Binding] = field(default_factory=dict)

    def find(self, name: str) -> Binding | None:
        """Return the binding that a name means here, None for an argument or a free name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings:
                return scope.bindings[name]
            if name in scope.arguments:
                return None
            scope = scope.outer
        return None

    def find_attribute(self, argument: str, name: str) -> Binding | None:
        """Return the attribute that ``finalAttrs.name`` means here."""
        scope: Scope | None = self
        while scope is not None:
            if scope.fixpoint == argument:
                return scope.attributes.get(name)
            if argument in scope.arguments or argument in scope.bindings:
                return None
            scope = scope.outer
        return None

    def close_fixpoint(self, attributes: dict[str, Binding]) -> None:
        """Say which attributes the nearest fixpoint argument stands for, where one is open."""
        scope: Scope | None = self
        while scope is not None and not scope.fixpoint:
            scope = scope.outer
        if scope is not None and not scope.attributes:
            scope.attributes = attributes


@dataclass(frozen=True, slots=True)
class Value:
    """A value, the pieces it is made of, and the one literal that holds it (see model.Field)."""

    value: str | None = None
    parts: tuple[Part, ...] = ()
    literal: Span | None = None


_UNKNOWN = Value()


def bindings(attributes: Node, inner: Scope, outer: Scope, data: bytes) -> dict[str, Binding]:
    """Return what a set or ``let`` binds by a plain name.

    Its expressions read ``inner`` (for ``rec`` and ``let`` the scope that they make), except for
    ``inherit NAME;``, which reads ``outer``.
    """
    found: dict[str, Binding] = {}
    for holder in attributes.named_children:
        if holder.type == "binding_set":
            for child in holder.named_children:
                _bind(child, inner, outer, data, found)
    return found


def _bind(child: Node, inner: Scope, outer: Scope, data: bytes, found: dict[str, Binding]) -> None:
    if child.type == "binding":
        path = child.child_by_field_name("attrpath")
        names = syntax.attribute_names(path, data) if path is not None else ()
        if len(names) == 1:
            value = child.child_by_field_name("expression")
            found[names[0]] = Binding(names[0], value, inner, child)
        return
    listed = child.child_by_field_name("attrs")
    if listed is None:
        return
    for node in listed.children_by_field_name("attr"):
        name = syntax.attribute_name(node, data)
        owner = child.child_by_field_name("expression")
        value = node if owner is None else None
        found[name] = Binding(name, value, outer, node, inherited=True, owner=owner)


def read(binding: Binding, data: bytes) -> Value:
    """Return the value of a bound name."""
    return _read(binding, data, 0)


def evaluate(expression: Node, scope: Scope, data: bytes, depth: int = 0) -> Value:
    """Return the value of an expression."""
    if depth > _LONGEST_CHAIN:
        return _UNKNOWN
    node = syntax.unwrap(expression)
    reader = _READERS.get(node.type)
    return reader(node, scope, data, depth) if reader is not None else _UNKNOWN


def _read(binding: Binding, data: bytes, depth: int) -> Value:
    if binding.owner is not None and binding.owner.type == "variable_expression":
        owner = syntax.text(binding.owner, data)
        found = binding.scope.find_attribute(owner, binding.name)
        return _refer(f"{owner}.{binding.name}", found, data, depth + 1)
    if binding.expression is None or depth > _LONGEST_CHAIN:
        return _UNKNOWN
    return evaluate(binding.expression, binding.scope, data, depth + 1)


def _refer(name: str, binding: Binding | None, data: bytes, depth: int) -> Value:
    found = _read(binding, data, depth) if binding is not None else _UNKNOWN
    return Value(found.value, (Reference(name, found.value, found.literal),), found.literal)


def _name(node: Node, scope: Scope, data: bytes, depth: int) -> Value:
    name = syntax.text(node, data)
    if name in ("true", "false"):
        return Value(name, (name,))
    if name in _FAKE_HASHES:
        return Value("", ("",))
    return _refer(name, scope.find(name), data, depth)


def _selection(node: Node, scope: Scope, data: bytes, depth: int) -> Value:
    base = node.child_by_field_name("expression")
    path = node.child_by_field_name("attrpath")
    if base is None or path is None:
        return _UNKNOWN
    names = syntax.attribute_names(path, data)
    if names[-1] in _FAKE_HASHES:
        return Value("", ("",))
    if base.type != "variable_expression" or len(names) != 1:
        return _UNKNOWN
    owner = syntax.text(base, data)
    return _refer(f"{owner}.{names[0]}", scope.find_attribute(owner, names[0]), data, depth)


def _string(node: Node, scope: Scope, data: bytes, depth: int) -> Value:
    pieces = syntax.string_pieces(node, data)
    if pieces is None:
        return _UNKNOWN
    if all(isinstance(piece, str) for piece in pieces):
        whole = "".join(str(piece) for piece in pieces)
        return Value(whole, (whole,), syntax.span(node))
    parts: list[Part] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        else:
            inner = evaluate(piece, scope, data, depth + 1)
            parts.extend(inner.parts or (Reference(syntax.text(piece, data), None, None),))
    return Value(_joined(parts), tuple(parts))


def _sum(node: Node, scope: Scope, data: bytes, depth: int) -> Value:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None or operator.type != "+":
        return _UNKNOWN
    sides = (evaluate(left, scope, data, depth + 1), evaluate(right, scope, data, depth + 1))
    if not all(side.parts for side in sides):
        return _UNKNOWN
    parts = sides[0].parts + sides[1].parts
    return Value(_joined(parts), parts)


def _joined(parts: list[Part] | tuple[Part, ...]) -> str | None:
    texts = [part if isinstance(part, str) else part.value for part in parts]
    return None if None in texts else "".join(text for text in texts if text is not None)


def _uri(node: Node, _scope: Scope, data: bytes, _depth: int) -> Value:
    written = syntax.text(node, data)
    return Value(written, (written,), syntax.span(node))


_READERS: dict[str, Callable[[Node, Scope, bytes, int], Value]] = {
    "string_expression": _string,
    "indented_string_expression": _string,
    "variable_expression": _name,
    "identifier": _name,
    "select_expression": _selection,
    "binary_expression": _sum,
    "uri_expression": _uri,
}
