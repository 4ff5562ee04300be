"""A step of the walk over a file's tree: a node, and what the way to it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.model import Span
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.drafts import Draft, Role
    from updater.overlay.reading.scope import Scope


class Visit(Struct):
    """A node to look at, and what the way to it says.

    ``role`` says that a set reached here is the argument of a builder, an override or a fetcher;
    ``bound`` that the node is an attribute's whole value, not a part of a list or an argument;
    ``fixpoint`` is the scope whose argument stands for that set (``finalAttrs: { ... }``);
    ``builder`` is the function whose argument it is; ``helper`` says that the binding is a
    function; ``caller`` is where a function of the file is applied, whose body this is;
    ``mapped`` says that it is read for an element of a set or list, which is no package itself;
    ``overridden`` leads to the package that an override is of; ``listed`` says that it is in a
    list, so that the attribute is not what is made here.
    """

    node: Node
    scope: Scope
    path: tuple[str, ...]
    role: Role
    draft: Draft | None
    statement: Node | None
    bound: bool = False
    fixpoint: Scope | None = None
    builder: str = ""
    helper: bool = False
    caller: Node | None = None
    overridden: tuple[str, ...] = ()
    listed: bool = False
    mapped: bool = False

    def part(self, node: Node) -> Visit:
        """Visit a node below that is not its value."""
        visit = Visit(node, self.scope, self.path, "", self.draft, self.statement)
        visit.helper, visit.caller, visit.mapped = self.helper, self.caller, self.mapped
        visit.listed = self.listed or self.node.type == "list_expression"
        return visit

    def same(self, node: Node, scope: Scope | None = None) -> Visit:
        """Visit a node below that is its value."""
        inner = scope if scope is not None else self.scope
        visit = Visit(node, inner, self.path, self.role, self.draft, self.statement, self.bound)
        visit.fixpoint, visit.builder, visit.helper = self.fixpoint, self.builder, self.helper
        visit.caller, visit.overridden, visit.listed = self.caller, self.overridden, self.listed
        visit.mapped = self.mapped
        return visit

    def argument(self, node: Node, role: Role, builder: str) -> Visit:
        """Visit a node below that is the argument of a builder, an override or a fetcher."""
        visit = Visit(node, self.scope, self.path, role, self.draft, self.statement, self.bound)
        visit.builder, visit.helper, visit.caller = builder, self.helper, self.caller
        visit.listed, visit.mapped = self.listed, self.mapped
        return visit

    def place(self, data: bytes) -> Span:
        """Return the span of the binding that it is inside of, else of the whole file."""
        return Span(0, len(data)) if self.statement is None else syntax.span(self.statement)
