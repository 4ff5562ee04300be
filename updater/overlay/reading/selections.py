"""What is selected from sets: ``a.b``, ``a.${b}``, ``a.b or c`` and ``getAttr "b" a``, taken apart.

Source: Nix manual, "Operators" and "Built-in functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.computing import library_function

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import AttributeScope, Scope

_GET = "getAttr"
_OPERANDS = 2


def selection_of(
    node: Node, scope: Scope, data: bytes
) -> tuple[Node, list[Node], Node | None] | None:
    """Return what is selected from, by which keys, and what stands in for what is not there.

    None for any other expression.

    Args:
        node: an expression without parentheses around it.
        scope: what it reads.
        data: the file.
    """
    if node.type == "select_expression":
        base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
        keys = path.named_children if path is not None else []
        return (base, keys, node.child_by_field_name("default")) if base and keys else None
    head, applied = terms.applied(node)
    if len(applied) != _OPERANDS or library_function(head, scope, data) != _GET:
        return None
    (_, key), (_, base) = applied
    return base, [key], None


def written_key(key: Node, data: bytes) -> str | None:
    """Return a key that is written as such: ``b`` or ``"b"``; None for one that is computed."""
    if key.type == "identifier":
        return syntax.text(key, data)
    if key.type != "string_expression":
        return None
    pieces = terms.string_pieces(key, data)
    if pieces is None or not all(isinstance(piece, str) for piece in pieces):
        return None
    return "".join(map(str, pieces))


def are_without(sets: tuple[AttributeScope, ...], name: str) -> bool:
    """Tell whether sets surely do not bind a name, also not by a path or a computed one."""
    bound = {own for attributes in sets for own in attributes}
    bound.update(own.names[0] for attributes in sets for own in attributes.statements)
    return name not in bound and not any("${" in own for own in bound)
