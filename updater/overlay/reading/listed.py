"""Which overlays an expression is or holds, in order: lists, and what makes lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.closed import TREE, Closing, path_below
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.overlay.reading.scope import Binding, Scope

_COMPOSERS = frozenset({"composeExtensions", "composeManyExtensions"})
# Those that compose a list of overlays one by one, with a first or, from the right, a last one.
_FOLDS = frozenset({"foldl", "foldl'", "foldr"})
# Functions that give the overlays of their last argument as they are.
_KEEPING = frozenset({"flatten", "optional", "optionals", "singleton", "toList", "unique"})
# More than any file's lists; `a = b ++ b; b = c ++ c; ...` has no end.
MOST_STEPS = 20_000


class ImportedOverlay(Struct, frozen=True):
    """An overlay as flake.nix or default.nix imports it.

    Attributes:
        file: relative to the folder of that file; empty for one that is not a file of its own.
        expression: for Nix, with the variables of `updater.overlay.reading.closed`.
        certain: it is applied to nixpkgs or offered as an overlay. Any other file may be something
            else, such as a module of NixOS.
    """

    file: str
    expression: str
    certain: bool = True

    @classmethod
    def of_file(cls, file: str, *, certain: bool) -> ImportedOverlay:
        """Return an overlay that is a file, or a folder with a default.nix."""
        return cls(file, f'(import ({TREE} + "/{file}"))', certain)


class ScopedNode(Struct, frozen=True):
    """An expression, and the names that it reads."""

    node: Node
    scope: Scope


class ListStep(Struct, frozen=True):
    """An expression on the way; ``imported``: a path in it stands for the file's content."""

    expression: ScopedNode
    imported: bool = False


