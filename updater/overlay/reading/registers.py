"""The lists that flake.nix or default.nix takes its overlays from, entry by entry, with places.

Where `entry` says which overlays there are and in which order, this says where they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.closed import path_below
from updater.overlay.reading.entry import EntryReader
from updater.overlay.reading.listed import MOST_STEPS, ListStep, ScopedNode
from updater.overlay.reading.shape import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Span
    from updater.overlay.reading.entry import EntryKind
    from updater.overlay.reading.listed import OverlayLists

EntryForm: TypeAlias = Literal["import", "path", "call"]
"""How a list has a file: as ``(import ./x.nix)``, as ``./x.nix`` for ``map import``, or as a path
that a function calls with arguments."""

_CONDITIONAL = frozenset({"optional", "optionals"})


class ListedOverlay(Struct, frozen=True):
    """An entry of a list of overlays.

    Attributes:
        files: those that it leads to, relative to the folder of the list's file.
        path: where the file is written, for an entry that is one file and nothing else.
    """

    files: tuple[str, ...]
    span: Span
    line: int
    text: str
    path: Span | None


class OverlayList(Struct, frozen=True):
    """A list of overlays that is written out.

    Attributes:
        span: with its brackets.
        conditional: it counts only under a condition, such as that of ``optionals``.
    """

    span: Span
    line: int
    entries: tuple[ListedOverlay, ...]
    conditional: bool
    form: EntryForm

    @property
    def files(self) -> frozenset[str]:
        """All files that its entries lead to."""
        return frozenset(file for entry in self.entries for file in entry.files)

    @property
    def has_own(self) -> bool:
        """Whether a file of the project stands in it as an entry."""
        return any(entry.path is not None for entry in self.entries)


class Register(Struct, frozen=True):
    """The lists of overlays of one file, in the order in which they are applied.

    Attributes:
        named: every file that a path literal names, anywhere, with the lines that do.
        folders: those of which every file is taken (``builtins.readDir``).
    """

    lists: tuple[OverlayList, ...]
    named: dict[str, tuple[int, ...]]
    folders: frozenset[str]

    def __contains__(self, file: str) -> bool:
        """Tell whether a file stands in a list, or in a folder that is read as a whole."""
        folder = file.rpartition("/")[0] or "."
        return folder in self.folders or any(file in listed.files for listed in self.lists)


def read_register(data: bytes, kind: EntryKind) -> Register:
    """Read where flake.nix, or a file such as default.nix, lists its overlays."""
    reader = EntryReader(data, kind)
    lists: dict[int, OverlayList] = {}
    for root in (*reader.roots(), *_whole_file(reader)):
        for node, listed in _lists(reader.follow, root):
            lists.setdefault(node.id, listed)
    if not lists:  # one that nothing here is known to apply
        for root in reader.lists:
            lists |= {
                node.id: listed for node, listed in _lists(reader.follow, root) if _imports(listed)
            }
    return Register(tuple(lists.values()), *_mentions(reader))


def _whole_file(reader: EntryReader) -> Iterator[ScopedNode]:
    """Yield the list that a file is, or that its functions return."""
    node = outcome(reader.text.root)
    while node.type == "function_expression":
        body = node.child_by_field_name("body")
        if body is None:
            return
        node = outcome(body)
    yield from (listed for listed in reader.lists if listed.node == node)


def _imports(listed: OverlayList) -> bool:
    return any(entry.text.lstrip("( ").startswith("import ") for entry in listed.entries)


def _mentions(reader: EntryReader) -> tuple[dict[str, tuple[int, ...]], frozenset[str]]:
    """Return the files that are named, with the lines, and the folders that are read."""
    named: dict[str, tuple[int, ...]] = {}
    folders = set()
    waiting = [reader.text.root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.named_children)
        file = reader.follow.path(node)
        if file is not None:
            named[file] = (*named.get(file, ()), syntax.line(node))
        if node.type == "apply_expression":
            head, applied = terms.applied(node)
            folder = reader.follow.path(syntax.unwrap(applied[0][1])) if applied else None
            if terms.last_name(head, reader.text.data) == "readDir" and folder is not None:
                folders.add(folder)
    return named, frozenset(folders)


class _Way(Struct, frozen=True):
    """An expression on the way to a list, and what lies behind it."""

    step: ListStep
    conditional: bool
    form: EntryForm


def _lists(follow: OverlayLists, root: ScopedNode) -> Iterator[tuple[Node, OverlayList]]:
    """Yield the lists that an expression leads to, the outer ones first."""
    waiting = [_Way(ListStep(root), conditional=False, form="import")]
    visited: set[int] = set()
    while waiting and follow.steps < MOST_STEPS:
        follow.steps += 1
        way = waiting.pop()
        node = syntax.unwrap(way.step.expression.node)
        below = (
            None if node.id in visited or node.type == "comment" else follow.below(node, way.step)
        )
        visited.add(node.id)
        if below is None:
            continue
        if node.type == "list_expression":
            yield node, _listed(follow, node, way)
        form, is_conditional = way.form, way.conditional or node.type == "if_expression"
        if node.type == "apply_expression":
            head, applied = terms.applied(node)
            name = terms.last_name(head, follow.data)
            is_conditional = is_conditional or name in _CONDITIONAL
            form = _mapped(applied[0][1], follow.data) if name == "map" and applied else form
        waiting += [_Way(step, is_conditional, form) for step in reversed(below)]


def _mapped(function: Node, data: bytes) -> EntryForm:
    """Return how ``map FUNCTION`` takes a path: imported only, or called as well."""
    node = syntax.unwrap(function)
    body = node.child_by_field_name("body")
    if node.type != "function_expression" or body is None:
        return "path"
    _, applied = terms.applied(syntax.unwrap(body))
    return "path" if len(applied) == 1 and _is_argument(node, applied[0][1], data) else "call"


def _is_argument(function: Node, argument: Node, data: bytes) -> bool:
    universal = function.child_by_field_name("universal")
    return universal is not None and syntax.text(universal, data) == syntax.text(argument, data)


def _listed(follow: OverlayLists, node: Node, way: _Way) -> OverlayList:
    scope = way.step.expression.scope
    entries = tuple(
        _entry(follow, ListStep(ScopedNode(element, scope), way.step.imported))
        for element in node.children_by_field_name("element")
    )
    return OverlayList(syntax.span(node), syntax.line(node), entries, way.conditional, way.form)


def _entry(follow: OverlayLists, step: ListStep) -> ListedOverlay:
    element, data = step.expression.node, follow.data
    where, line, written = syntax.span(element), syntax.line(element), syntax.text(element, data)
    leaves = list(follow.leaves(step))
    files = [follow.file(leaf) for leaf in leaves]
    inside = (path_below(path) for path in terms.paths_in(element, data))
    path = None
    if len(leaves) == 1 and files[0] is not None:
        leaf = leaves[0].expression.node
        _, applied = terms.applied(leaf)
        node = syntax.unwrap(applied[0][1]) if applied else leaf
        path = syntax.span(node) if syntax.span(node) in where else None
    every = dict.fromkeys(file for file in (*files, *inside) if file is not None)
    return ListedOverlay(tuple(every), where, line, written, path)
