"""What a Nix file is as a whole: an overlay, a function to be called, or something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, values
from updater.overlay.reading.closed import path_below
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

NAMES = ("pname", "version", "name")
"""Attributes by which a package is named."""

SOURCES = ("src", "srcs")
"""Attributes that hold what it is built from."""

# The argument by which a function names the package that it makes.
_OF_ITSELF = re.compile(r"(final|self|this)\w*|fa")
# The same of a set of packages: ``final: prev: { ... }``, ``makeScope newScope (self: { ... })``.
_OF_A_SET = re.compile(r"\w*([Ff]inal|[Ss]elf)\w*|this|fa")
# No component of dots alone: /. is how an expression makes a path of a text.
_ABSOLUTE = re.compile(r"(?:/(?!\.+(?:/|$))[\w.+-]+)+", re.ASCII)
# How a set begins, and a function of a set does not, behind comments.
_BLANK = rb"(?:\s|#[^\n]*+|/\*.*?\*/)*+"
_NO_FUNCTION = re.compile(
    _BLANK + rb"(?:rec\b|let\b|\{" + _BLANK + rb"(?:inherit\b|[\w.\"'-]++\s*+=))", re.DOTALL
)
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


def outcome_name(node: Node, data: bytes) -> str:
    """Return the name that an expression comes to, also ``if unknown then null else name``.

    Empty for any other expression.
    """
    node = outcome(node)
    if node.type != "if_expression":
        return _name(node, data)
    branches = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
    names = [_name(outcome(branch), data) for branch in branches if branch is not None]
    return "".join(name for name in names if name != "null") if names.count("null") == 1 else ""


def _name(node: Node, data: bytes) -> str:
    return syntax.text(node, data) if node.type == "variable_expression" else ""


def makes_package(operand: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether an argument is a package: ``finalAttrs: { ... src ... }``, ``common // { }``.

    A function must take what it gives; of a set that is written as such, its own text decides.
    """
    function = syntax.unwrap(operand)
    if function.type == "binary_expression":
        return _has_source(values.sets_of(function, scope, data))
    if function.type != "function_expression" or function.child_by_field_name("formals"):
        return False
    inner = FunctionScope(function, scope, data)
    body = function.child_by_field_name("body")
    if _OF_ITSELF.fullmatch(inner.argument) is None or body is None:
        return False
    node = outcome(body)
    if node.type not in syntax.ATTRIBUTE_SETS:
        return False
    return _has_source((AttributeScope(node, inner, data),))


def overridden_call(head: Node, operand: Node, data: bytes) -> Node | None:
    """Return the call that makes what an override leaves at its pin; None for anything else.

    Such as ``callPackage ./f.nix { ... }`` of ``(callPackage ./f.nix { ... }).overrideAttrs { }``.

    Args:
        head: the function that overrides.
        operand: what it is given.
        data: the file.
    """
    base = syntax.unwrap(head).child_by_field_name("expression")
    inner = syntax.unwrap(base) if base is not None else None
    attributes = outcome(operand)
    while attributes.type == "function_expression":
        attributes = outcome(attributes.child_by_field_name("body") or attributes)
    if inner is None or inner.type != "apply_expression":
        return None
    if attributes.type not in syntax.ATTRIBUTE_SETS:
        return None
    names = AttributeScope(attributes, Scope(), data)
    return None if any(name in names for name in (*NAMES, *SOURCES)) else inner


def _has_source(sets: tuple[AttributeScope, ...]) -> bool:
    """Tell whether sets, of which later ones win, have a source and a name."""
    return all(
        any(name in attributes for attributes in sets for name in names)
        for names in (SOURCES, NAMES)
    )


def packages_of_itself(function: FunctionScope, data: bytes) -> tuple[AttributeScope, ...]:
    """Return the set that a function makes, and takes as its argument: ``final: prev: { ... }``.

    Empty where its argument is no name of that set, or what it makes is not written as one.
    """
    if _OF_A_SET.fullmatch(function.argument) is None:
        return ()
    node: Node = function.node
    scope: Scope = function
    for _ in range(2):  # the second argument is what stands below an overlay
        body = node.child_by_field_name("body")
        if body is None:
            return ()
        node, scope = _below(body, scope, data)
        if node.type != "function_expression" or node.child_by_field_name("formals") is not None:
            break
        scope = FunctionScope(node, scope, data)
    return values.sets_of(node, scope, data)


def _below(node: Node, scope: Scope, data: bytes) -> tuple[Node, Scope]:
    """Return the expression that another comes to, as `outcome`, and what it reads."""
    while node.type in _BODIES:
        if node.type == "let_expression":
            scope = AttributeScope(node, scope, data).inner
        inner = node.child_by_field_name(_BODIES[node.type])
        if inner is None:
            break
        node = inner
    return node, scope


def is_overlay(data: bytes) -> bool:
    """Tell whether a file is ``final: prev: ...``."""
    return is_overlay_text(syntax.parse(data))


def is_overlay_text(text: syntax.NixText) -> bool:
    """Tell whether a file that is parsed is ``final: prev: ...``."""
    first = outcome(text.root)
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


def is_plain_set(data: bytes) -> bool:
    """Tell whether a file is ``{ ... }``, which takes no argument."""
    if _NO_FUNCTION.match(data) is None:
        return False
    return outcome(syntax.parse(data).root).type in syntax.ATTRIBUTE_SETS


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
