"""Functions, read for those that call them: the package is what its caller asks for.

They are bound in the file itself, or are other files: ``callPackage ./tool.nix { ... }``,
``import ./make.nix { ... }``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.arguments import DefaultedScope
from updater.overlay.reading.callees import PACKAGE_CALLERS, function_of
from updater.overlay.reading.scope import AttributeScope, Binding, FunctionScope, Scope, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from updater.overlay.reading.visit import Visit

CALL_PACKAGE = re.compile(r"callPackage\w*")
_IMPORT = "import"
# A name, and the text up to what ends its value or begins another one's.
_BINDING = re.compile(rb"(?<![\w'-])([A-Za-z_][\w'-]*+)\s*+=(?=([^;=]*+))")
_PATH = re.compile(rb"[\w./+-]++")
_BODIES = frozenset({"assert_expression", "let_expression", "with_expression"})
# More than any functions that make functions.
_MOST_STEPS = 40


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

    @property
    def left_out(self) -> dict[str, Node]:
        """The defaults of what the caller does not give."""
        return {
            name: default
            for name, default in self.defaults.items()
            if lookup(self._sets, name) is None
        }


class _Function(Struct):
    """A function, and what is around it."""

    node: Node
    scope: Scope


class Functions:
    """The functions of a file, also those that it calls in other files.

    Args:
        data: the file, and what is parsed behind it.
        files: the expressions of other files by their paths, as they are written in this one.
    """

    def __init__(self, data: bytes, files: Mapping[str, Node]) -> None:
        self._data = data
        self._files = files

    @property
    def names(self) -> frozenset[str]:
        """The names that are bound to what is made from another file."""
        paths = {path.encode() for path in self._files}
        return frozenset(
            match[1].decode()
            for match in (_BINDING.finditer(self._data) if paths else ())
            if not paths.isdisjoint(_PATH.findall(match[2]))
        )

    def are_called_by(self, name: str) -> bool:
        """Tell whether a function calls the file whose path it is given."""
        return bool(self._files) and (name == _IMPORT or CALL_PACKAGE.fullmatch(name) is not None)

    def body(self, application: Node, visit: Visit) -> Visit | None:
        """Return the body of a function that is applied, with what its caller gives it.

        None where no name or path leads to the function, it calls itself, it takes another number
        of arguments, or a set that it takes apart is not written here.
        """
        made = self._made(application, visit.scope, 0)
        if made is None or made.node.type == "function_expression":
            return None
        if _is_inside(visit.scope, made.node):
            return None
        body = visit.same(made.node, made.scope)
        body.caller = visit.caller or visit.node
        return body

    def result(
        self, function: Node, scope: Scope, operands: list[tuple[Node, Scope]]
    ) -> tuple[Node, Scope] | None:
        """Return what a function makes of arguments, and what that reads; None where it is unread.

        Args:
            function: a function, or what leads to one.
            scope: what it reads.
            operands: its arguments, each in the scope that it stands in.
        """
        made = self._made(function, scope, 0)
        for operand in operands:
            made = self._applied(made, operand) if made is not None else None
            if made is not None and made.node.type == "variable_expression":
                made = self._made(made.node, made.scope, 0) or made
        if made is None or made.node.type == "function_expression":
            return None
        return made.node, made.scope

    def _made(self, expression: Node, scope: Scope, steps: int) -> _Function | None:
        """Return the function that an expression is, or what all of its arguments make of it."""
        node = syntax.unwrap(expression)
        if steps > _MOST_STEPS:
            return None
        match node.type:
            case "function_expression":
                return _Function(node, scope)
            case "variable_expression":
                binding = scope.find(syntax.text(node, self._data))
                if binding is None or binding.inherited or binding.expression is None:
                    return None
                return self._made(binding.expression, binding.scope, steps + 1)
            case "apply_expression":
                return self._application(node, scope, steps)
            case _:
                return None

    def _application(self, node: Node, scope: Scope, steps: int) -> _Function | None:
        head, applied = terms.applied(node)
        operands = [(operand, scope) for _, operand in applied]
        name, *_ = function_of(head, scope, self._data, PACKAGE_CALLERS)
        function: _Function | None = None
        if self.are_called_by(name):
            first = syntax.unwrap(operands.pop(0)[0])
            file = self._files.get(syntax.text(first, self._data))
            if file is not None:
                function = self._below(file, Scope())
            elif name != _IMPORT:
                function = self._made(first, scope, steps + 1)
        elif head.type == "variable_expression":
            function = self._pending(head, scope) or self._made(head, scope, steps + 1)
        for operand in operands:
            function = self._applied(function, operand) if function is not None else None
        return function

    def _pending(self, head: Node, scope: Scope) -> _Function | None:
        """Return the file of ``make = callPackage ./make.nix;``, which waits for its argument."""
        binding = scope.find(syntax.text(head, self._data))
        if binding is None or binding.inherited or binding.expression is None:
            return None
        callee, applied = terms.applied(syntax.unwrap(binding.expression))
        name, *_ = function_of(callee, binding.scope, self._data, PACKAGE_CALLERS)
        if len(applied) != 1 or not self.are_called_by(name):
            return None
        file = self._files.get(syntax.text(syntax.unwrap(applied[0][1]), self._data))
        return self._below(file, Scope()) if file is not None else None

    def _applied(self, function: _Function, operand: tuple[Node, Scope]) -> _Function | None:
        """Return what a function makes of one argument; None where that cannot be read."""
        node = syntax.unwrap(function.node)
        if node.type != "function_expression" or _is_inside(operand[1], node):
            return None
        sets = values.sets_of(*operand, self._data)
        if node.child_by_field_name("formals") is not None and not sets:
            return None
        scope = CalledScope(node, function.scope, self._data, operand, sets)
        return self._below(node.child_by_field_name("body") or node, scope)

    def _below(self, node: Node, scope: Scope) -> _Function:
        """Return the function that is below ``let``, ``with`` and ``assert``, or the value."""
        body = syntax.unwrap(node)
        while body.type in _BODIES and _leads_to_function(body):
            if body.type == "let_expression":
                scope = AttributeScope(body, scope, self._data).inner
            body = syntax.unwrap(body.child_by_field_name("body") or body)
        return _Function(body, scope)


def defaults_around(scope: Scope | None) -> Iterator[tuple[str, Node, Scope]]:
    """Yield the arguments that are what their function says by default, and what that reads."""
    while scope is not None:
        defaults: dict[str, Node] = {}
        if isinstance(scope, CalledScope):
            defaults = scope.left_out
        elif isinstance(scope, DefaultedScope):
            defaults = scope.defaults
        for name, default in defaults.items():
            yield name, default, scope
        scope = scope.outer


def _leads_to_function(node: Node) -> bool:
    """Tell whether below ``let``, ``with`` and ``assert`` there is a function."""
    while node.type in _BODIES:
        inner = node.child_by_field_name("body")
        if inner is None:
            return False
        node = syntax.unwrap(inner)
    return node.type == "function_expression"


def _is_inside(scope: Scope | None, function: Node) -> bool:
    """Tell whether a scope is that of a function, or below it: its body applies it again."""
    while scope is not None:
        if isinstance(scope, FunctionScope) and scope.node == function:
            return True
        scope = scope.outer
    return False
