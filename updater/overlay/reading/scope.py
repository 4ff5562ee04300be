"""What names mean: the attributes that a set or ``let`` binds, and lexical scope around them.

``let``, ``rec`` and function arguments bind names; ``with`` binds weaker than all of them and is
not followed. Source: Nix manual, "Language constructs".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import syntax, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

# The start of most statements; all others are asked of the tree.
_PLAIN = re.compile(rb"([A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*)\s*=")

# What binds names for all that stands inside it, its own bindings included.
_RECURSIVE = frozenset({"rec_attrset_expression", "let_expression", "let_attrset_expression"})


class Scope:
    """The names that one construct binds, inside those of the constructs around it.

    Attributes:
        outer: the scope around it, None for a file's.
        arguments: the names that a function binds.
        fixpoint: the argument's name (``finalAttrs``) that stands for ``closed``, or empty.
        closed: the attributes that the fixpoint argument stands for, later ones win.
        previous: the argument's name (``old``) that stands for an overridden package, or empty.
        overridden: the names that lead to that package: ``("prev", "tool")``.
        itself: the argument's name (``final``) that stands for ``closed``, a set of packages.
    """

    __slots__ = ("arguments", "closed", "fixpoint", "itself", "outer", "overridden", "previous")

    def __init__(self, outer: Scope | None = None, arguments: frozenset[str] = frozenset()) -> None:
        self.outer = outer
        self.arguments = arguments
        self.fixpoint = ""
        self.closed: tuple[AttributeScope, ...] = ()
        self.previous = ""
        self.overridden: tuple[str, ...] = ()
        self.itself = ""

    def bound(self, name: str) -> Binding | None:
        """Return what this construct itself binds a name to; an argument has no binding."""
        del name
        return None

    def find(self, name: str) -> Binding | None:
        """Return the binding that a name means here, None for an argument or a free name."""
        scope: Scope | None = self
        while scope is not None:
            binding = scope.bound(name)
            if binding is not None or name in scope.arguments:
                return binding
            scope = scope.outer
        return None

    def find_below(self, name: str, inner: str) -> Binding | None:
        """Return the binding that ``name.inner`` means here, where one is written in such parts."""
        scope: Scope | None = self
        while scope is not None:
            if scope.bound(name) is not None or name in scope.arguments:
                return None
            binding = scope.bound_below(name, inner)
            if binding is not None:
                return binding
            scope = scope.outer
        return None

    def bound_below(self, name: str, inner: str) -> Binding | None:
        """Return what this construct itself binds ``name.inner`` to."""
        del name, inner
        return None

    def holder(self, name: str) -> Scope | None:
        """Return the construct that binds a name, None for a free one."""
        scope: Scope | None = self
        while scope is not None and scope.bound(name) is None and name not in scope.arguments:
            scope = scope.outer
        return scope

    def find_attribute(self, argument: str, name: str) -> Binding | None:
        """Return the attribute that ``finalAttrs.name`` means here."""
        scope: Scope | None = self
        while scope is not None:
            if argument in (scope.fixpoint, scope.itself):
                return lookup(scope.closed, name)
            if argument in scope.arguments or scope.bound(argument) is not None:
                return None
            scope = scope.outer
        return None

    def package(self, binding: Binding) -> tuple[AttributeScope, ...]:
        """Return the attributes of the package that a binding is; none where it is no package."""
        file = self.file
        return file.packages.get(binding.at.start_byte, ()) if file is not None else ()

    @property
    def file(self) -> FileScope | None:
        """What is around everything; None in a file that another one calls."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope if isinstance(scope, FileScope) else None

    @property
    def is_outermost(self) -> bool:
        """Tell whether no function is around it."""
        scope: Scope | None = self
        while scope is not None and not isinstance(scope, FunctionScope):
            scope = scope.outer
        return scope is None

    def close(self, attributes: tuple[AttributeScope, ...]) -> None:
        """Say which attributes the fixpoint argument stands for; of two it stands for neither."""
        if self.closed:
            self.fixpoint = ""
        self.closed = attributes


class FileScope(Scope):
    """What is around everything in a file.

    Attributes:
        packages: the first byte of a binding -> the attributes of the one package that it is.
        pins: the path of another file, as it is written -> the value that it has, and its scope.
    """

    __slots__ = ("packages", "pins")

    def __init__(self) -> None:
        super().__init__()
        self.packages: dict[int, tuple[AttributeScope, ...]] = {}
        self.pins: dict[str, tuple[Node, Scope]] = {}


class FunctionScope(Scope):
    """The names that a function binds.

    Attributes:
        node: the function.
        argument: the name of the whole argument, or an empty string.
        defaults: the expression that a name stands for where the caller leaves it out.
    """

    __slots__ = ("argument", "defaults", "node")

    def __init__(self, node: Node, outer: Scope, data: bytes) -> None:
        self.node = node
        universal = node.child_by_field_name("universal")
        self.argument = syntax.text(universal, data) if universal is not None else ""
        self.defaults: dict[str, Node] = {}
        names = {self.argument} - {""}
        formals = node.child_by_field_name("formals")
        for formal in formals.children_by_field_name("formal") if formals is not None else ():
            name = formal.child_by_field_name("name")
            if name is None:
                continue
            names.add(syntax.text(name, data))
            default = formal.child_by_field_name("default")
            if default is not None:
                self.defaults[syntax.text(name, data)] = default
        super().__init__(outer, frozenset(names))


