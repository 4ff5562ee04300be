"""Nix source as a tree-sitter tree, and the little that readers ask of its nodes.

Offsets are bytes. Two things that tree-sitter-nix 0.1.0 does not know are blanked in the copy that
is parsed, while text is always read from the original:

- a trailing comma in a function's formals (``{ a, b, }:``), which Nix has allowed since 2.0 and its
  formatter writes: it becomes a space;
- the pipe operators ``|>`` and ``<|``, which are an experimental feature of Nix: they become
  another operator, so that the tree around them keeps its shape, and are reported as problems.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from updater.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Tree

# Outside strings, comments and paths a comma stands nowhere in Nix but between formals, and what
# stands inside those keeps its shape when a comma becomes a space. The bound keeps text that is
# full of commas and unclosed comments from taking quadratic time.
_TRAILING_COMMA = re.compile(
    rb",(?=(?:\s++|#[^\n]{0,999}+\n|/\*(?:[^*]|\*(?!/)){0,999}+\*/){0,99}+\})"
)
_PIPE = re.compile(rb"\|>|<\|")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_IDENTIFIERS = re.compile(rb"[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*")

ATTRIBUTE_SETS = frozenset({"attrset_expression", "rec_attrset_expression"})
_STRINGS = frozenset({"string_expression", "indented_string_expression"})
_SIMPLE_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}
_LONGEST_EXCERPT = 120
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """A place that cannot be parsed: byte span, line and column from 1, the line's text."""

    span: Span
    line: int
    column: int
    excerpt: str
    what: str = "cannot parse"
    hint: str = "mend the syntax, or leave the file out of `overlays:`"

    def __str__(self) -> str:
        return f"{self.what} line {self.line}, column {self.column}\n{self.excerpt}".rstrip("\n")


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
    known = _TRAILING_COMMA.sub(b" ", data) if b"," in data else data
    if b"|>" in data or b"<|" in data:
        known = _PIPE.sub(b"++", known)
    return Source(data, _parser().parse(known))


# --- what cannot be parsed ----------------------------------------------------------------------


def problems(source: Source) -> tuple[Problem, ...]:
    """Return the places that cannot be parsed, in file order, the outermost of nested ones.

    A byte order mark, which Nix rejects, concerns the whole file.
    """
    if source.data.startswith(_BYTE_ORDER_MARK):
        whole = Span(0, len(source.data))
        return (Problem(whole, 1, 1, "", "Nix rejects the byte order mark at"),)
    found: list[Problem] = []
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        if not node.has_error:
            continue
        if node.is_error or node.is_missing:
            end = max(node.end_byte, node.start_byte + 1)
            found.append(problem_at(source.data, Span(node.start_byte, end)))
        else:
            waiting.extend(reversed(node.children))
    found += _pipes(source)
    return tuple(sorted(found, key=lambda one: one.span))


def _pipes(source: Source) -> Iterator[Problem]:
    if b"|>" not in source.data and b"<|" not in source.data:
        return
    for match in _PIPE.finditer(source.data):
        node = source.root.descendant_for_byte_range(*match.span())
        if node is not None and node.type == "++":
            yield problem_at(source.data, Span(*match.span()))


def problem_at(data: bytes, where: Span) -> Problem:
    """Return the problem that these bytes are, with the line they start on."""
    start = where.start
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", start)
    line = data[line_start : line_end if line_end >= 0 else len(data)]
    shown = line.decode("utf-8", "replace").rstrip("\r")
    column = len(data[line_start:start].decode("utf-8", "replace"))
    first = max(0, column - _LONGEST_EXCERPT // 2)
    shown = shown[first : first + _LONGEST_EXCERPT]
    caret = "".join("\t" if letter == "\t" else " " for letter in shown[: column - first]) + "^"
    return Problem(where, data.count(b"\n", 0, start) + 1, column + 1, f"{shown}\n{caret}")


# --- nodes --------------------------------------------------------------------------------------


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


def unwrap(node: Node) -> Node:
    """Strip parentheses."""
    while node.type == "parenthesized_expression":
        inner = node.child_by_field_name("expression")
        if inner is None:
            break
        node = inner
    return node


# --- strings and names --------------------------------------------------------------------------


def is_string(node: Node) -> bool:
    """Tell whether a node is a string of either kind."""
    return node.type in _STRINGS


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
    found: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "variable_expression":
            found.add(text(current, data))
        elif current.type == "inherited_attrs":
            found.update(attribute_name(one, data) for one in current.named_children)
        else:
            waiting.extend(current.named_children)
    return found


def has_path(node: Node) -> bool:
    """Tell whether a file is named in an expression."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "path_expression":
            return True
        waiting.extend(current.named_children)
    return False
