"""Which packages use which, as far as names in their text tell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from updater.errors import Bug, ReadError, bugs_at
from updater.model import Span
from updater.overlay.reading import syntax, terms
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tree_sitter import Node

    from updater.model import Package
    from updater.overlay.reading.scope import Binding
    from updater.overlay.reading.syntax import NixText

_TEXTS = frozenset({"string_expression", "indented_string_expression", "integer_expression"})
_SELECTIONS = ("select_expression", "has_attr_expression")
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_'-]*")
_PATH = re.compile(rb"(?<![A-Za-z0-9._+-])\.[A-Za-z0-9._+-]*(?:/[A-Za-z0-9._+-]+)+")

_NOWHERE = Scope()


class References(Struct, frozen=True):
    """What the expressions of a text name.

    Attributes:
        names: variables, what is selected (``ps.einops``, ``ps."einops"``), and inherited names,
            with their places. It is none that is bound to a text around it, or that ``finalAttrs``
            has.
        paths: as they are written, such as ``./fix.patch`` and ``../lib``, those without an
            expression in them; a path that is not relative is another machine's.
    """

    names: tuple[tuple[Span, str], ...]
    paths: frozenset[str]


class _Own(Struct, frozen=True):
    """Names that are of no package: those of texts, and of what is the package itself."""

    texts: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()


_NONE = _Own()


def uses(packages: Sequence[Package], texts: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return identity -> identities of the packages that its attribute set names.

    It names one where the expression says so, as the guide's
    ``with super.python3Packages; [ ema-pytorch ]`` and ``self.python3Packages.einops``: not in a
    comment or string, and not where it is a text of the file or an attribute of its own that has
    that name.
    """
    by_name: dict[str, list[str]] = {}
    by_file: dict[str, list[Package]] = {}
    for package in packages:
        if not package.element_name:  # nobody can name an element of a list
            by_name.setdefault(package.name, []).append(package.identity)
        by_file.setdefault(package.file, []).append(package)
    dependencies: dict[str, tuple[str, ...]] = {}
    for file, data in texts.items():
        own_packages = by_file.get(file, [])
        if not own_packages:
            continue
        named = possible_references(data)
        for package in own_packages:
            names = {name for where, name in named.names if where in package.span}
            used = (
                identity for name in sorted(names & by_name.keys()) for identity in by_name[name]
            )
            dependencies[package.identity] = tuple(
                identity for identity in used if identity != package.identity
            )
    return dependencies


def possible_references(data: bytes) -> References:
    """Return what a text names; of one that nobody can parse, every word may be a name."""
    try:
        with bugs_at(ReadError.stage):
            return references(data)
    except Bug:  # told where the file was read
        return References(
            tuple((Span(*word.span()), word[0].decode()) for word in _WORD.finditer(data)),
            frozenset(path.decode() for path in _PATH.findall(data)),
        )


@lru_cache(maxsize=1024)
def references(data: bytes) -> References:
    """Return what a text names; several stages of a run ask."""
    return references_in(syntax.parse(data))


def references_in(text: NixText) -> References:
    """Return what a text names that is parsed already."""
    data = text.data
    names: list[tuple[Span, str]] = []
    paths: set[str] = set()
    waiting = [(text.root, _NONE)]
    while waiting:
        node, own = waiting.pop()
        own = _bound_in(node, own, data)
        waiting += [(child, own) for child in node.named_children]
        if node.type == "variable_expression":
            if syntax.text(node, data) not in own.texts:
                names.append((syntax.span(node), syntax.text(node, data)))
        elif node.type == "path_expression":
            written = syntax.text(node, data)
            if written.startswith(".") and "${" not in written:
                paths.add(written)
        elif node.type == "attrpath" and _is_of_itself(node, own, data):
            continue
        elif node.type == "inherited_attrs" or (
            node.type == "attrpath" and node.parent is not None and node.parent.type in _SELECTIONS
        ):
            names += [
                (syntax.span(part), terms.attribute_name(part, data))
                for part in node.named_children
            ]
    return References(tuple(names), frozenset(paths))


def _is_of_itself(path: Node, own: _Own, data: bytes) -> bool:
    base = path.parent.child_by_field_name("expression") if path.parent is not None else None
    return base is not None and syntax.text(base, data) in own.packages


def _bound_in(node: Node, own: _Own, data: bytes) -> _Own:
    """Return what names mean inside of a node, where they mean the same around it."""
    match node.type:
        case "let_expression" | "rec_attrset_expression":
            attributes = AttributeScope(node, _NOWHERE, data)
            texts = {name for name in attributes if _is_text(attributes.get(name))}
            return _Own((own.texts - frozenset(attributes)) | texts, own.packages)
        case "function_expression":
            function = FunctionScope(node, _NOWHERE, data)
            packages = own.packages - function.arguments
            if function.argument and _is_package(node.child_by_field_name("body"), data):
                packages |= {function.argument}
            return _Own(own.texts - function.arguments, packages)
    return own


def _is_text(binding: Binding | None) -> bool:
    expression = binding.expression if binding is not None and not binding.inherited else None
    return expression is not None and syntax.unwrap(expression).type in _TEXTS


def _is_package(body: Node | None, data: bytes) -> bool:
    """Tell whether a function's body is a package's attributes: ``finalAttrs: { src = ...; }``."""
    node = syntax.unwrap(body) if body is not None else None
    while node is not None and node.type == "let_expression":
        node = node.child_by_field_name("body")
        node = syntax.unwrap(node) if node is not None else None
    if node is None or node.type not in syntax.ATTRIBUTE_SETS:
        return False
    attributes = AttributeScope(node, _NOWHERE, data)
    return "src" in attributes or ("pname" in attributes and "version" in attributes)


def dependents(identity: str, used: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return all packages that use one, directly or through others, dependencies first."""
    ordered: list[str] = []
    for user in in_order(used):
        if user != identity and any(
            dependency in (identity, *ordered) for dependency in used[user]
        ):
            ordered.append(user)
    return tuple(ordered)


def in_order(used: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return all identities, dependencies first; within a circle, in the given order."""
    ordered: dict[str, None] = {}
    for start in used:
        waiting = [(start, iter(used[start]))]
        entered = {start}
        while waiting:
            current, rest = waiting[-1]
            following = next((n for n in rest if n not in entered and n not in ordered), None)
            if following is None:
                ordered[current] = None
                waiting.pop()
            else:
                entered.add(following)
                waiting.append((following, iter(used.get(following, ()))))
    return tuple(ordered)
