"""Expressions written so that they mean the same outside their file.

Names that the file binds are replaced by what they are bound to, paths by paths below `TREE`, and
what the function around it is given by `INPUTS` and `SYSTEM`: variables that whoever evaluates the
text binds.
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, Final

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.scope import FunctionScope
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from updater.overlay.reading.scope import Binding, Scope

TREE: Final = "updaterTree"
"""The variable for the folder that the file lies in."""
INPUTS: Final = "updaterInputs"
"""The variable for a flake's inputs, `self` among them."""
SYSTEM: Final = "updaterSystem"
"""The variable for the system that is built for."""

# What Nix itself binds everywhere. Source: Nix manual, "Built-in functions".
_BUILT_IN = frozenset(
    {
        *("abort", "baseNameOf", "builtins", "derivation", "dirOf", "false", "fetchGit"),
        *("fetchTarball", "fetchTree", "fromTOML", "import", "isNull", "map", "null"),
        *("placeholder", "removeAttrs", "throw", "toString", "true"),
    }
)
# Deeper and longer than any overlay that is written in a list.
_MOST_DEPTH, _LONGEST = 100, 1 << 16
# Of a file's expressions together: `a = b + b; b = c + c; ...` has no end.
_MOST_BYTES = 1 << 23


class Closing:
    """Writes the expressions of one file.

    Args:
        data: the file.
        argument: what a function of the file is given for a name, None where nobody knows.
    """

    def __init__(self, data: bytes, argument: Callable[[FunctionScope, str], str | None]) -> None:
        self.data = data
        self.argument = argument
        self.bytes_left = _MOST_BYTES

    def text(self, node: Node, scope: Scope) -> str | None:
        """Return an expression in parentheses, None where it depends on what nobody knows."""
        try:
            return f"({_Writer(self).expression(node, scope, 0)})"
        except LookupError:
            return None


def path_below(written: str) -> str | None:
    """Return a path literal as one below the file's folder, None for any other.

    Source of the form: Nix manual, "Path literal".
    """
    if not written.startswith(("./", "../")) or "$" in written:
        return None
    return os.path.normpath(written)


def files_in(expression: str) -> list[str]:
    """Return the files below the folder that an expression names, as `Closing` writes it."""
    return re.findall(rf'\({TREE} \+ "/([^"]*)"\)', expression)


class _Writer:
    """Writes one expression.

    ``_inside`` are the scopes that come along with it, ``_with`` how many ``with`` are around.
    """

    def __init__(self, closing: Closing) -> None:
        self._closing = closing
        self._data = closing.data
        self._inside: list[Scope] = []
        self._with = 0

    def expression(self, node: Node, scope: Scope, depth: int) -> str:
        self._closing.bytes_left -= node.end_byte - node.start_byte
        if depth > _MOST_DEPTH or self._closing.bytes_left < 0:
            raise LookupError
        match node.type:
            case "variable_expression":
                return self._name(syntax.text(node, self._data), scope, depth)
            case "path_expression":
                return self._path(node)
            case "hpath_expression":
                raise LookupError
            case "inherit":
                return self._inherit(node, scope, depth)
        self._with += node.type == "with_expression"
        written, at = [], node.start_byte
        for child, inner in parts(node, scope, self._data):
            if inner is not scope and inner not in self._inside:
                self._inside.append(inner)
            written.append(self._between(at, child.start_byte))
            written.append(self.expression(child, inner, depth + 1))
            at = child.end_byte
        self._with -= node.type == "with_expression"
        closed = "".join([*written, self._between(at, node.end_byte)])
        if len(closed) > _LONGEST:
            raise LookupError
        return closed

    def _between(self, start: int, end: int) -> str:
        return self._data[start:end].decode("utf-8", "surrogateescape")

    def _name(self, name: str, scope: Scope, depth: int) -> str:
        holder = scope.holder(name)
        if holder in self._inside:
            return name
        if holder is None:
            if name in _BUILT_IN or self._with:
                return name
            raise LookupError
        binding = holder.bound(name)
        if binding is not None:
            around, self._with = self._with, 0
            closed = self._bound(binding, depth)
            self._with = around
            return closed
        argument = (
            self._closing.argument(holder, name) if isinstance(holder, FunctionScope) else None
        )
        if argument is not None:
            return argument
        default = holder.defaults.get(name) if isinstance(holder, FunctionScope) else None
        if default is None:
            raise LookupError
        return f"({self.expression(default, holder, depth + 1)})"

    def _bound(self, binding: Binding, depth: int) -> str:
        if binding.owner is not None:
            owner = self.expression(binding.owner, binding.scope, depth + 1)
            return f"({owner}).{syntax.text(binding.at, self._data)}"
        if binding.inherited:
            return self._name(binding.name, binding.scope, depth + 1)
        if binding.expression is None:
            raise LookupError
        return f"({self.expression(binding.expression, binding.scope, depth + 1)})"

    def _path(self, node: Node) -> str:
        written = syntax.text(node, self._data)
        if written.startswith("/") and "$" not in written:
            return written
        below = path_below(written)
        if below is None:
            raise LookupError
        return f'({TREE} + "/{below}")'

    def _inherit(self, node: Node, scope: Scope, depth: int) -> str:
        listed = node.child_by_field_name("attrs")
        names = [] if listed is None else listed.named_children
        written = (
            f"{syntax.text(name, self._data)} = "
            f"{self._name(terms.attribute_name(name, self._data), scope, depth)};"
            for name in names
        )
        return " ".join(written)
