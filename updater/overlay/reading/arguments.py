"""What the arguments of a function stand for where no call says it: a default, or any element.

Source: Nix manual, "Language constructs", Functions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.overlay.reading import terms
from updater.overlay.reading.scope import Binding, FunctionScope

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.scope import Scope

_FETCHER = re.compile(rb"(?:[\w'-]+\.)*fetch\w+$")
_TEXTS = frozenset({"binary_expression", "indented_string_expression", "string_expression"})


class DefaultedScope(FunctionScope):
    """The names of a function that is a whole file: a text or call by default is what it means.

    Whoever calls the file may give something else, which is then a package of the caller's.
    """

    __slots__ = ()

    def bound(self, name: str) -> Binding | None:
        """Return the text, or the fetcher's call, that a name stands for by default."""
        default = self.defaults.get(name)
        if default is None or not _is_pin(default):
            return None
        return Binding(name, default, self, default)


class ElementScope(FunctionScope):
    """The name of a function that is applied to each element of a list: any of them."""

    __slots__ = ()

    def bound(self, name: str) -> Binding | None:
        """Return the argument itself, as what its name is bound to."""
        universal = self.node.child_by_field_name("universal")
        if universal is None or name != self.argument:
            return None
        return Binding(name, universal, self, universal)


def _is_pin(default: Node) -> bool:
    """Tell whether a default is a text or the call of a fetcher, and no switch or package."""
    if default.type == "apply_expression":
        head, _ = terms.applied(default)
        return _FETCHER.match(head.text or b"") is not None
    return default.type in _TEXTS


def is_default(binding: Binding) -> bool:
    """Tell whether a name is what a function that is a whole file has by default."""
    return isinstance(binding.scope, DefaultedScope) and binding.at == binding.expression


def is_of_element(scope: Scope) -> bool:
    """Tell whether a scope is inside a function that is applied to each element of a list."""
    outer: Scope | None = scope
    while outer is not None and not isinstance(outer, ElementScope):
        outer = outer.outer
    return outer is not None