class Binding(Struct):
    """A name, the expression it is bound to, and the scope that the expression reads.

    ``at`` is where it is written: the binding, or the inherited name. ``owner`` is the ``x`` of
    ``inherit (x) name;``, which has no expression of its own.
    """

    name: str
    expression: Node | None
    scope: Scope
    at: Node
    inherited: bool = False
    owner: Node | None = None


class Statement(Struct):
    """``a.b = value;`` with the components of its path and the byte that the value follows."""

    names: tuple[str, ...]
    node: Node
    start: int

    @property
    def value(self) -> Node:
        """The expression; the whole statement where the parser found none."""
        return self.node.child_by_field_name("expression") or self.node


class AttributeScope(Scope):
    """What a set or ``let`` binds; for ``rec`` and ``let``, the scope that they make as well.

    Attributes:
        node: the set or ``let``.
        statements: its bindings in the order of the file, without ``inherit``.
        owners: the ``x`` of each ``inherit (x) name;``.
    """

    __slots__ = (
        "_below",
        "_bound",
        "_data",
        "_is_recursive",
        "_twice",
        "node",
        "owners",
        "statements",
    )

    def __init__(self, node: Node, outer: Scope, data: bytes) -> None:
        super().__init__(outer)
        self.outer: Scope = outer
        self.node = node
        self.statements: list[Statement] = []
        self.owners: list[Node] = []
        self._data = data
        self._is_recursive = node.type in _RECURSIVE
        # A statement, or an inherited name with the `inherit` that it stands in.
        self._bound: dict[str, Statement | tuple[Node, Node]] = {}
        self._twice: dict[str, list[int]] = {}
        self._below: dict[tuple[str, ...], Statement] = {}
        for holder in node.named_children:
            if holder.type == "binding_set":
                for child in holder.named_children:
                    kind = child.type
                    if kind == "binding":
                        self._state(child)
                    elif kind in ("inherit", "inherit_from"):
                        self._inherit(child)

    @property
    def inner(self) -> Scope:
        """What its expressions read, and ``inherit (x) name;``; ``inherit name;`` reads outer."""
        return self if self._is_recursive else self.outer

    def bound(self, name: str) -> Binding | None:
        """Return what a recursive set or ``let`` binds a name to, for what stands inside it."""
        return self.get(name) if self._is_recursive else None

    def bound_below(self, name: str, inner: str) -> Binding | None:
        """Return what ``name.inner = ...;`` of a recursive set or ``let`` binds."""
        if not self._is_recursive:
            return None
        own = self._below.get((name, inner))
        return Binding(inner, own.value, self.inner, own.node) if own is not None else None

    def _state(self, child: Node) -> None:
        plain = _PLAIN.match(self._data, child.start_byte)
        if plain is not None:
            names, start = terms.split(plain[1]), plain.end()
        else:
            path = child.child_by_field_name("attrpath")
            if path is None:
                return
            names, start = terms.attribute_names(path, self._data), path.end_byte
        statement = Statement(names, child, start)
        self.statements.append(statement)
        if len(names) == 1:
            self._bind(names[0], statement)
        else:
            self._below[names] = statement

    def _inherit(self, child: Node) -> None:
        owner = child.child_by_field_name("expression")
        self.owners += [owner] if owner is not None else []
        listed = child.child_by_field_name("attrs")
        for node in listed.children_by_field_name("attr") if listed is not None else ():
            self._bind(terms.attribute_name(node, self._data), (node, child))

    def _bind(self, name: str, what: Statement | tuple[Node, Node]) -> None:
        if name in self._bound:
            before, again = _node(self._bound[name]), _node(what)
            self._twice.setdefault(name, [syntax.line(before)]).append(syntax.line(again))
        self._bound[name] = what

    def __contains__(self, name: str) -> bool:
        return name in self._bound

    def __iter__(self) -> Iterator[str]:
        """Yield the names that it binds, in the order of the file."""
        return iter(self._bound)

    def lines(self, name: str) -> list[int]:
        """Return the lines that bind a name; Nix refuses more than one."""
        if name not in self._bound:
            return []
        return self._twice.get(name) or [syntax.line(_node(self._bound[name]))]

    def get(self, name: str) -> Binding | None:
        """Return what it binds a name to, None where it does not."""
        bound = self._bound.get(name)
        if bound is None:
            return None
        if isinstance(bound, Statement):
            return Binding(name, bound.value, self.inner, bound.node)
        node, holder = bound
        owner = holder.child_by_field_name("expression")
        if owner is None:
            return Binding(name, node, self.outer, node, inherited=True)
        return Binding(name, None, self.inner, node, inherited=True, owner=owner)


def _node(bound: Statement | tuple[Node, Node]) -> Node:
    return bound.node if isinstance(bound, Statement) else bound[0]


def lookup(sets: tuple[AttributeScope, ...], name: str) -> Binding | None:
    """Return what ``a // b`` binds a name to: the last of these sets that has it decides."""
    for attributes in reversed(sets):
        if name in attributes:
            return attributes.get(name)
    return None
