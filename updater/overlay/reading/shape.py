"""What a Nix file is as a whole: an overlay, a function to be called, or something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax
from updater.overlay.reading.closed import path_below

if TYPE_CHECKING:
    from tree_sitter import Node

_BODIES = {
    "source_code": "expression",
    "parenthesized_expression": "expression",
    "let_expression": "body",
    "with_expression": "body",
    "assert_expression": "body",
}


def outcome(node: Node) -> Node:
    """Return the expression that another comes to, below ``let``, ``with`` and ``assert``."""
    while node.type in _BODIES:
        inner = node.child_by_field_name(_BODIES[node.type])
        if inner is None:
            break
        node = inner
    return node


def is_overlay(data: bytes) -> bool:
    """Tell whether a file is ``final: prev: ...``."""
    first = outcome(syntax.parse(data).root)
    body = first.child_by_field_name("body") if first.type == "function_expression" else None
    if body is None or first.child_by_field_name("formals") is not None:
        return False
    second = outcome(body)
    return second.type == "function_expression" and second.child_by_field_name("formals") is None


def is_package_function(data: bytes) -> bool:
    """Tell whether a file is ``{ lib, ... }: ...``, which is called with what it names."""
    first = outcome(syntax.parse(data).root)
    body = first.child_by_field_name("body") if first.type == "function_expression" else None
    if body is None or first.child_by_field_name("formals") is None:
        return False
    return outcome(body).type != "function_expression"


def paths_in(data: bytes) -> tuple[str, ...]:
    """Return the path literals of a file, each once, relative to its folder."""
    paths: dict[str, None] = {}
    waiting = [syntax.parse(data).root]
    while waiting:
        node = waiting.pop()
        path = path_below(syntax.text(node, data)) if node.type == "path_expression" else None
        if path is not None:
            paths[path] = None
        waiting.extend(reversed(node.named_children))
    return tuple(paths)
