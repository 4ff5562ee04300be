"""What expressions lead to through the names in them, each read in the scope that it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.scope import lookup
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.scope import AttributeScope, Binding, Scope

# More than a package's own text and what it names.
_MOST_NODES = 20_000
# Longer than any chain of names that is no cycle.
_MOST_STEPS = 50


def is_made_from(call: Call, places: frozenset[Span], draft: Draft, data: bytes) -> bool:
    """Tell whether a call's argument leads to one of these places.

    A name counts for what it is bound to where the call stands: the argument of a helper is no
    package's version. What cannot be resolved of the package as a whole (``finalAttrs.x``) may be
    any place.

    Args:
        call: a fetcher's.
        places: such as the literal of the package's version, and the call of its source.
        draft: the package.
        data: the file.
    """
    for node, scope in led_to([(call.argument, call.scope)], data):
        if syntax.span(node) in places:
            return True
        if node.type == "variable_expression" and _is_whole(node, scope, draft, data):
            return True
    return False


def reached_calls(draft: Draft, calls: Iterable[Call], data: bytes) -> list[Call]:
    """Return those of some calls that a package's attributes lead to."""
    return called_in([(own.node, own.outer) for own in draft.sets], calls, data)


def called_in(
    expressions: list[tuple[Node, Scope]], calls: Iterable[Call], data: bytes
) -> list[Call]:
    """Return those of some calls that expressions lead to."""
    reached = {(node.start_byte, node.end_byte) for node, _ in led_to(expressions, data)}
    return [call for call in calls if (call.node.start_byte, call.node.end_byte) in reached]


def _is_whole(node: Node, scope: Scope, draft: Draft, data: bytes) -> bool:
    """Tell whether a name stands for all of a package, as ``finalAttrs`` does."""
    name = syntax.text(node, data)
    outer: Scope | None = scope
    while outer is not None:
        if outer.fixpoint == name:
            return outer.closed == draft.sets
        if name in outer.arguments or outer.bound(name) is not None:
            return False
        outer = outer.outer
    return False


def led_to(waiting: list[tuple[Node, Scope]], data: bytes) -> Iterator[tuple[Node, Scope]]:
    """Yield all nodes of expressions, and of those that the names in them are bound to.

    Each comes with the scope that it reads.
    """
    seen: set[tuple[int, int, str]] = set()
    while waiting and len(seen) < _MOST_NODES:
        node, scope = waiting.pop()
        place = (node.start_byte, node.end_byte, node.type)
        if place in seen:
            continue
        seen.add(place)
        yield node, scope
        match node.type:
            case "variable_expression":
                waiting += targets(scope.find(syntax.text(node, data)), data)
            case "select_expression":
                waiting += selected(node, scope, data)
            case "inherited_attrs":
                for name in node.named_children:
                    waiting += targets(scope.find(terms.attribute_name(name, data)), data)
            case "inherit_from":
                waiting += _inherited(node, scope, data)
            case _:
                waiting += parts(node, scope, data)


def targets(binding: Binding | None, data: bytes) -> list[tuple[Node, Scope]]:
    """Return what a name stands for, with the scope that it reads; nothing for an argument."""
    for _ in range(_MOST_STEPS):
        if binding is None or not binding.inherited:
            break
        if binding.owner is None:
            binding = binding.scope.find(binding.name)
            continue
        inner = values.attribute(binding.owner, binding.scope, binding.name, data)
        if inner is None:
            return [(binding.owner, binding.scope)]
        binding = inner
    if binding is None or binding.inherited:
        return []
    return [(binding.expression, binding.scope)] if binding.expression is not None else []


def selected(node: Node, scope: Scope, data: bytes) -> list[tuple[Node, Scope]]:
    """Return what ``x.name`` stands for; where no set has it, all that x does."""
    base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
    if base is None or path is None:
        return []
    own = values.selected(node, scope, data)
    if own is not None:
        return targets(own, data)
    names = terms.attribute_names(path, data)
    if names[0] == "finalPackage" and len(names) > 1:
        names = names[1:]
    attribute = values.attribute(base, scope, names[0], data)
    if attribute is not None:
        return targets(attribute, data)
    sets = values.sets_of(base, scope, data)
    return [
        *((child, scope) for child in path.named_children if child.type == "interpolation"),
        *_of_sets(sets, names[0], base, scope, data),
    ]


def _inherited(node: Node, scope: Scope, data: bytes) -> list[tuple[Node, Scope]]:
    owner, listed = node.child_by_field_name("expression"), node.child_by_field_name("attrs")
    if owner is None or listed is None:
        return []
    return [
        part
        for name in listed.named_children
        for part in _attribute(owner, scope, terms.attribute_name(name, data), data)
    ]


def _attribute(owner: Node, scope: Scope, name: str, data: bytes) -> list[tuple[Node, Scope]]:
    """Return what ``inherit (owner) name;`` stands for; where nothing has it, all that owner is."""
    binding = values.attribute(owner, scope, name, data)
    return targets(binding, data) if binding is not None else [(owner, scope)]


def _of_sets(
    sets: tuple[AttributeScope, ...], name: str, owner: Node, scope: Scope, data: bytes
) -> list[tuple[Node, Scope]]:
    binding = lookup(sets, name)
    return targets(binding, data) if binding is not None else [(owner, scope)]
