"""What a Nix file is as a whole: an overlay, a function to be called, or something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax
from updater.overlay.reading.closed import path_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

# No component of dots alone: /. is how an expression makes a path of a text.
_ABSOLUTE = re.compile(r"(?:/(?!\.+(?:/|$))[\w.+-]+)+", re.ASCII)
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
    below = (path_below(text) for text in _path_literals(data))
    return tuple(dict.fromkeys(path for path in below if path is not None))


def absolute_paths_in(data: bytes) -> tuple[str, ...]:
    """Return the path literals of a file that begin at the root, but for the root itself."""
    absolute = (text for text in _path_literals(data) if _ABSOLUTE.fullmatch(text))
    return tuple(dict.fromkeys(absolute))


def _path_literals(data: bytes) -> Iterator[str]:
    waiting = [syntax.parse(data).root]
    while waiting:
        node = waiting.pop()
        if node.type == "path_expression":
            yield syntax.text(node, data)
        waiting.extend(reversed(node.named_children))
