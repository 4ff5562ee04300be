"""The expressions that stand inside another one, each with the scope that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading.scope import AttributeScope, FunctionScope

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import Scope


def parts(node: Node, scope: Scope, data: bytes) -> list[tuple[Node, Scope]]:
    """Return what an expression is made of, in the order of the file, each with what it reads.

    The bindings of a set or ``let`` come by themselves; ``inherit name;`` reads what is around it.
    """
    match node.type:
        case "function_expression":
            inner: Scope = FunctionScope(node, scope, data)
        case (
            "let_expression"
            | "attrset_expression"
            | "rec_attrset_expression"
            | "let_attrset_expression"
        ):
            inner = AttributeScope(node, scope, data).inner
        case _:
            return [(child, scope) for child in node.named_children]
    return [
        (part, scope if part.type == "inherit" else inner)
        for child in node.named_children
        for part in (child.named_children if child.type == "binding_set" else (child,))
    ]
