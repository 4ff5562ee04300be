"""Where a value that is not written here comes from: a function's caller, a data file, a neighbour.

That is nothing that the user must mend, but the updater cannot follow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from updater.model import HASH_FIELDS
from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.callees import PACKAGE_CALLERS
from updater.overlay.reading.generated import program_of
from updater.overlay.reading.references import led_to, selected, targets
from updater.overlay.reading.scope import FunctionScope, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from updater.model import Field, Package, Source
    from updater.overlay.reading.drafts import Call, Draft
    from updater.overlay.reading.scope import Binding, Scope

# Functions that read a file. Source: Nix manual, "Built-in functions"; nixpkgs, lib/trivial.nix.
_READERS = frozenset(
    {"fromJSON", "fromTOML", "import", "importJSON", "importTOML", "readFile", "scopedImport"}
)
# What of another package says which file or version it is of.
_OF_A_PIN = frozenset({"date", "pname", "rev", "shortRev", "tag", "version"})
_OF_DATA = (".json", ".toml", ".yaml", ".yml")
_PINS = frozenset({*HASH_FIELDS, "owner", "ref", "repo", "rev", "tag", "url", "version"})
_LONGEST_SHOWN = 60
_WRITER = "what writes"


class Origin(Struct, frozen=True):
    """Where a value comes from, and how that is told: ``the argument version of a function``.

    Attributes:
        program: that writes the file which it is read from; empty where nothing says so.
        data: it is read from a file that is no Nix.
    """

    kind: Literal["argument", "file", "neighbour"]
    text: str
    program: str = ""
    data: bool = False

    def reason(self, what: str) -> str:
        """Say why a package whose version, source or hash comes from there is left to itself."""
        if self.program and not self.program.startswith(_WRITER):
            return f"updated by {self.program}: {what} is {self.text}"
        return f"{what} is {self.text}"


def origin(binding: Binding, data: bytes) -> Origin | None:
    """Return where the value of a bound name comes from; None where it is written here."""
    where = expression_origin(targets(binding, data), data)
    return where or (_unbound(binding, data) if binding.inherited else None)


def expression_origin(expressions: list[tuple[Node, Scope]], data: bytes) -> Origin | None:
    """Return where the values of expressions come from, the first that is found."""
    return next(_origins(expressions, data), None)


def file_of_pins(
    package: Package, draft: Draft, calls: list[Call], data: bytes
) -> tuple[str, str] | None:
    """Return why a package is left to the file that has its pin, and the program that writes it.

    Args:
        package: one whose text is understood.
        draft: the same as it was found.
        calls: of its sources.
        data: the file.
    """
    binding = draft.get("src", "srcs")
    if package.fetched is None and binding is not None:
        where, what = origin(binding, data), "its source"
    elif any(field.value is None for source in package.sources for field in _pins(source)):
        where = expression_origin([(call.argument, call.scope) for call in calls], data)
        what = "what it fetches"
    else:
        return None
    if where is not None and where.kind == "file" and (where.program or where.data):
        return where.reason(what), where.program
    return next(_unread_pins(calls, package, draft, data), None)


def _unread_pins(
    calls: list[Call], package: Package, draft: Draft, data: bytes
) -> Iterator[tuple[str, str]]:
    """Yield why arguments of its own source cannot be read: a file or a neighbour has them."""
    unread = {
        (source.span, field.name)
        for source in package.sources[:1]
        for field in _pins(source)
        if field.value is None and not field.neighbour
    }
    places: list[tuple[str, Origin]] = []
    for call in calls:
        sets = values.sets_of(call.argument, call.scope, data)
        for span, name in sorted(unread):
            binding = lookup(sets, name) if span == call.span else None
            where = origin(binding, data) if binding is not None else None
            places += [(name, where)] if where is not None else []
    # who gives the hash gives all of the pin
    is_given = any(name in HASH_FIELDS for name, where in places if where.kind == "argument")
    for name, where in places:
        if where.kind != "argument" or is_given:
            yield where.reason(f"its {name}"), where.program
    for _, name in sorted(unread) if draft.caller is not None else ():
        yield f"its {name} is computed by a function", ""


def _pins(source: Source) -> list[Field]:
    """Return the arguments of a call that say what is fetched."""
    return [field for field in source.fields if field.name in _PINS]


def _unbound(binding: Binding, data: bytes) -> Origin | None:
    """Return where an inherited name comes from that is bound nowhere in the file."""
    if binding.owner is not None:
        shown = f"{syntax.text(binding.owner, data)}.{binding.name}"
        is_bound = any(node != binding.owner for node, _ in targets(binding, data))
        is_pin = binding.name in _OF_A_PIN and not is_bound
        return _of_neighbour(shown) if is_pin else None
    bound = binding.scope.find(binding.name)
    if bound is None:
        return _argument(binding.name, binding.scope, data)
    return _unbound(bound, data) if bound.inherited else None


def _origins(expressions: list[tuple[Node, Scope]], data: bytes) -> Iterator[Origin]:
    neighbours = []
    for node, scope in led_to(list(expressions), data):
        match node.type:
            case "apply_expression":
                head, applied = terms.applied(node)
                yield from _read(terms.last_name(head, data), applied[0][1], data)
            case "select_expression":
                neighbours += _neighbour(node, scope, data)
            case "inherited_attrs":
                for name in node.named_children:
                    yield from _arguments(terms.attribute_name(name, data), scope, data)
            case "variable_expression":
                arguments = _arguments(syntax.text(node, data), scope, data)
                yield from (own for own in arguments if own.program or _is_value(node))
    yield from neighbours


def _read(function: str, argument: Node, data: bytes) -> Iterator[Origin]:
    """Yield the file that a function reads; callPackage counts where a program writes its file."""
    paths = terms.paths_in(argument, data)
    shown = paths[0] if len(paths) == 1 else syntax.text(argument, data)
    program = program_of(shown)
    if function in _READERS or (function in PACKAGE_CALLERS and program):
        text = f"read from {shown}" if _is_short(shown) else "read"
        is_data = shown.endswith(_OF_DATA)
        if is_data and not program and _is_short(shown):
            program, text = f"{_WRITER} {shown}", f"{text}, and left to what writes that"
            if not shown.endswith((".json", ".toml")):
                text += "; `generated: edit` follows pins in JSON and TOML only"
        yield Origin("file", text, program, data=is_data)


def _neighbour(node: Node, scope: Scope, data: bytes) -> list[Origin]:
    """Return ``sources.tool.version`` of a set that is not written here."""
    path, base = node.child_by_field_name("attrpath"), node.child_by_field_name("expression")
    names = terms.attribute_names(path, data) if path is not None else ()
    if not names or names[-1] not in _OF_A_PIN or base is None:
        return []
    shown = syntax.text(node, data)
    is_elsewhere = (base, scope) in selected(node, scope, data)
    where = _of_neighbour(shown) if is_elsewhere else None
    return [where] if where is not None else []


def _of_neighbour(shown: str) -> Origin | None:
    if not _is_short(shown):
        return None
    return Origin("neighbour", f"made from {shown}, which is not written here")


def _is_value(node: Node) -> bool:
    """Tell whether a name stands for a value, not for a set or function that gives one."""
    parent = node.parent
    if parent is None or parent.type == "inherit_from":
        return parent is None
    field = "expression" if parent.type == "select_expression" else "function"
    return parent.child_by_field_name(field) != node


def _arguments(name: str, scope: Scope, data: bytes) -> list[Origin]:
    argument = _argument(name, scope, data) if scope.find(name) is None else None
    return [argument] if argument is not None else []


def _argument(name: str, scope: Scope, data: bytes) -> Origin | None:
    holder = scope.holder(name)
    if isinstance(holder, FunctionScope) and name != holder.fixpoint:
        default = holder.defaults.get(name)
        if default is not None and default.type == "apply_expression":
            head, applied = terms.applied(default)
            where = next(_read(terms.last_name(head, data), applied[0][1], data), None)
            if where is not None and where.program:
                return where
        return Origin("argument", f"the argument {name} of a function")
    return None


def _is_short(shown: str) -> bool:
    return len(shown) <= _LONGEST_SHOWN and "\n" not in shown
