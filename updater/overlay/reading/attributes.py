"""Which sets an expression is, and what their attributes are bound to, without evaluating Nix.

Sets are read through names, ``inherit``, ``//``, ``let``, selections and files of pins; of a
package (``finalAttrs``) and a fetcher's call the attributes are read, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.choices import selector_of
from updater.overlay.reading.pin_files import default_read, value_read
from updater.overlay.reading.results import argument_of
from updater.overlay.reading.scope import AttributeScope, Binding, FunctionScope, lookup
from updater.overlay.reading.selections import are_without, selection_of, written_key

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import Scope

NAME_TYPES = frozenset({"select_expression", "variable_expression"})
"""The kinds of expressions that stand for what a name is bound to."""

# No pin takes more; `rec { a = "${b}${b}"; b = "${c}${c}"; ... }` and `rec { a = b; b = a; }` do.
_MOST_STEPS = 100


class AttributeReader(ABC):
    """Reads the attributes of expressions; the steps it takes are counted.

    Args:
        data: the file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._steps = 0

    @property
    def _is_exhausted(self) -> bool:
        """Tell whether it has taken more steps than a pin needs."""
        return self._steps > _MOST_STEPS

    @abstractmethod
    def _key(self, part: Node, scope: Scope, sets: tuple[AttributeScope, ...]) -> str | None:
        """Return the key of these sets that a part of a path is; None where that is open."""

    def attribute(self, base: Node, scope: Scope, name: str) -> Binding | None:
        """Return what ``base.name`` is bound to."""
        base = syntax.unwrap(base)
        package = self._package(base, scope)
        if package is not None:
            binding = package[1].find_attribute(package[0], name)
            if binding is not None:
                return binding
        sets = self.sets(base, scope)
        if sets:
            return lookup(sets, name)
        binding = self._of_result(base, scope, name)
        if binding is not None or base.type != "variable_expression":
            return binding
        return scope.find_below(syntax.text(base, self._data), name)

    def _of_result(self, base: Node, scope: Scope, name: str) -> Binding | None:
        """Return the argument of a fetcher's call that ``base.name`` is."""
        if base.type not in NAME_TYPES:
            return argument_of(base, scope, name, self._data, self.sets)
        return self._of_bound_result(self._named(base, scope), name)

    def _of_bound_result(self, binding: Binding | None, name: str) -> Binding | None:
        self._steps += 1
        binding = self._uninherited(binding)
        if binding is None or binding.expression is None or self._is_exhausted:
            return None
        return self._of_result(syntax.unwrap(binding.expression), binding.scope, name)

    def _named(self, node: Node, scope: Scope) -> Binding | None:
        """Return what a name, or a selection, is bound to."""
        match node.type:
            case "variable_expression":
                return scope.find(syntax.text(node, self._data))
            case "select_expression":
                return self.selected(node, scope)
            case _:
                return None

    def _package(self, node: Node, scope: Scope) -> tuple[str, Scope] | None:
        """Return the argument, and where it is read, by which an expression names its package.

        That is ``finalAttrs``, ``finalAttrs.finalPackage``, and a name that is bound to either.
        """
        self._steps += 1
        node = syntax.unwrap(node)
        if self._is_exhausted:
            return None
        if node.type == "select_expression":
            base, path = (
                node.child_by_field_name("expression"),
                node.child_by_field_name("attrpath"),
            )
            is_whole = path is not None and syntax.text(path, self._data) == "finalPackage"
            return self._package(base, scope) if base is not None and is_whole else None
        if node.type != "variable_expression":
            return None
        name = syntax.text(node, self._data)
        binding = scope.find(name)
        if binding is None:
            return name, scope
        inherited = binding.inherited or binding.expression is None
        return None if inherited else self._package(binding.expression or node, binding.scope)

    def sets(self, expression: Node, scope: Scope) -> tuple[AttributeScope, ...] | None:
        """Return the set literals that an expression is; None where it is something else."""
        self._steps += 1
        if self._is_exhausted:
            return None
        node = syntax.unwrap(expression)
        match node.type:
            case kind if kind in syntax.ATTRIBUTE_SETS:
                return (AttributeScope(node, scope, self._data),)
            case "binary_expression":
                found = self._union(node, scope)
            case "let_expression":
                body = node.child_by_field_name("body")
                inner = AttributeScope(node, scope, self._data).inner
                found = self.sets(body, inner) if body is not None else None
            case "select_expression":
                found = self._bound_sets(self.selected(node, scope))
            case "variable_expression":
                binding = scope.find(syntax.text(node, self._data))
                found = self._bound_sets(binding) if binding else self._read(node, scope)
            case "apply_expression":
                found = self._read(node, scope) or self._bound_sets(self._got(node, scope))
            case _:
                found = None
        return found

    def _read(self, node: Node, scope: Scope) -> tuple[AttributeScope, ...] | None:
        """Return the sets that an application, or an argument by default, reads from a file."""
        if node.type == "variable_expression":
            value = default_read(syntax.text(node, self._data), scope, self._data)
        else:
            value = value_read(node, scope, self._data)
        return self.sets(*value) if value is not None else None

    def _uninherited(self, binding: Binding | None) -> Binding | None:
        """Return where what a name is bound to is written, behind any ``inherit``."""
        while binding is not None and binding.inherited and not self._is_exhausted:
            self._steps += 1
            if binding.owner is not None:
                binding = self.attribute(binding.owner, binding.scope, binding.name)
            else:
                binding = binding.scope.find(binding.name)
        return binding

    def _bound_sets(self, binding: Binding | None) -> tuple[AttributeScope, ...] | None:
        binding = self._uninherited(binding)
        if binding is None or binding.expression is None:
            return None
        package = binding.scope.package(binding)
        return package or self.sets(binding.expression, binding.scope)

    def selected(self, node: Node, scope: Scope) -> Binding | None:
        """Return what ``a.b.${c}`` or ``getAttr c a`` is bound to, or what stands after ``or``.

        Of a key that is not written here it is what is chosen for ``c``.
        """
        selection = selection_of(node, scope, self._data)
        if selection is None:
            return None
        base, keys, default = selection
        if written_key(keys[0], self._data) == "finalPackage" and len(keys) > 1:
            keys = keys[1:]
        binding: Binding | None = None
        for index, part in enumerate(keys):
            sets = self.sets(base, scope) if not index else self._bound_sets(binding)
            key = self._key(part, scope, sets or ())
            if default is not None and key is not None and sets and are_without(sets, key):
                return Binding(key, default, scope, default)
            if key is None:
                return None
            if not index:
                binding = self.attribute(base, scope, key)
            else:
                binding = lookup(sets, key) if sets else self._of_bound_result(binding, key)
            if binding is None:
                return None
        return binding

    def _got(self, node: Node, scope: Scope) -> Binding | None:
        """Return what a function that selects gives: ``getAttr "a" set``, or one of the file."""
        return self.selected(node, scope) or self._by_function(node, scope)

    def _by_function(self, node: Node, scope: Scope) -> Binding | None:
        """Return what ``f { a = 1; b = 2; }`` is bound to, where f selects from its argument."""
        head, applied = terms.applied(node)
        function = self._uninherited(scope.find(syntax.text(head, self._data)))
        if function is None or function.expression is None or len(applied) != 1:
            return None
        part = selector_of(syntax.unwrap(function.expression), self._data)
        sets = self.sets(applied[0][1], scope) if part is not None else None
        inner = FunctionScope(syntax.unwrap(function.expression), function.scope, self._data)
        key = self._key(part, inner, sets) if part is not None and sets else None
        return lookup(sets, key) if sets and key is not None else None

    def _union(self, node: Node, scope: Scope) -> tuple[AttributeScope, ...] | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "//":
            return None
        sides = (self.sets(left, scope), self.sets(right, scope))
        return sides[0] + sides[1] if sides[0] is not None and sides[1] is not None else None
