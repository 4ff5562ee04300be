"""What terms say: strings and names read, applications and unions taken apart."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from updater.overlay.reading.syntax import text, unwrap

if TYPE_CHECKING:
    from tree_sitter import Node

_IDENTIFIERS = re.compile(rb"[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*")
_SIMPLE_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}
_LONGEST_NAME = 200


def string_pieces(node: Node, data: bytes) -> list[str | Node] | None:
    """Split a string into its text and its interpolated expressions.

    Returns None for an indented string of several lines, whose value depends on its indentation.
    Source of the escapes: Nix manual, "String literal".
    """
    if node.type == "string_expression":
        plain = plain_string(node, data)
        return _pieces(node, data) if plain is None else [plain]
    raw = data[node.start_byte + 2 : node.end_byte - 2]
    # Beyond one line, or with an escape, the value is not what is written.
    if b"\n" in raw or b"\r" in raw or b"''" in raw:
        return None
    pieces = _pieces(node, data)
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip(" ")
    return pieces


def plain_string(node: Node, data: bytes) -> str | None:
    """Return the text of ``"..."`` without escapes and interpolation, None for anything else."""
    if node.type != "string_expression":
        return None
    raw = data[node.start_byte + 1 : node.end_byte - 1]
    if b"\\" in raw or b"$" in raw or b"\r" in raw:
        return None
    return raw.decode("utf-8", "surrogateescape")


def _pieces(node: Node, data: bytes) -> list[str | Node] | None:
    pieces: list[str | Node] = []
    for child in node.named_children:
        match child.type:
            case "interpolation":
                inner = child.child_by_field_name("expression")
                if inner is None:
                    return None
                pieces.append(inner)
            case "escape_sequence":
                raw = text(child, data)
                pieces.append(_SIMPLE_ESCAPES.get(raw, raw[1:]))
            case "string_fragment":
                raw = text(child, data)
                if "\r" in raw:  # which Nix reads as a line feed
                    return None
                pieces.append(raw)
            case "dollar_escape":  # the backslash before a plain dollar sign
                continue
            case _:
                return None
    return pieces


@lru_cache(maxsize=8192)
def split(written: bytes) -> tuple[str, ...]:
    """Split ``super.python3Packages`` at its dots; empty where it has more than identifiers."""
    if _IDENTIFIERS.fullmatch(written) is None:
        return ()
    return tuple(written.decode("ascii").split("."))


def plain_names(node: Node, data: bytes) -> tuple[str, ...]:
    """Return the components of a dotted name; empty where a node is more than that."""
    start, end = node.start_byte, node.end_byte
    return split(data[start:end]) if end - start < _LONGEST_NAME else ()


def attribute_name(part: Node, data: bytes) -> str:
    """Return one component of an attribute path; a dynamic one as it is written."""
    if part.type == "string_expression":
        pieces = string_pieces(part, data)
        if pieces is not None and all(isinstance(piece, str) for piece in pieces):
            return "".join(str(piece) for piece in pieces)
    return text(part, data)


def attribute_names(attrpath: Node, data: bytes) -> tuple[str, ...]:
    """Return an attribute path's components."""
    plain = plain_names(attrpath, data)
    if plain:
        return plain
    return tuple(attribute_name(part, data) for part in attrpath.children_by_field_name("attr"))


def last_name(function: Node, data: bytes) -> str:
    """Return the last name of a function (``fetchPypi`` of ``super.fetchPypi``), or nothing."""
    plain = plain_names(function, data)
    if plain:
        return plain[-1]
    node = unwrap(function)
    if node.type == "variable_expression":
        return text(node, data)
    path = node.child_by_field_name("attrpath") if node.type == "select_expression" else None
    return attribute_names(path, data)[-1] if path is not None else ""


def names_in(node: Node, data: bytes) -> set[str]:
    """Return the names that stand in an expression for a value, inherited ones too."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "variable_expression":
            names.add(text(current, data))
        elif current.type == "inherited_attrs":
            names.update(attribute_name(attribute, data) for attribute in current.named_children)
        else:
            waiting.extend(current.named_children)
    return names


def paths_in(node: Node, data: bytes) -> list[str]:
    """Return the paths that are written in an expression, also inside its strings."""
    paths: list[str] = []
    if data.find(b"/", node.start_byte, node.end_byte) < 0:
        return paths
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "path_expression":
            paths.append(text(current, data))
        waiting.extend(current.named_children)
    return paths


def applied(node: Node) -> tuple[Node, list[tuple[Node, Node]]]:
    """Take ``f a b`` apart: f, and each application with its argument, a's first."""
    applications = []
    while node.type == "apply_expression":
        function = node.child_by_field_name("function")
        argument = node.child_by_field_name("argument")
        if function is None or argument is None:
            break
        applications.append((node, argument))
        node = unwrap(function)
    return node, applications[::-1]


def operands(node: Node) -> list[Node]:
    """Take ``a // b // c`` apart, in order; anything else is one operand."""
    waiting, parts = [node], []
    while waiting:
        part = waiting.pop()
        inner = unwrap(part)
        operator = inner.child_by_field_name("operator")
        sides = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if operator is None or operator.type != "//" or sides[0] is None or sides[1] is None:
            parts.append(part)
        else:
            waiting += [sides[1], sides[0]]
    return parts
