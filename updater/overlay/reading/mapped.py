"""Packages that one function makes of the elements of a set or list: ``mapAttrs f { a = ...; }``.

Of ``genAttrs [ "a" "b" ] f``, and of ``genAttrs (attrNames set) f``, the elements are names.

The package is the element, as it is the call of a function that is called by its name. Sources:
Nix manual, "Built-in functions"; nixpkgs, lib/attrsets.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import callees, syntax, terms, values
from updater.overlay.reading.choices import SYSTEM
from updater.overlay.reading.scope import AttributeScope, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from updater.overlay.reading.callers import Functions
    from updater.overlay.reading.scope import Scope
    from updater.overlay.reading.visit import Visit

_MAPS = {"map": (0, 1), "forEach": (1, 0)}  # where the function stands, and where its list
_PAIR = 2
_OF_NAMES = "genAttrs"


class _Unread(Exception):
    """An element, or what is made of it, is not written here."""


class _Made(Struct):
    """The attribute that is made of an element, and where the element stands."""

    name: str
    value: Node
    scope: Scope
    element: Node
    at: Node


def mapped(
    head: Node, operands: list[Node], visit: Visit, functions: Functions, data: bytes
) -> list[Visit]:
    """Return what each element becomes, as the value of an attribute of its own, and the elements.

    Empty for any other application, and where one of the elements cannot be read.

    Args:
        head: the function that is applied, such as ``lib.mapAttrs``.
        operands: its arguments.
        visit: the step of the walk that meets it.
        functions: those of the file.
        data: the file.
    """
    name = _nixpkgs_name(head, visit.scope, data)
    reader = _READERS.get(name)
    if reader is None:
        return []
    try:
        made = list(reader(operands, visit.scope, functions, data))
    except _Unread:
        return []
    elements = operands[:1] if name == _OF_NAMES else operands[1:]
    return [
        *(_visit(own, visit) for own in made),
        *(visit.argument(own, "source", "") for own in elements if made),
    ]


def _visit(made: _Made, visit: Visit) -> Visit:
    body = visit.same(made.value, made.scope)
    body.path = (*visit.path, made.name)
    body.statement, body.caller, body.mapped = made.at, made.element, True
    return body


def _attributes(
    operands: list[Node], scope: Scope, functions: Functions, data: bytes
) -> Iterator[_Made]:
    """Read ``mapAttrs (name: value: ...) { ... }``."""
    for name, element, where, at, key in _each_attribute(operands, scope, data):
        value = functions.result(operands[0], scope, [(key, where), (element, where)])
        if value is None:
            raise _Unread
        yield _Made(name, *value, element, at)


def _renamed(
    operands: list[Node], scope: Scope, functions: Functions, data: bytes
) -> Iterator[_Made]:
    """Read ``mapAttrs' (name: value: nameValuePair ...) { ... }``."""
    for _, element, where, at, key in _each_attribute(operands, scope, data):
        pair = functions.result(operands[0], scope, [(key, where), (element, where)])
        yield _Made(*_pair(pair, data), element, at)


def _listed(
    operands: list[Node], scope: Scope, functions: Functions, data: bytes
) -> Iterator[_Made]:
    """Read ``listToAttrs (map (element: { name = ...; value = ...; }) [ ... ])``."""
    head, applied = terms.applied(syntax.unwrap(operands[0]))
    places = _MAPS.get(_nixpkgs_name(head, scope, data))
    if len(operands) != 1 or places is None or len(applied) != _PAIR:
        raise _Unread
    function, elements = (applied[place][1] for place in places)
    listed, where = _list(elements, scope, data)
    for element in listed.children_by_field_name("element"):
        pair = functions.result(function, scope, [(element, where)])
        yield _Made(*_pair(pair, data), element, element)


def _named(
    operands: list[Node], scope: Scope, functions: Functions, data: bytes
) -> Iterator[_Made]:
    """Read ``genAttrs names (name: ...)``; of names of systems all is one package."""
    if len(operands) != _PAIR:
        raise _Unread
    elements = list(_names(operands[0], scope, data))
    named = [
        (values.evaluate(own, where, data).value, own, where, at) for own, where, at in elements
    ]
    if all(SYSTEM.fullmatch(name or "") for name, *_ in named):
        raise _Unread
    for name, element, where, at in named:
        value = functions.result(operands[1], scope, [(element, where)])
        if not name or value is None:
            raise _Unread
        yield _Made(name, *value, element, at)


def _names(elements: Node, scope: Scope, data: bytes) -> Iterator[tuple[Node, Scope, Node]]:
    """Yield each name of a list, what it reads, and where it stands."""
    head, applied = terms.applied(syntax.unwrap(elements))
    if len(applied) == 1 and _nixpkgs_name(head, scope, data) == "attrNames":
        for _, _, where, at, key in _each_attribute([head, applied[0][1]], scope, data):
            yield key, where, at
        return
    listed, where = _list(elements, scope, data)
    for element in listed.children_by_field_name("element"):
        yield element, where, element


_READERS: dict[str, Callable[[list[Node], Scope, Functions, bytes], Iterator[_Made]]] = {
    _OF_NAMES: _named,
    "listToAttrs": _listed,
    "mapAttrs": _attributes,
    "mapAttrs'": _renamed,
}


def _nixpkgs_name(function: Node, scope: Scope, data: bytes) -> str:
    """Return the name of a function of nixpkgs, else nothing."""
    return terms.last_name(function, data) if callees.is_nixpkgs(function, scope, data) else ""


def _each_attribute(
    operands: list[Node], scope: Scope, data: bytes
) -> Iterator[tuple[str, Node, Scope, Node, Node]]:
    """Yield each attribute of a set: name, value, what that reads, its binding, its path."""
    if len(operands) != _PAIR:
        raise _Unread
    sets = values.sets_of(operands[1], scope, data)
    if any(len(statement.names) > 1 for own in sets for statement in own.statements):
        raise _Unread
    for name in dict.fromkeys(name for own in sets for name in own):
        binding = lookup(sets, name)
        key = binding.at.child_by_field_name("attrpath") if binding is not None else None
        if binding is None or binding.expression is None or key is None:
            raise _Unread
        yield name, binding.expression, binding.scope, binding.at, key


def _list(elements: Node, scope: Scope, data: bytes) -> tuple[Node, Scope]:
    """Return a list that is written here, also through one name."""
    node = syntax.unwrap(elements)
    if node.type == "variable_expression":
        binding = scope.find(syntax.text(node, data))
        if binding is not None and binding.expression is not None and not binding.inherited:
            node, scope = syntax.unwrap(binding.expression), binding.scope
    if node.type != "list_expression":
        raise _Unread
    return node, scope


def _pair(made: tuple[Node, Scope] | None, data: bytes) -> tuple[str, Node, Scope]:
    """Return the name and the value of ``{ name = ...; value = ...; }``, or `nameValuePair`."""
    if made is None:
        raise _Unread
    node, scope = syntax.unwrap(made[0]), made[1]
    head, applied = terms.applied(node)
    if _nixpkgs_name(head, scope, data) == "nameValuePair" and len(applied) == _PAIR:
        named, (_, value) = values.evaluate(applied[0][1], scope, data), applied[1]
    elif node.type in syntax.ATTRIBUTE_SETS:
        pair = AttributeScope(node, scope, data)
        name, bound = pair.get("name"), pair.get("value")
        if name is None or bound is None or bound.expression is None or bound.inherited:
            raise _Unread
        named, value, scope = values.read(name, data), bound.expression, bound.scope
    else:
        raise _Unread
    if not named.value:
        raise _Unread
    return named.value, value, scope
