"""Which function a call means: nixpkgs' fetcher, or one that the file itself puts in its place.

A function of the file may add a host of its own, whatever its name is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms, values
from updater.overlay.reading.choices import SYSTEM
from updater.overlay.reading.drafts import ReplacedFetcher
from updater.overlay.reading.scope import AttributeScope, Binding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tree_sitter import Node

    from updater.overlay.reading.scope import Scope

# Longer than any chain of names that is no cycle.
_MOST_STEPS = 50
_ALIAS = re.compile(
    rb"(?<![\w'-])([A-Za-z_][\w'-]*+)\s*+=\s*+(?:[\w'-]++\.)*+(fetch\w++|callPackages?+)\s*+;"
)
# In every alias, and in few files.
_FUNCTION_AT_END = re.compile(rb"(?<!\w)(?:fetch\w++|callPackages?+)\s*+;")
PACKAGE_CALLERS = frozenset({"callPackage", "callPackages"})
"""Functions of a package set that call a file with what it takes."""

# The sets of nixpkgs that have its functions, too, and what flakes lead to them by.
_SET = re.compile(
    r"[\w'-]*(?:[Pp]ackages|pkgs|Pkgs)[\w'-]*|python\w*|rustPlatform|unstable|stable|default|"
    + SYSTEM.pattern
)
_CALL, _CALL_WITH = "callPackage", "callPackageWith"
# What a set may stand in as the argument of a function.
_AROUND = frozenset({"binary_expression", "function_expression", "parenthesized_expression"})
_CHANGES = frozenset({"override", "overrideAttrs", "overrideDerivation"})


def is_own(head: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a function is one that the file makes, though a fetcher has its name.

    ``fetchurl = prev.fetchurl;`` and ``inherit (prev) fetchurl;`` only pass the fetcher on.

    Args:
        head: the function of a call.
        scope: what the call reads.
        data: the file.
    """
    if _is_in_path(head, scope, data):
        return True
    binding = _bound(head, scope, data)
    if binding is None:
        return _is_elsewhere(terms.plain_names(head, data)[1:-1])
    return _is_another(binding, terms.last_name(head, data), data)


