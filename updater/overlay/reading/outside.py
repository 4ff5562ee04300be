"""What a package's source is made from that its file does not write: arguments, and other files.

A program's pin may come to it that way, under any name. Its own hashes would go stale with that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import HASH_FIELDS, OutsidePin
from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.borrowed import written_here
from updater.overlay.reading.generated import may_have_pins
from updater.overlay.reading.references import led_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from updater.model import Package, Span
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.scope import Binding, Scope

# Longer than any chain of names that is no cycle.
_MOST_STEPS = 50
_NAMES = ("variable_expression", "identifier")
_PATHS = frozenset({"path_expression", "string_expression", "indented_string_expression"})
_OF_DATA = (".yaml", ".yml")


def outside_pin(
    package: Package, draft: Draft, calls: Iterable[Call], data: bytes, end: int
) -> OutsidePin | None:
    """Return what a package with hashes of its own takes from elsewhere; None for nothing.

    Args:
        package: as it was read, with the hashes that it has beside its source.
        draft: the same as it was found.
        calls: of its sources.
        data: the file, and what is parsed behind it.
        end: where that begins.
    """
    own = [field for source in package.sources if (field := source.get(*HASH_FIELDS))]
    literal = [field for field in own if field.literal is not None and field.literal.end <= end]
    hashes = (*literal, *written_here(package))
    if not hashes or not _is_unread(package):
        return None
    bindings = [draft.get(name) for name in ("src", "srcs", "version")]
    waiting = [
        (binding.expression or binding.owner or binding.at, binding.scope)
        for binding in bindings
        if binding is not None
    ]
    names = {path for binding in bindings if binding and (path := _bound(binding, data))}
    waiting += [(call.argument, call.scope) for call in (*calls, *draft.others)]
    paths: set[str] = set()
    literals: set[Span] = set()
    for node, scope in led_to(waiting, data):
        names.update(_names(node, scope, data))
        if node.type == "string_expression":
            literals.add(syntax.span(node))
        if node.type in _PATHS and _is_of_data(shown := syntax.text(node, data).strip("\"'")):
            paths.add(shown)
    if not (names or paths or literals):
        return None
    return OutsidePin(tuple(sorted(names)), tuple(sorted(paths)), tuple(sorted(literals)), hashes)


def arguments_of(operands: Iterable[Node], scope: Scope, data: bytes) -> dict[str, tuple[str, ...]]:
    """Return what a call gives for arguments, as the names that lead there.

    ``{ pin = pins.tool; }`` is ``{"pin": ("pins", "tool")}``; other expressions have no names.
    Where not all of the arguments are written as sets, an empty one says so.

    Args:
        operands: those of the call.
        scope: what it reads.
        data: the file.
    """
    given = [operand for operand in operands if syntax.unwrap(operand).type not in _PATHS]
    by_operand = [values.sets_of(operand, scope, data) for operand in given]
    sets = [own for of_operand in by_operand for own in of_operand]
    unread: dict[str, tuple[str, ...]] = {"": ()} if not all(by_operand) or not given else {}
    return unread | {
        name: _bound(binding, data)
        for attributes in sets
        for name in attributes
        if (binding := attributes.get(name)) is not None
    }


def _is_unread(package: Package) -> bool:
    """Tell whether a package's version or source is not all written in its file."""
    fetched = package.fetched
    if fetched is None or not fetched.fields:
        return True
    fields = [field for source in package.sources for field in source.fields]
    fields += [package.version] if package.version is not None else []
    return any(field.value is None for field in fields)


def _is_of_data(path: str) -> bool:
    return "\n" not in path and (may_have_pins(path) or path.endswith(_OF_DATA))


def _names(node: Node, scope: Scope, data: bytes) -> Iterator[tuple[str, ...]]:
    """Yield the names by which a node leads out of the file."""
    if node.type == "inherit_from":
        owner, listed = node.child_by_field_name("expression"), node.child_by_field_name("attrs")
        if owner is not None and listed is not None:
            first = _path(owner, scope, data)
            for name in listed.named_children if _is_outside(first, scope) else ():
                yield (*first, terms.attribute_name(name, data))
    elif node.type == "variable_expression" and not _is_part(node):
        path = _path(node, scope, data)
        yield from [path] if _is_outside(path, scope) else []
    elif node.type == "select_expression" and not _is_part(node):
        path = _path(node, scope, data)
        yield from [path] if _is_outside(path, scope) or path[:1] == ("",) else []


def _is_outside(path: tuple[str, ...], scope: Scope) -> bool:
    """Tell whether names begin with one that the file does not bind."""
    return bool(path) and path[0] not in ("", "true", "false", "null") and not scope.find(path[0])


def _is_part(node: Node) -> bool:
    """Tell whether a node is the function of a call, or what something is selected from."""
    parent = node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        node, parent = parent, parent.parent
    if parent is None or parent.type not in ("apply_expression", "select_expression"):
        return False
    field = "expression" if parent.type == "select_expression" else "function"
    return parent.child_by_field_name(field) == node


def _bound(binding: Binding, data: bytes) -> tuple[str, ...]:
    """Return the names that lead to what a name is bound to; none where it is no name."""
    if binding.owner is not None:
        first = _path(binding.owner, binding.scope, data)
        return (*first, binding.name) if first else ()
    return _path(binding.expression, binding.scope, data) if binding.expression else ()


def _path(expression: Node, scope: Scope, data: bytes) -> tuple[str, ...]:
    """Return the names that an expression consists of, through the names that are bound to such.

    What is selected from anything but a name begins with an empty one; others have none.
    """
    behind: tuple[str, ...] = ()
    node = syntax.unwrap(expression)
    for _ in range(_MOST_STEPS):
        base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
        if node.type == "select_expression" and base is not None and path is not None:
            behind = (*terms.attribute_names(path, data), *behind)
            node = syntax.unwrap(base)
            continue
        if node.type not in _NAMES:
            return ("", *behind) if behind else ()
        name = syntax.text(node, data)
        binding = scope.find(name)
        if binding is None:
            return (name, *behind)
        if binding.owner is not None:
            behind = (name, *behind)
            node, scope = syntax.unwrap(binding.owner), binding.scope
            continue
        inner = syntax.unwrap(binding.expression) if binding.expression is not None else node
        if inner.type not in (*_NAMES, "select_expression"):
            return (name, *behind)
        node, scope = inner, binding.scope
    return ()
