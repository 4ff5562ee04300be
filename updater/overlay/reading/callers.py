"""Functions of a file, read for those that call them: the package is what its caller asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, values
from updater.overlay.reading.scope import Binding, FunctionScope, lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from updater.overlay.reading.scope import AttributeScope, Scope
    from updater.overlay.reading.visit import Visit


class CalledScope(FunctionScope):
    """The names of a function that is called here: they stand for what its caller gives.

    Args:
        node: the function.
        outer: what is around it.
        data: the file.
        operand: what it is applied to, in the caller's scope.
        sets: the same as set literals, later ones win; empty where it is something else.
    """

    __slots__ = ("_operand", "_sets")

    def __init__(
        self,
        node: Node,
        outer: Scope,
        data: bytes,
        operand: tuple[Node, Scope],
        sets: tuple[AttributeScope, ...],
    ) -> None:
        super().__init__(node, outer, data)
        self._operand = operand
        self._sets = sets

    def bound(self, name: str) -> Binding | None:
        """Return what the caller gives for a name, else its default."""
        if name not in self.arguments:
            return None
        if name == self.argument:
            expression, scope = self._operand
            return Binding(name, expression, scope, expression)
        given = lookup(self._sets, name)
        default = self.defaults.get(name)
        if given is not None or default is None:
            return given
        return Binding(name, default, self, default)


def called_body(head: Node, operands: Sequence[Node], visit: Visit, data: bytes) -> Visit | None:
    """Return the body of a function of the file, with what its caller gives it.

    Args:
        head: what is applied.
        operands: what it is applied to, in turn.
        visit: the application.
        data: the file.

    Returns:
        None where no name leads to the function, it calls itself, it takes another number of
        arguments, or a set that it takes apart is not written here.
    """
    is_name = head.type == "variable_expression"
    binding = visit.scope.find(syntax.text(head, data)) if is_name else None
    if binding is None or binding.expression is None:
        return None
    function, scope = syntax.unwrap(binding.expression), binding.scope
    if _is_inside(visit.scope, function):
        return None
    for operand in operands:
        if function.type != "function_expression":
            return None
        sets = values.sets_of(operand, visit.scope, data)
        if function.child_by_field_name("formals") is not None and not sets:
            return None
        scope = CalledScope(function, scope, data, (operand, visit.scope), sets)
        function = syntax.unwrap(function.child_by_field_name("body") or function)
    if function.type == "function_expression":
        return None
    body = visit.same(function, scope)
    body.caller = visit.caller or visit.node
    return body


def _is_inside(scope: Scope | None, function: Node) -> bool:
    """Tell whether a scope is that of a function, or below it: its body applies it again."""
    while scope is not None:
        if isinstance(scope, FunctionScope) and scope.node == function:
            return True
        scope = scope.outer
    return False