def is_nixpkgs(function: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a function of nixpkgs' library is meant by its name, and no namesake of a file.

    Args:
        function: as it is applied.
        scope: what it reads.
        data: the file.
    """
    name = terms.last_name(function, data)
    binding = scope.find(name) if function.type == "variable_expression" else None
    expression = binding.expression if binding is not None else None
    return expression is None or terms.last_name(expression, data) == name


def names_of_functions(data: bytes, fetchers: Collection[str]) -> frozenset[str]:
    """Return further names that a file binds to nixpkgs' functions: ``fetch = prev.fetchgit;``.

    Args:
        data: the file.
        fetchers: the functions that matter, beside `PACKAGE_CALLERS`.
    """
    if _FUNCTION_AT_END.search(data) is None:
        return frozenset()
    return frozenset(
        match[1].decode()
        for match in _ALIAS.finditer(data)
        if (name := match[2].decode()) in fetchers or name in PACKAGE_CALLERS
        if match[1] != match[2]
    )


def function_of(
    head: Node, scope: Scope, data: bytes, names: Collection[str]
) -> tuple[str, Node, Scope]:
    """Return the name of the function that a call means, also by a name of the file's own.

    ``let fetch = prev.fetchFromGitHub; in fetch { }`` is ``fetchFromGitHub``. With it comes where
    that stands, and what it reads.

    Args:
        head: the function of the call.
        scope: what the call reads.
        data: the file.
        names: of the functions that matter.
    """
    node, around = syntax.unwrap(head), scope
    for _ in range(_MOST_STEPS):
        name = terms.last_name(node, data)
        if name in names:
            return name, node, around
        binding = around.find(name) if node.type == "variable_expression" else None
        if binding is None or binding.inherited or binding.expression is None:
            break
        node, around = syntax.unwrap(binding.expression), binding.scope
    return terms.last_name(head, data), head, scope


def own_functions(
    arguments: Iterable[Node], scope: Scope, data: bytes, names: Iterable[str]
) -> tuple[str, ...]:
    """Return which functions a caller gives a file in the place of nixpkgs' of the same names.

    Args:
        arguments: those of the call, such as ``{ fetchurl = final.corpFetch; }``.
        scope: what the call reads.
        data: the file.
        names: of the functions that matter.
    """
    sets = [own for argument in arguments for own in values.sets_of(argument, scope, data)]
    return tuple(
        name
        for name in sorted(names)
        if any(_is_another(own.get(name), name, data) for own in sets)
    )


def replaced(
    attributes: AttributeScope, path: tuple[str, ...], data: bytes, names: Iterable[str]
) -> list[ReplacedFetcher]:
    """Return which functions a set has in the place of nixpkgs' of the same names.

    What `callPackage` gives a file is told at the call (see `own_functions`).

    Args:
        attributes: the set.
        path: the attribute path that it stands at.
        data: the file.
        names: of the functions that matter.
    """
    own = [
        (name, binding)
        for name in attributes
        if name in names
        and (binding := attributes.get(name)) is not None
        and _is_another(binding, name, data)
    ]
    for statement in attributes.statements:
        name = statement.names[-1]
        if len(statement.names) > 1 and name in names:
            value = Binding(name, statement.value, attributes.inner, statement.node)
            own += [(name, value)] if _is_another(value, name, data) else []
    if not own:
        return []
    head, operands = _receiver(attributes.node)
    function = terms.last_name(head, data) if head is not None else ""
    is_file = any(syntax.unwrap(operand).type == "path_expression" for operand in operands)
    if is_file and function.startswith(_CALL) and function != _CALL_WITH:
        return []
    packages = {*path[-1:], _base_name(head, data)} - {""} if function == "override" else set()
    return [
        ReplacedFetcher(name, syntax.line(binding.at), frozenset(packages)) for name, binding in own
    ]


def _receiver(node: Node) -> tuple[Node | None, list[Node]]:
    """Return the function that is applied to a set, or to a function of it, and all arguments."""
    inner, outer = node, node.parent
    while outer is not None and outer.type in _AROUND:
        inner, outer = outer, outer.parent
    if outer is None or outer.type != "apply_expression":
        return None, []
    if outer.child_by_field_name("argument") != inner:
        return None, []
    while outer.parent is not None and outer.parent.type == "apply_expression":
        if outer.parent.child_by_field_name("function") != outer:
            break
        outer = outer.parent
    head, applied = terms.applied(outer)
    return head, [operand for _, operand in applied]


def _base_name(head: Node | None, data: bytes) -> str:
    """Return the name of the package whose ``override`` a function is."""
    base = syntax.unwrap(head).child_by_field_name("expression") if head is not None else None
    names = terms.plain_names(head, data) if head is not None else ()
    if len(names) > 1:
        return names[-2]
    return terms.last_name(base, data) if base is not None else ""


def _is_another(binding: Binding | None, name: str, data: bytes) -> bool:
    """Tell whether a name is bound to something else than what has it elsewhere."""
    for _ in range(_MOST_STEPS):
        if binding is None:
            return False
        if binding.owner is not None:
            sets = terms.plain_names(binding.owner, data)[1:]
            binding = values.attribute(binding.owner, binding.scope, name, data)
            if binding is None:
                return _is_elsewhere(sets)
        elif binding.inherited:
            binding = binding.scope.find(name)
        elif binding.expression is None or terms.last_name(binding.expression, data) != name:
            return True
        else:
            sets = terms.plain_names(binding.expression, data)[1:-1]
            binding = _bound(binding.expression, binding.scope, data)
            if binding is None:
                return _is_elsewhere(sets)
    return True


def _is_elsewhere(sets: Iterable[str]) -> bool:
    """Tell whether one of the sets that a function is selected from is none of nixpkgs'.

    ``prev.corp.fetchurl`` is whatever somebody put there.
    """
    return not all(map(_SET.fullmatch, sets))


def _is_in_path(head: Node, scope: Scope, data: bytes) -> bool:
    """Tell whether a set that a function is selected from is bound by a path: ``own.lib = ...``."""
    first = next(iter(terms.plain_names(head, data)), "")
    around: Scope | None = scope
    while around is not None and first not in around.arguments and around.bound(first) is None:
        if isinstance(around, AttributeScope) and _binds_below(around, first):
            return True
        around = around.outer
    return False


def _binds_below(around: AttributeScope, name: str) -> bool:
    is_seen = around.inner is around
    return is_seen and any(statement.names[0] == name for statement in around.statements)


def _bound(head: Node, scope: Scope, data: bytes) -> Binding | None:
    """Return what a function's name is bound to in the file."""
    node = syntax.unwrap(head)
    if node.type == "variable_expression":
        return scope.find(syntax.text(node, data))
    base, path = node.child_by_field_name("expression"), node.child_by_field_name("attrpath")
    if node.type != "select_expression" or base is None or path is None:
        return None
    names = terms.attribute_names(path, data)
    if len(names) == 1:
        return values.attribute(base, scope, names[0], data)
    return values.selected(node, scope, data)


def changed(head: Node, data: bytes) -> Node | None:
    """Return the call whose result ``(fetchurl { ... }).override`` changes; else nothing."""
    node = syntax.unwrap(head)
    base = node.child_by_field_name("expression")
    if node.type != "select_expression" or base is None:
        return None
    if terms.last_name(head, data) not in _CHANGES:
        return None
    inner = syntax.unwrap(base)
    return inner if inner.type == "apply_expression" else None
