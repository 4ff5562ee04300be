"""Files that have pins, as others read them: ``importJSON ./pins.json``, ``import ./npins``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.model import PinEntry
from updater.overlay.reading import syntax, terms
from updater.overlay.reading.generated import program_of
from updater.overlay.reading.scope import AttributeScope, FunctionScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.scope import FileScope, Scope

# Source: Nix manual, "Built-in functions"; nixpkgs, lib/trivial.nix and lib/customisation.nix.
_IMPORT_TOML = "importTOML"
_OF_A_PATH = frozenset({"callPackage", "callPackages", "import", "importJSON", _IMPORT_TOML})
_OF_TEXT = {"fromJSON": "importJSON", "fromTOML": _IMPORT_TOML}


def values_in(text: syntax.NixText, around: FileScope) -> dict[str, tuple[Node, Scope]]:
    """Return the value of each file of pins by its path, as its reader has it, and its scope."""
    values: dict[str, tuple[Node, Scope]] = {}
    for part in text.parts:
        if not part.file.has_pins:
            continue
        node = part.node
        inner: Scope = around
        while node.type == "function_expression":
            inner = FunctionScope(node, inner, text.whole)
            node = syntax.unwrap(node.child_by_field_name("body") or node)
        if program_of(part.file.file) == "npins" and node.type in syntax.ATTRIBUTE_SETS:
            pins = AttributeScope(node, inner, text.whole).get("pins")
            node = pins.expression if pins is not None and pins.expression is not None else node
        values[part.file.path] = node, inner
    return values


def value_read(node: Node, scope: Scope, data: bytes) -> tuple[Node, Scope] | None:
    """Return the value that an application reads from a file of pins; None for any other."""
    file = scope.file
    if file is None or not file.pins:
        return None
    head, applied = terms.applied(node)
    name = terms.last_name(head, data)
    operand = syntax.unwrap(applied[0][1]) if applied else node
    if name in _OF_TEXT and operand.type == "apply_expression":
        inner, read = terms.applied(operand)
        name = _OF_TEXT[name] if terms.last_name(inner, data) == "readFile" else ""
        operand = syntax.unwrap(read[0][1])
    path = syntax.text(operand, data)
    if name not in _OF_A_PATH or path.endswith(".toml") != (name == _IMPORT_TOML):
        return None
    return file.pins.get(path)


def default_read(name: str, scope: Scope, data: bytes) -> tuple[Node, Scope] | None:
    """Return what ``{ sources ? import ./npins }:`` gives for an argument, if that reads pins."""
    holder = scope.holder(name)
    default = holder.defaults.get(name) if isinstance(holder, FunctionScope) else None
    if default is None or holder is None or default.type != "apply_expression":
        return None
    return value_read(default, holder, data)


def entry_of(file: str, whole: Node, places: Sequence[Span], data: bytes) -> PinEntry:
    """Return the entry of a file of pins that some texts in it belong to.

    Args:
        file: its name.
        whole: the value that it has.
        places: of the texts, at least one.
        data: what they are parsed in.
    """
    around = [_keys_around(place, whole, data) for place in places]
    shortest = min(len(keys) for keys in around)
    shared: list[tuple[str, Node]] = []
    for index in range(shortest):
        if len({keys[index][0] for keys in around}) > 1:
            break
        shared.append(around[0][index])
    if not shared:
        return PinEntry(file, "")
    key, holder = shared[-1]
    others = {
        terms.attribute_names(path, data)[0]
        for binding in holder.named_children
        if (path := binding.child_by_field_name("attrpath")) is not None
    }
    return PinEntry(file, key, frozenset(others - {key}))


def _keys_around(place: Span, whole: Node, data: bytes) -> list[tuple[str, Node]]:
    """Return the keys that a text stands below, the outermost first, each with its bindings.

    The last, which is the text's own, is left out.
    """
    keys: list[tuple[str, Node]] = []
    node = whole.descendant_for_byte_range(place.start, place.end)
    while node is not None and node.start_byte >= whole.start_byte and node != whole:
        path = node.child_by_field_name("attrpath") if node.type == "binding" else None
        if path is not None and node.parent is not None:
            keys += [(name, node.parent) for name in terms.attribute_names(path, data)[::-1]]
        node = node.parent
    return keys[::-1][:-1]
