"""Which function a call means: nixpkgs' fetcher, or one that the file itself puts in its place.

A function of the file may add a host of its own, whatever its name is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.scope import AttributeScope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from updater.overlay.reading.scope import Binding, Scope

# Longer than any chain of names that is no cycle.
_MOST_STEPS = 50
_CHANGES = frozenset({"override", "overrideAttrs", "overrideDerivation"})


def is_own(head: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a function is one that the file makes, though a fetcher has its name.

    ``fetchurl = prev.fetchurl;`` and ``inherit (prev) fetchurl;`` only pass the fetcher on.

    Args:
        head: the function of a call.
        scope: what the call reads.
        data: the file.
    """
    if _is_in_path(head, scope, data):
        return True
    return _is_another(_bound(head, scope, data), terms.last_name(head, data), data)


def own_functions(
    arguments: Iterable[Node], scope: Scope, data: bytes, names: Iterable[str]
) -> tuple[str, ...]:
    """Return which functions a caller gives a file in the place of nixpkgs' of the same names.

    Args:
        arguments: those of the call, such as ``{ fetchurl = final.corpFetch; }``.
        scope: what the call reads.
        data: the file.
        names: of the functions that matter.
    """
    sets = [own for argument in arguments for own in values.sets_of(argument, scope, data)]
    return tuple(
        name
        for name in sorted(names)
        if any(_is_another(own.get(name), name, data) for own in sets)
    )


def _is_another(binding: Binding | None, name: str, data: bytes) -> bool:
    """Tell whether a name is bound to something else than what has it elsewhere."""
    for _ in range(_MOST_STEPS):
        if binding is None:
            return False
        if binding.owner is not None:
            binding = values.attribute(binding.owner, binding.scope, name, data)
        elif binding.inherited:
            binding = binding.scope.find(name)
        elif binding.expression is None or terms.last_name(binding.expression, data) != name:
            return True
        else:
            binding = _bound(binding.expression, binding.scope, data)
    return True


def _is_in_path(head: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a set that a function is selected from is bound by a path: ``own.lib = ...``."""
    first = next(iter(terms.plain_names(head, data)), "")
    around: Scope | None = scope
    while around is not None and first not in around.arguments and around.bound(first) is None:
        if isinstance(around, AttributeScope) and _binds_below(around, first):
            return True
        around = around.outer
    return False


def _binds_below(around: AttributeScope, name: str) -> bool:
    is_seen = around.inner is around
    return is_seen and any(statement.names[0] == name for statement in around.statements)


def _bound(head: Node, scope: Scope, data: bytes) -> Binding | None:
    """Return what a function's name is bound to in the file."""
    node = syntax.unwrap(head)
    if node.type == "variable_expression":
        return scope.find(syntax.text(node, data))
    base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
    if node.type != "select_expression" or base is None or path is None:
        return None
    names = terms.attribute_names(path, data)
    if len(names) == 1:
        return values.attribute(base, scope, names[0], data)
    return values.selected(node, scope, data)


def changed(head: Node, data: bytes) -> Node | None:
    """Return the call whose result ``(fetchurl { ... }).override`` changes; else nothing."""
    node = syntax.unwrap(head)
    base = node.child_by_field_name("expression")
    if node.type != "select_expression" or base is None:
        return None
    if terms.last_name(head, data) not in _CHANGES:
        return None
    inner = syntax.unwrap(base)
    return inner if inner.type == "apply_expression" else None
