"""What flake.nix or default.nix says of the package set that is made of the overlays.

Which nixpkgs it imports, which overlays it applies or offers, in which order, and which files it
calls. Nothing is evaluated: what is computed is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.closed import INPUTS, SYSTEM, Closing
from updater.overlay.reading.listed import ImportedOverlay, OverlayLists, ScopedNode, followed
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope
from updater.overlay.reading.shape import outcome
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

EntryKind = Literal["flake", "file"]

# What nixpkgs is imported with. Source: nixpkgs, pkgs/top-level/default.nix.
_NIXPKGS_ARGUMENTS = frozenset(
    {"config", "crossOverlays", "crossSystem", "localSystem", "overlays", "system"}
)
_INPUT = re.compile(rf"{INPUTS}\)*\.([A-Za-z_][\w'-]*)")
# Beyond these, names of attributes below are no path that a flake's output has.
_NEW_PATHS = frozenset({"apply_expression", "function_expression", "list_expression"})


class EntryFile(Struct, frozen=True):
    """What flake.nix or default.nix says.

    Attributes:
        inputs: a flake's, in the order of the file.
        nixpkgs: the expression that the overlays' nixpkgs is imported from, with the variables of
            `updater.overlay.reading.closed`; empty where none is.
        overlays: in the order in which they are applied.
        calls: files that are called as packages, relative to the entry's folder.
    """

    inputs: tuple[str, ...] = ()
    nixpkgs: str = ""
    overlays: tuple[ImportedOverlay, ...] = ()
    calls: tuple[str, ...] = ()


def read_entry(data: bytes, kind: EntryKind) -> EntryFile:
    """Read flake.nix, or a file such as default.nix."""
    reader = EntryReader(data, kind)
    overlays = tuple(reader.overlays())
    return EntryFile(tuple(reader.inputs), reader.nixpkgs(), overlays, tuple(reader.calls))


class _Import(Struct, frozen=True):
    """``import SOURCE { overlays = ...; }``, the source as `Closing` writes it, if it can."""

    source: str
    overlays: ScopedNode | None


class EntryReader:
    """One pass over the file, and then what it leads to.

    Attributes:
        text: the file.
        follow: follows its lists.
        lists: every list that is written out in it.
    """

    def __init__(self, data: bytes, kind: EntryKind) -> None:
        self._data = data
        self._kind = kind
        self._closing = Closing(data, self._argument)
        self.follow = OverlayLists(data, self._closing)
        self._outputs: Node | None = None
        self._imports: list[_Import] = []
        self._legacy: list[str] = []
        self.lists: list[ScopedNode] = []
        self._paths: list[Node] = []
        self.inputs: dict[str, str] = {}
        self.calls: dict[str, None] = {}
        self.text = syntax.parse(data)
        root = outcome(self.text.root)
        if kind == "flake" and root.type in syntax.ATTRIBUTE_SETS:
            self._declared(AttributeScope(root, Scope(), data))
        self._walk(self.text.root)

    # --- inputs ---

    def _declared(self, attributes: AttributeScope) -> None:
        """Read a flake's inputs: those that it declares, and those that its outputs take."""
        for statement in attributes.statements:
            if statement.names[0] == "inputs":
                self._declare(statement.names[1:], statement.value, attributes.inner)
            elif statement.names == ("outputs",):
                self._outputs = syntax.unwrap(statement.value)
        if self._outputs is not None and self._outputs.type == "function_expression":
            taken = FunctionScope(self._outputs, Scope(), self._data)
            for name in sorted(taken.arguments - {taken.argument, "self"}):
                self.inputs.setdefault(name, "")

    def _declare(self, names: tuple[str, ...], value: Node, scope: Scope) -> None:
        """Read ``inputs = { NAME = ...; }``, ``inputs.NAME = ...`` or ``inputs.NAME.url = ...``."""
        if names:
            self.inputs.setdefault(names[0], "")
        if names[1:] == ("url",):
            self.inputs[names[0]] = values.evaluate(value, scope, self._data).value or ""
        elif len(names) <= 1:
            for attributes in values.sets_of(value, scope, self._data):
                for statement in attributes.statements:
                    below = (*names, *statement.names)
                    self._declare(below, statement.value, attributes.inner)

    def _argument(self, function: FunctionScope, name: str) -> str | None:
        """Return what a function of the file is given for a name."""
        if function.node == self._outputs:
            return INPUTS if name == function.argument else f"{INPUTS}.{name}"
        return SYSTEM if name == "system" else None

    # --- the walk ---

    def _walk(self, root: Node) -> None:
        waiting: list[tuple[Node, Scope, tuple[str, ...]]] = [(root, Scope(), ())]
        while waiting:
            node, scope, path = waiting.pop()
            below = () if node.type in _NEW_PATHS else path
            match node.type:
                case "apply_expression":
                    self._application(node, scope)
                case "list_expression":
                    self.lists.append(ScopedNode(node, scope))
                case "select_expression":
                    self._selection(node, scope)
                case "path_expression":
                    self._paths.append(node)
                case "binding":
                    below = self._bound(node, scope, path)
            waiting += [
                (child, inner, below) for child, inner in reversed(parts(node, scope, self._data))
            ]

    def _bound(self, node: Node, scope: Scope, path: tuple[str, ...]) -> tuple[str, ...]:
        """Note what is offered as an overlay; return the path of the value.

        That is ``overlays.NAME = ...;``, ``overlay = ...;`` and ``overlays = import ...;``.
        """
        attrpath = node.child_by_field_name("attrpath")
        value = node.child_by_field_name("expression")
        if attrpath is None or value is None:
            return path
        whole = (*path, *terms.attribute_names(attrpath, self._data))
        named = whole[-1] in ("overlay", "overlays")
        offered = whole[-1:] if named else whole[-2:]
        is_set = offered == ("overlays",) and not self._is_import(value)
        if offered[0] in ("overlay", "overlays") and not is_set:
            self.follow.offered.setdefault(offered, ScopedNode(value, scope))
        return whole

    def _is_import(self, node: Node) -> bool:
        head, applied = terms.applied(syntax.unwrap(node))
        return bool(applied) and terms.last_name(head, self._data) == "import"

    def _application(self, node: Node, scope: Scope) -> None:
        parent = node.parent
        if parent is not None and parent.child_by_field_name("function") == node:
            return  # a part of an application that was looked at
        head, applied = terms.applied(node)
        name = terms.last_name(head, self._data)
        arguments = [syntax.unwrap(argument) for _, argument in applied]
        if name == "import" and len(arguments) > 1:
            self._import(arguments, scope)
        elif name.startswith("callPackage"):
            called = (self.follow.path(argument) for argument in arguments)
            self.calls |= dict.fromkeys(path for path in called if path is not None)

    def _import(self, arguments: list[Node], scope: Scope) -> None:
        source = self._closing.text(arguments[0], scope) or ""
        sets = values.sets_of(arguments[1], scope, self._data)
        names = {name for attributes in sets for name in attributes}
        names |= {part.names[0] for attributes in sets for part in attributes.statements}
        if not names <= _NIXPKGS_ARGUMENTS or not (sets or self._input(source)):
            return
        with_overlays = [attributes for attributes in sets if "overlays" in attributes]
        binding = with_overlays[-1].get("overlays") if with_overlays else None
        self._imports.append(_Import(source, followed(binding) if binding is not None else None))

    def _selection(self, node: Node, scope: Scope) -> None:
        """Note the input of ``INPUT.legacyPackages``."""
        path, base = node.child_by_field_name("attrpath"), node.child_by_field_name("expression")
        names = terms.attribute_names(path, self._data) if path is not None else ()
        if base is not None and "legacyPackages" in names:
            closed = self._closing.text(base, scope) or ""
            self._legacy.append(self._input(".".join([closed, *names])))

    # --- nixpkgs ---

    def nixpkgs(self) -> str:
        """Return the nixpkgs that overlays are applied to, else the first that is imported."""
        readable = [nixpkgs for nixpkgs in self._imports if nixpkgs.source]
        imported = sorted(readable, key=lambda nixpkgs: nixpkgs.overlays is None)
        if self._kind == "file":
            likely = sorted(imported, key=lambda nixpkgs: "pkgs" not in nixpkgs.source)
            return likely[0].source if likely else ""
        sources = [nixpkgs.source for nixpkgs in imported if self._input(nixpkgs.source)]
        inputs = [f"{INPUTS}.{name}" for name in [*filter(None, self._legacy), *self._likely()]]
        vendored = [nixpkgs.source for nixpkgs in imported if nixpkgs.overlays is not None]
        return next(iter([*sources, *inputs, *vendored]), "")

    def _likely(self) -> Iterator[str]:
        """Yield the inputs that are nixpkgs by their name, by their address, or as the only one."""
        yield from (name for name in self.inputs if name == "nixpkgs")
        yield from (name for name, url in self.inputs.items() if "nixpkgs" in f"{name} {url}")
        if len(self.inputs) == 1:
            yield from self.inputs

    def _input(self, closed: str) -> str:
        """Return the first input that an expression names, or an empty string."""
        names = (match[1] for match in _INPUT.finditer(closed))
        return next((name for name in names if name in self.inputs), "")

    # --- overlays ---

    def overlays(self) -> Iterable[ImportedOverlay]:
        """Return all overlays, each once, where it comes first.

        First those that nixpkgs is imported with, then the files of all lists, then what is
        offered, and last every other file that is named.
        """
        overlays: dict[str, ImportedOverlay] = {}
        for overlay in self._in_order():
            first = overlays.setdefault(overlay.file or overlay.expression, overlay)
            if overlay.certain and not first.certain:
                overlays[overlay.file] = overlay
        return overlays.values()

    def roots(self) -> Iterator[ScopedNode]:
        """Yield the expressions that overlays are applied or offered by, in the overlays' order."""
        yield from (nixpkgs.overlays for nixpkgs in self._imports if nixpkgs.overlays is not None)
        yield from self.follow.offered.values()

    def _in_order(self) -> Iterator[ImportedOverlay]:
        applied = [nixpkgs.overlays for nixpkgs in self._imports]
        for root in filter(None, applied):
            yield from self.follow.overlays(root)
        for place in self.lists:
            yield from self.follow.files(place)
        for place in self.follow.offered.values():
            yield from self.follow.overlays(place)
        for node in self._paths:
            path = self.follow.path(node)
            if path is not None:
                yield ImportedOverlay.of_file(path, certain=False)
