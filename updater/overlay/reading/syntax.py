"""Nix source as a tree-sitter tree, and the little that readers ask of its nodes.

Offsets are bytes. Two things that tree-sitter-nix 0.1.0 does not know are blanked in the copy that
is parsed, while text is always read from the original:

- a trailing comma in a function's formals (``{ a, b, }:``), which Nix has allowed since 2.0 and its
  formatter writes: it becomes a space;
- the pipe operators ``|>`` and ``<|``, which are an experimental feature of Nix: they become the
  one operator that binds nearly as weakly, ``->``, so that the tree around them keeps its shape.
  Nothing reads a value from what it makes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, cached_property, lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import HostileFile
from updater.model import Span
from updater.model.decoding import UNREADABLE
from updater.overlay.reading.toml_transcripts import transcribed_toml
from updater.overlay.reading.transcripts import transcribed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node, Parser, Tree

    from updater.model import FunctionFile
    from updater.overlay.reading.inputs import WayParts

# Outside strings, comments and paths a comma stands nowhere in Nix but between formals, and what
# stands inside those keeps its shape when a comma becomes a space.
_COMMA = re.compile(rb",(?=\s*[}#/])")
_SPACE = re.compile(rb"\s*")
_PIPE = re.compile(rb"\|>|<\|")

_TRANSCRIBERS = {".json": transcribed, ".toml": transcribed_toml}

ATTRIBUTE_SETS = frozenset({"attrset_expression", "rec_attrset_expression"})


class FilePart(Struct, frozen=True):
    """A file that stands behind another: from which byte, and what is where in the file itself.

    Attributes:
        node: its expression.
        places: of JSON, its texts in the whole and in the file; None where both are the same text.
    """

    start: int
    file: FunctionFile
    node: Node
    places: dict[Span, Span] | None = None

    def origin(self, where: Span) -> Span | None:
        """Return where in the file something is; None where that is not one text of it."""
        own = Span(where.start - self.start, where.end - self.start)
        return own if self.places is None else self.places.get(own)


class NixText(Struct, frozen=True, dict=True):
    """A parsed file, and behind it the files of functions that it calls.

    Attributes:
        data: the file's own bytes.
        whole: these, and behind them the bytes of the other files; offsets of nodes are in it.
        parts: these files, in the order in which they stand behind it.
    """

    data: bytes
    tree: Tree
    whole: bytes
    parts: tuple[FilePart, ...] = ()

    @property
    def called(self) -> dict[str, Node]:
        """The expressions of those that are functions, by their paths as this file has them."""
        pins = {part.file.path for part in self.parts if part.file.has_pins}
        return {part.file.path: part.node for part in self.parts if part.file.path not in pins}

    def part_at(self, place: int) -> FilePart | None:
        """Return the other file in which a byte is; None where it is the file's own."""
        return next((part for part in reversed(self.parts) if part.start <= place), None)

    @property
    def root(self) -> Node:
        """The whole file's node."""
        return self.tree.root_node

    def line_at(self, place: int) -> int:
        """Return the line in which a byte of the file is, from 1."""
        return bisect_left(self._line_ends, place) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer(b"\n", self.data)]

    @cached_property
    def ways(self) -> dict[int, WayParts]:
        """What ways to places in it went through by now, by the nodes' ids (see `place_of`)."""
        return {}


@cache
def _parser() -> Parser:
    import tree_sitter  # noqa: PLC0415 - only commands that read overlays pay for the grammar
    import tree_sitter_nix  # noqa: PLC0415 - as above

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_nix.language()))


def parse(data: bytes, functions: Sequence[FunctionFile] = ()) -> NixText:
    """Parse one file; wrong syntax becomes problems (see problems.py), never an exception.

    Args:
        data: the file's bytes.
        functions: other files; one that cannot be parsed is left out.
    """
    if not functions:
        return _alone(data)
    whole = data
    parts: list[FilePart] = []
    for function in functions:
        start = len(whole) + 1
        text, places = function.data, None
        transcribe = _TRANSCRIBERS.get(PurePosixPath(function.file).suffix)
        if transcribe is not None:
            try:
                transcript = transcribe(function.data, function.file)
            except (*UNREADABLE, HostileFile):
                continue
            text, places = transcript.text, transcript.places
        whole = b"\n".join((whole, text))
        root = _tree(whole, start).root_node
        inner = root.child_by_field_name("expression")
        if inner is not None and not root.has_error:
            parts.append(FilePart(start, function, inner, places))
    return NixText(data, _tree(data), whole, tuple(parts))


@lru_cache(maxsize=4)
def _alone(data: bytes) -> NixText:
    """Parse one file; the last few are kept, since several readers look at one text."""
    return NixText(data, _tree(data), data)


def _tree(data: bytes, start: int = 0) -> Tree:
    """Parse what begins at a byte; lines count from there."""
    parsable = data
    commas = _trailing_commas(data) if b"," in data else []
    if commas:
        blanked = bytearray(data)
        for place in commas:
            blanked[place] = ord(" ")
        parsable = bytes(blanked)
    if b"|>" in data or b"<|" in data:
        parsable = _PIPE.sub(b"->", parsable)
    if not start:
        return _parser().parse(parsable)
    import tree_sitter  # noqa: PLC0415 - as above

    own = tree_sitter.Range((0, 0), (0xFFFFFFFF, 0), start, len(data))
    return tree_sitter.Parser(_parser().language, included_ranges=[own]).parse(parsable)


def _trailing_commas(data: bytes) -> list[int]:
    """Return the commas that only white space and comments part from a closing brace.

    Answers are kept for each place that a search came through, so that a text that is full of
    commas and comments does not take quadratic time.
    """
    answers: dict[int, bool] = {}
    unclosed = len(data)  # no comment that starts here or later has an end
    commas = []
    for comma in _COMMA.finditer(data):
        place, passed = comma.end(), []
        while (answer := answers.get(place)) is None:
            passed.append(place)
            space = _SPACE.match(data, place)
            place = space.end() if space is not None else place
            if data.startswith(b"#", place):
                end = data.find(b"\n", place)
            elif data.startswith(b"/*", place):
                end = data.find(b"*/", place + 2) if place < unclosed else -1
                unclosed = place if end < 0 else unclosed
            else:
                answer = data.startswith(b"}", place)
                break
            if end < 0:
                answer = False
                break
            place = end + (1 if data[end : end + 1] == b"\n" else 2)
        answers.update(dict.fromkeys(passed, answer))
        if answer:
            commas.append(comma.start())
    return commas


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
    smallest: Node | None = None
    node: Node | None = root
    while node is not None:
        if node.type in kinds:
            smallest = node
        node = next((child for child in node.named_children if where in span(child)), None)
    if smallest is None:
        raise LookupError(f"no {' or '.join(kinds)} around bytes {where.start} to {where.end}")
    return smallest


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
