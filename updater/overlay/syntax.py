"""Nix source as a tree-sitter tree, and the little that readers ask of its nodes.

Offsets are bytes. tree-sitter-nix 0.1.0 reports an error on a trailing comma in a function's
formals (``{ a, b, }:``), which Nix has allowed since its first release and its formatter writes.
The comma is therefore blanked in the copy that is parsed; text is always read from the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from updater.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Tree

# Outside strings, comments and paths a comma stands nowhere in Nix but between formals, and what
# stands inside those keeps its shape when a comma becomes a space.
_TRAILING_COMMA = re.compile(rb",(?=(?:\s|#[^\n]*\n|/\*.*?\*/)*\})", re.DOTALL)

ATTRIBUTE_SETS = frozenset({"attrset_expression", "rec_attrset_expression"})
_STRINGS = frozenset({"string_expression", "indented_string_expression"})
_SIMPLE_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A place that cannot be parsed: byte span, line and column from 1, the line's text."""

    span: Span
    line: int
    column: int
    excerpt: str

    def __str__(self) -> str:
        return f"cannot parse line {self.line}, column {self.column}\n{self.excerpt}"


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file."""

    data: bytes
    tree: Tree

    @property
    def root(self) -> Node:
        """The whole file's node."""
        return self.tree.root_node


@cache
def _parser() -> Parser:
    import tree_sitter  # noqa: PLC0415 - only commands that read overlays pay for the grammar
    import tree_sitter_nix  # noqa: PLC0415 - as above

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_nix.language()))


def parse(data: bytes) -> Source:
    """Parse one file; wrong syntax becomes problems, never an exception."""
    return Source(data, _parser().parse(_TRAILING_COMMA.sub(b" ", data)))


def problems(source: Source) -> tuple[Problem, ...]:
    """Return the places that cannot be parsed, in file order, the outermost of nested ones."""
    found: list[Problem] = []
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        if not node.has_error:
            continue
        if node.is_error or node.is_missing:
            found.append(_problem(source.data, node))
        else:
            waiting.extend(reversed(node.children))
    return tuple(found)


def _problem(data: bytes, node: Node) -> Problem:
    start = data.rfind(b"\n", 0, node.start_byte) + 1
    end = data.find(b"\n", node.start_byte)
    line = data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").rstrip("\r")
    column = len(data[start : node.start_byte].decode("utf-8", "replace"))
    caret = "".join("\t" if letter == "\t" else " " for letter in line[:column]) + "^"
    return Problem(
        Span(node.start_byte, max(node.end_byte, node.start_byte + 1)),
        node.start_point.row + 1,
        column + 1,
        f"{line}\n{caret}",
    )


def leaves(node: Node) -> Iterator[Node]:
    """Yield the tokens below a node in file order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        children = current.children
        if children:
            waiting.extend(reversed(children))
        else:
            yield current


def innermost(root: Node, where: Span, kinds: tuple[str, ...]) -> Node:
    """Return the smallest node of one of these kinds around a byte range.

    Raises:
        LookupError: there is none.
    """
    found: Node | None = None
    node: Node | None = root
    while node is not None:
        if node.type in kinds:
            found = node
        node = next((child for child in node.named_children if where in span(child)), None)
    if found is None:
        raise LookupError(f"no {' or '.join(kinds)} around bytes {where.start} to {where.end}")
    return found


def span(node: Node) -> Span:
    """Return a node's byte range."""
    return Span(node.start_byte, node.end_byte)


def text(node: Node, data: bytes) -> str:
    """Return a node's source text; bytes that are no UTF-8 stay distinguishable."""
    return data[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")


def line(node: Node) -> int:
    """Return the line that a node starts on, from 1."""
    return node.start_point.row + 1


def is_string(node: Node) -> bool:
    """Tell whether a node is a string of either kind."""
    return node.type in _STRINGS


def string_pieces(node: Node, data: bytes) -> list[str | Node] | None:
    """Split a string into its text and its interpolated expressions.

    Returns None for an indented string of several lines, whose value depends on its indentation.
    Source of the escapes: Nix manual, "String literal".
    """
    indented = node.type == "indented_string_expression"
    pieces: list[str | Node] = []
    for child in node.named_children:
        if child.type == "interpolation":
            inner = child.child_by_field_name("expression")
            if inner is None:
                return None
            pieces.append(inner)
            continue
        if child.type == "dollar_escape":  # the backslash or quotes before a plain dollar sign
            continue
        raw = text(child, data)
        if indented and ("\n" in raw or child.type != "string_fragment"):
            return None
        pieces.append(_unescape(raw) if child.type == "escape_sequence" else raw)
    if indented and pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip(" ")
    return pieces


def _unescape(raw: str) -> str:
    return _SIMPLE_ESCAPES.get(raw, raw[1:])


def unwrap(node: Node) -> Node:
    """Strip parentheses."""
    while node.type == "parenthesized_expression":
        inner = node.child_by_field_name("expression")
        if inner is None:
            break
        node = inner
    return node


def attribute_name(part: Node, data: bytes) -> str:
    """Return one component of an attribute path; a dynamic one as it is written."""
    if part.type == "string_expression":
        pieces = string_pieces(part, data)
        if pieces is not None and all(isinstance(piece, str) for piece in pieces):
            return "".join(str(piece) for piece in pieces)
    return text(part, data)


def attribute_names(attrpath: Node, data: bytes) -> tuple[str, ...]:
    """Return an attribute path's components."""
    return tuple(attribute_name(part, data) for part in attrpath.children_by_field_name("attr"))


def callee(node: Node, data: bytes) -> str:
    """Return the last name of the function that an application calls, or an empty string."""
    while True:
        node = unwrap(node)
        if node.type == "apply_expression":
            function = node.child_by_field_name("function")
        elif node.type == "select_expression":
            path = node.child_by_field_name("attrpath")
            return attribute_names(path, data)[-1] if path is not None else ""
        elif node.type == "variable_expression":
            return text(node, data)
        else:
            return ""
        if function is None:
            return ""
        node = function
