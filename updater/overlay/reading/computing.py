"""Expressions that apply pure functions of text -> what `functions` can compute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.model import Applied, Listed
from updater.overlay.reading import syntax, terms
from updater.overlay.reading.functions import ARITIES, FUNCTIONS, OF_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from updater.model import Argument
    from updater.overlay.reading.scope import Scope

_LIBRARIES = frozenset({"builtins", "lib"})
_WITH_LIBRARY = re.compile(rb"\bwith\s+(?:[A-Za-z]+\.)*(?:lib|builtins)\s*;")
_OPERATORS = frozenset({"+", "++", "==", "!=", "&&", "||"})
# Beyond these, a name means no builtin but what something around it brings.
_GLOBAL = frozenset({"toString"})


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
            name = _function(head, scope, data)
            operands = [argument for _, argument in applied]
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
    arguments = [read(operand, scope) for operand in operands]
    known = tuple(argument for argument in arguments if argument is not None)
    return Applied(name, known) if len(known) == count else None


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
    """Return the name of the function that a head names, empty where it may be another's."""
    names = terms.plain_names(head, data)
    name = names[-1] if names else ""
    if name not in FUNCTIONS:
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
