"""What a package takes from one that is not written where it is: the one that it overrides.

``old.src.override { tag = ...; }`` and ``inherit (old.src) owner repo;`` leave to that package what
a source is fetched from. Another file of the project may say it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.scope import FunctionScope

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import Binding, Scope

_OVERRIDE = "override"
_OVERRIDES = frozenset({"override", "overrideAttrs", "overridePythonAttrs", "overrideDerivation"})
# Longer than any chain of names that is no cycle.
_MOST_STEPS = 50
# The set, the package in it, and its pname.
_SHORTEST = 3

PREVIOUS = "prev"
"""What the names of a package begin with that an overlay finds below itself."""


def is_source_override(head: Node, data: bytes) -> bool:
    """Tell whether a function is ``SOURCE.src.override``."""
    return terms.plain_names(head, data)[-2:] == ("src", _OVERRIDE)


def overridden(head: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to the package of ``(prev.tool.override { }).overrideAttrs``.

    Empty where it is not selected from a set by its names.
    """
    node = syntax.unwrap(head)
    for _ in range(_MOST_STEPS):
        if node.type == "apply_expression":
            node, _ = terms.applied(node)
            node = syntax.unwrap(node)
        path = node.child_by_field_name("attrpath") if node.type == "select_expression" else None
        base = node.child_by_field_name("expression")
        if path is None or base is None:
            return ()
        names = terms.attribute_names(path, data)
        if names[-1] not in _OVERRIDES:
            return ()
        if len(names) > 1:
            first = _names(base, scope, data)
            return (*first, *names[:-1]) if first else ()
        inner = syntax.unwrap(base)
        if inner.type != "apply_expression":
            return _names(inner, scope, data)
        node = inner
    return ()


def is_below(call: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a call's function is of the packages below the overlay: ``prev.fetchurl``."""
    node = syntax.unwrap(terms.applied(call)[0])
    for _ in range(_MOST_STEPS):
        if node.type == "select_expression":
            node = syntax.unwrap(node.child_by_field_name("expression") or node)
            continue
        if node.type not in ("variable_expression", "identifier"):
            return False
        name = syntax.text(node, data)
        binding = scope.find(name)
        if binding is None:
            return _of_argument(name, scope) == (PREVIOUS,)
        inner = binding.owner or binding.expression
        if inner is None:
            return False
        node, scope = syntax.unwrap(inner), binding.scope
    return False


def overridden_source(call: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to ``old.src`` of ``old.src.override { ... }``; else nothing."""
    head, _ = terms.applied(call)
    return _names(head, scope, data)[:-1] if is_source_override(head, data) else ()


def neighbour(binding: Binding, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to what a name takes from another package.

    That is an argument of its source, or its pname; empty for all else.
    """
    names = _names_of_binding(binding, data)
    is_taken = names[-2:-1] == ("src",) or names[-1:] == ("pname",)
    return names if is_taken and len(names) >= _SHORTEST else ()


def leads_to(binding: Binding, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to a source that a name is bound to, or to a folder of it.

    ``final.tool.src`` and ``"${final.tool.src}/ui"``; empty where it is written here.
    """
    names = _names_of_binding(binding, data)
    if names or binding.expression is None or binding.inherited:
        return names
    node = syntax.unwrap(binding.expression)
    if node.type == "binary_expression":
        node = node.child_by_field_name("left") or node
        return _names(node, binding.scope, data)
    if node.type not in ("string_expression", "indented_string_expression"):
        return ()
    first = next(iter(terms.string_pieces(node, data) or [""]), "")
    return () if isinstance(first, str) else _names(first, binding.scope, data)


def _names_of_binding(binding: Binding, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to what a name is bound to; empty where that is written here."""
    current: Binding | None = binding
    for _ in range(_MOST_STEPS):
        if current is None:
            return ()
        if current.owner is not None:
            first = _names(current.owner, current.scope, data)
            return (*first, current.name) if first else ()
        if not current.inherited:
            break
        current = current.scope.find(current.name)
    expression = current.expression if current is not None else None
    return _names(expression, current.scope, data) if current and expression else ()


def _names(expression: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to what an expression is; empty where it is written here."""
    behind: tuple[str, ...] = ()
    node = syntax.unwrap(expression)
    for _ in range(_MOST_STEPS):
        if node.type == "variable_expression":
            name = syntax.text(node, data)
            binding = scope.find(name)
            if binding is None:
                first = _of_argument(name, scope)
                return (*first, *behind) if first else ()
            if binding.inherited or binding.expression is None:
                break
            node, scope = syntax.unwrap(binding.expression), binding.scope
            continue
        base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
        is_plain = node.type == "select_expression" and not node.child_by_field_name("default")
        if base is None or path is None or not is_plain:
            break
        if any(part.type == "interpolation" for part in path.named_children):
            break
        behind = (*terms.attribute_names(path, data), *behind)
        node = syntax.unwrap(base)
    return ()


def _of_argument(name: str, scope: Scope) -> tuple[str, ...]:
    """Return what a function's argument leads to: the package that is overridden, or a set."""
    holder = scope.holder(name)
    if holder is None:
        return (name,)
    if holder.previous == name:
        return holder.overridden
    if isinstance(holder, FunctionScope) and isinstance(holder.outer, FunctionScope):
        return (PREVIOUS,) if holder.argument == name else (name,)
    return (name,)
