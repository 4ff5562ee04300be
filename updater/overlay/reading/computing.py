"""Expressions that apply pure functions of text -> what `functions` can compute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model import Applied, Function, Listed, Reference
from updater.overlay.reading import syntax, terms
from updater.overlay.reading.arguments import ElementScope
from updater.overlay.reading.functions import ARITIES, FUNCTIONS, MAPS, OF_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from updater.model import Argument
    from updater.overlay.reading.scope import Scope

_LIBRARIES = frozenset({"builtins", "lib"})
_WITH_LIBRARY = re.compile(rb"\bwith\s+(?:[A-Za-z]+\.)*(?:lib|builtins)\s*;")
_OPERATORS = frozenset({"+", "++", "==", "!=", "&&", "||"})
# Beyond these, a name means no builtin but what something around it brings.
_GLOBAL = frozenset({"map", "toString"})
_PIPE = "pipe"
_OTHERS = frozenset({_PIPE, "getAttr"})  # that are not of texts


def application(
    node: Node, scope: Scope, data: bytes, read: Callable[[Node, Scope], Argument | None]
) -> Applied | None:
    """Return what an application, operator or condition computes; None for any other function.

    Args:
        node: the expression.
        scope: what it reads.
        data: the file.
        read: reads an operand.
    """
    match node.type:
        case "apply_expression":
            head, applied = terms.applied(node)
            operands = [argument for _, argument in applied]
            if library_function(head, scope, data) == _PIPE:
                return _piped(operands, scope, data, read)
            name = _function(head, scope, data)
        case "binary_expression":
            operator = node.child_by_field_name("operator")
            name = operator.type if operator is not None else ""
            name = name if name in _OPERATORS else ""
            sides = (node.child_by_field_name(side) for side in ("left", "right"))
            operands = [side for side in sides if side is not None]
        case "unary_expression":
            operator = node.child_by_field_name("operator")
            name = "!" if operator is not None and operator.type == "!" else ""
            inner = node.child_by_field_name("argument")
            operands = [inner] if inner is not None else []
        case "if_expression":
            name = "if"
            parts = (
                node.child_by_field_name(p) for p in ("condition", "consequence", "alternative")
            )
            operands = [part for part in parts if part is not None]
        case _:
            return None
    count = 3 if name == "if" else ARITIES.get(name)
    if count is None or len(operands) != count:
        return None
    known = _arguments(name, operands, scope, data, read)
    return Applied(name, known) if known is not None else None


def _piped(
    operands: list[Node], scope: Scope, data: bytes, read: Callable[[Node, Scope], Argument | None]
) -> Applied | None:
    """Return what ``lib.pipe value [ f (g x) ]`` computes: ``g x (f value)``."""
    if len(operands) != 2 or operands[1].type != "list_expression":  # noqa: PLR2004
        return None
    value = read(operands[0], scope)
    for function in operands[1].children_by_field_name("element"):
        head, applied = terms.applied(syntax.unwrap(function))
        name = _function(head, scope, data)
        inner = [argument for _, argument in applied]
        known = _arguments(name, inner, scope, data, read)
        if value is None or known is None or ARITIES.get(name) != len(known) + 1:
            return None
        value = Applied(name, (*known, value))
    return value if isinstance(value, Applied) else None


def _arguments(
    name: str,
    operands: list[Node],
    scope: Scope,
    data: bytes,
    read: Callable[[Node, Scope], Argument | None],
) -> tuple[Argument, ...] | None:
    place = MAPS.get(name)
    arguments = [
        _each(operand, scope, data, read) if index == place else read(operand, scope)
        for index, operand in enumerate(operands)
    ]
    known = tuple(argument for argument in arguments if argument is not None)
    return known if len(known) == len(arguments) else None


def _each(
    operand: Node, scope: Scope, data: bytes, read: Callable[[Node, Scope], Argument | None]
) -> Function | None:
    """Return a function of one text: ``x: "v${x}"``, ``lib.toLower``, ``lib.removePrefix "v"``."""
    node = syntax.unwrap(operand)
    if node.type == "function_expression":
        argument, body = (node.child_by_field_name(part) for part in ("universal", "body"))
        if argument is None or body is None or node.child_by_field_name("formals") is not None:
            return None
        made = read(body, ElementScope(node, scope, data))
        return Function(syntax.span(argument), made) if made is not None else None
    head, applied = terms.applied(node)
    name = _function(head, scope, data)
    place = syntax.span(node)
    known = _arguments(name, [inner for _, inner in applied], scope, data, read)
    if known is None or name in MAPS or ARITIES.get(name) != len(known) + 1:
        return None
    return Function(place, Applied(name, (*known, (Reference("", place),))))


def constant(
    node: Node, scope: Scope, data: bytes, read: Callable[[Node, Scope], Argument | None]
) -> Argument | None:
    """Return a number, a truth or a list as it is written; None for anything else."""
    text = syntax.text(node, data)
    match node.type:
        case "integer_expression":
            return int(text) if len(text) < 10 else None  # noqa: PLR2004 - no index is as long
        case "unary_expression" if re.fullmatch(r"-\d{1,9}", text):
            return int(text)
        case "variable_expression" if text in ("true", "false") and scope.find(text) is None:
            return text == "true"
        case "list_expression":
            elements = [read(element, scope) for element in node.named_children]
            known = tuple(element for element in elements if element is not None)
            return Listed(known) if len(known) == len(elements) else None
        case _:
            return None


def _function(head: Node, scope: Scope, data: bytes) -> str:
    """Return the name of the function of text that a head names, else nothing."""
    name = library_function(head, scope, data)
    return name if name in FUNCTIONS or name in MAPS else ""


def library_function(head: Node, scope: Scope, data: bytes) -> str:
    """Return the name of the library's function that a head names, empty for another's."""
    names = terms.plain_names(head, data)
    name = names[-1] if names else ""
    if name not in FUNCTIONS and name not in MAPS and name not in _OTHERS:
        return ""
    if name in OF_VERSIONS and names[-2:-1] != ("versions",):
        return ""
    if len(names) > 1:
        library = names[0] if names[0] in _LIBRARIES else names[1] if len(names) > 2 else ""  # noqa: PLR2004 - `pkgs.lib.x`
        return name if library in _LIBRARIES and _is_library(names[0], scope, data) else ""
    binding = scope.find(name)
    if binding is None:
        is_free = scope.holder(name) is None
        brought = name in _GLOBAL or _WITH_LIBRARY.search(data) is not None
        return name if is_free and brought else ""
    if binding.owner is None:
        return ""
    owner = terms.plain_names(binding.owner, data)
    return name if set(owner[:2]) & _LIBRARIES and binding.inherited else ""


def _is_library(name: str, scope: Scope, data: bytes) -> bool:
    """Tell whether a name is no set of this file's own."""
    binding = scope.find(name)
    if binding is None or binding.inherited:
        return True
    return binding.expression is not None and terms.last_name(binding.expression, data) == "lib"