class OverlayLists(Struct):
    """Follows the lists of one file.

    Attributes:
        offered: what the file offers as overlays, by the path below a flake's outputs.
    """

    data: bytes
    closing: Closing
    offered: dict[tuple[str, ...], ScopedNode] = field(default_factory=dict)
    steps: int = 0

    def overlays(self, expression: ScopedNode) -> Iterator[ImportedOverlay]:
        """Yield the overlays that an expression is or holds."""
        for step in self.leaves(ListStep(expression)):
            file = self.file(step)
            closed = self.closing.text(step.expression.node, step.expression.scope)
            if step.expression.node.type == "path_expression":
                if file is not None:
                    yield ImportedOverlay.of_file(file, certain=step.imported)
            elif closed is not None:
                yield ImportedOverlay(file or "", closed)

    def files(self, expression: ScopedNode) -> Iterator[ImportedOverlay]:
        """Yield the overlays that are files, where the list may be one of something else."""
        for step in self.leaves(ListStep(expression)):
            file = self.file(step)
            if file is not None:
                yield ImportedOverlay.of_file(file, certain=False)

    def leaves(self, step: ListStep) -> Iterator[ListStep]:
        """Yield the expressions that an expression leads to and that lead to no others."""
        waiting = [step]
        visited: set[tuple[int, bool]] = set()
        while waiting and self.steps < MOST_STEPS:
            self.steps += 1
            step = waiting.pop()
            node = syntax.unwrap(step.expression.node)
            if node.type == "comment" or (node.id, step.imported) in visited:
                continue
            visited.add((node.id, step.imported))
            below = self.below(node, step)
            if below is None:
                yield ListStep(ScopedNode(node, step.expression.scope), step.imported)
            else:
                waiting += reversed(below)

    def file(self, leaf: ListStep) -> str | None:
        """Return the file that a path, or ``import PATH ...``, names."""
        head, applied = terms.applied(leaf.expression.node)
        if applied and terms.last_name(head, self.data) == "import":
            return self.path(syntax.unwrap(applied[0][1]))
        return self.path(leaf.expression.node)

    def path(self, node: Node) -> str | None:
        """Return the file that a path literal names, relative to this one's folder."""
        if node.type != "path_expression":
            return None
        return path_below(syntax.text(node, self.data))

    def below(self, node: Node, step: ListStep) -> list[ListStep] | None:
        """Return the expressions that one leads to; None for what is an overlay by itself.

        Args:
            node: the expression, without parentheses around it.
            step: the expression, with what is known of it.
        """
        scope = step.expression.scope
        match node.type:
            case "variable_expression" | "select_expression":
                expression = self._named(node, scope)
                return [ListStep(expression, step.imported)] if expression is not None else None
            case "list_expression":
                inside = node.named_children
            case "binary_expression":
                operator = node.child_by_field_name("operator")
                if operator is None or operator.type != "++":
                    return None
                inside = node.named_children
            case "if_expression":
                inside = [
                    *node.children_by_field_name("consequence"),
                    *node.children_by_field_name("alternative"),
                ]
            case "with_expression" | "assert_expression" | "let_expression":
                inside = node.children_by_field_name("body")
            case "apply_expression":
                return self._called(node, step)
            case _:
                return None
        scopes = dict(parts(node, scope, self.data))
        return [
            ListStep(ScopedNode(below, scopes.get(below, scope)), step.imported) for below in inside
        ]

    def _called(self, node: Node, step: ListStep) -> list[ListStep] | None:
        """Return what a function of lists, or one that composes overlays, is given."""
        head, applied = terms.applied(node)
        name = terms.last_name(head, self.data)
        arguments = [ScopedNode(argument, step.expression.scope) for _, argument in applied]
        if name == "map" and len(arguments) == 2:  # noqa: PLR2004 - a function and a list
            return [ListStep(arguments[1], imported=True)] if self._imports(arguments[0]) else []
        if name == "attrValues":
            return [ListStep(value) for value in self._attributes(arguments[0])]
        if (
            name in _FOLDS
            and terms.last_name(syntax.unwrap(applied[0][1]), self.data) in _COMPOSERS
        ):
            ordered = arguments[1:] if name != "foldr" else arguments[:0:-1]
            return [ListStep(argument, step.imported) for argument in ordered]
        if name in _COMPOSERS:
            return [ListStep(argument, step.imported) for argument in arguments]
        return [ListStep(arguments[-1], step.imported)] if name in _KEEPING else None

    def _imports(self, function: ScopedNode) -> bool:
        """Tell whether a function is ``import``, or ``path: import path``."""
        node = syntax.unwrap(function.node)
        body = node.child_by_field_name("body") if node.type == "function_expression" else None
        head = terms.applied(syntax.unwrap(body))[0] if body is not None else node
        return terms.last_name(head, self.data) == "import"

    def _attributes(self, expression: ScopedNode) -> list[ScopedNode]:
        """Return the values of a set in the order of their names, as ``attrValues`` does."""
        named = {
            statement.names: ScopedNode(statement.value, attributes.inner)
            for attributes in values.sets_of(expression.node, expression.scope, self.data)
            for statement in attributes.statements
        }
        if not named and syntax.text(expression.node, self.data).endswith("self.overlays"):
            named = {
                path: expression
                for path, expression in self.offered.items()
                if path[0] == "overlays"
            }
        return [named[names] for names in sorted(named)]

    def _named(self, node: Node, scope: Scope) -> ScopedNode | None:
        """Return what a name, or ``self.overlays.NAME``, is bound to in this file."""
        if node.type == "variable_expression":
            binding = scope.find(syntax.text(node, self.data))
            return followed(binding) if binding is not None else None
        path = node.child_by_field_name("attrpath")
        base = node.child_by_field_name("expression")
        if base is None or path is None:
            return None
        names = terms.attribute_names(path, self.data)
        for attributes in reversed(values.sets_of(base, scope, self.data)):
            for statement in attributes.statements:
                if statement.names == names:
                    return ScopedNode(statement.value, attributes.inner)
        return self.offered.get(names) if syntax.text(base, self.data) == "self" else None


def followed(binding: Binding) -> ScopedNode | None:
    """Return the expression of a binding, through ``inherit name;``."""
    following: Binding | None = binding
    visited = set()
    while following is not None and following.inherited and following.at.id not in visited:
        visited.add(following.at.id)
        following = following.scope.find(following.name) if following.owner is None else None
    if following is None or following.inherited or following.expression is None:
        return None
    return ScopedNode(following.expression, following.scope)
