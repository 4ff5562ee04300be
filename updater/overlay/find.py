"""One file's bytes -> the packages in it, with their sources.

The walk keeps its own stack, so that nesting is bounded by memory and not by Python's recursion
limit. Nothing that is returned holds a syntax node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from updater.model import Field, Package, Source, Span
from updater.overlay import syntax, values
from updater.overlay.values import Binding, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

_BUILDER = re.compile(r"(build[A-Z]|mk[A-Z]\w*(Derivation|Package|Application))\w*|mkDerivation")
_OVERRIDE = re.compile(r"override\w*Attrs|overrideDerivation")
_NAMES = frozenset({"pname", "version", "name"})

# What stands between a binding and its value without changing which value that is.
_TRANSPARENT = frozenset(
    {
        "parenthesized_expression",
        "with_expression",
        "assert_expression",
        "if_expression",
        "source_code",
        "ERROR",
    }
)
_LEAVES = frozenset({"comment", "string_fragment", "identifier", "variable_expression", "formals"})

Role = Literal["", "package", "override"]


@dataclass(frozen=True, slots=True)
class FileContent:
    """What one file holds: its packages, and parse problems that lie in none of them."""

    packages: tuple[Package, ...]
    problems: tuple[syntax.Problem, ...]


@dataclass(slots=True)
class _Draft:
    """A package while the walk is inside it."""

    node: Node
    path: tuple[str, ...]
    bindings: dict[str, Binding]
    scope: Scope
    calls: list[_Call] = field(default_factory=list)


@dataclass(slots=True)
class _Call:
    """A fetcher application."""

    node: Node
    scope: Scope
    path: tuple[str, ...]


@dataclass(slots=True)
class _Visit:
    """A node to look at, and what the way to it says.

    ``role`` says that a set reached here is the argument of a builder or an override; ``bound``
    that the node is an attribute's whole value, not a part of a list or an argument.
    """

    node: Node
    scope: Scope
    path: tuple[str, ...] = ()
    role: Role = ""
    bound: bool = False
    draft: _Draft | None = None

    def to(self, node: Node | None, **changes: object) -> _Visit | None:
        """Return the visit of a node below this one."""
        if node is None:
            return None
        known = {name: getattr(self, name) for name in ("scope", "path", "role", "bound", "draft")}
        return _Visit(node, **{**known, **changes})


def read_packages(data: bytes, file: str, fetchers: frozenset[str]) -> FileContent:
    """Return the packages of one file in the order of their lines.

    Args:
        data: the file's bytes.
        file: the name that packages carry.
        fetchers: the Nix functions that count as fetchers.
    """
    source = syntax.parse(data)
    walk = _Walk(data, fetchers)
    walk.run(source.root)
    packages = tuple(sorted(walk.packages(file), key=lambda package: package.span))
    found = syntax.problems(source)
    claimed: set[syntax.Problem] = set()
    checked = []
    for package in packages:
        mine = [problem for problem in found if _overlap(problem.span, package.span)]
        claimed.update(mine)
        checked.append(replace(package, problem=str(mine[0])) if mine else package)
    return FileContent(tuple(checked), tuple(one for one in found if one not in claimed))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


class _Walk:
    def __init__(self, data: bytes, fetchers: frozenset[str]) -> None:
        self.data = data
        self.fetchers = fetchers
        self._special: dict[str, Callable[[_Visit], Iterable[_Visit | None]]] = {
            "attrset_expression": self._set,
            "rec_attrset_expression": self._set,
            "let_expression": self._let,
            "function_expression": self._function,
            "apply_expression": self._application,
        }
        self.drafts: list[_Draft] = []
        self.loose: list[_Call] = []

    def run(self, root: Node) -> None:
        waiting = [_Visit(root, Scope(), bound=True)]
        while waiting:
            visit = waiting.pop()
            below = self._below(visit)
            waiting.extend(one for one in below if one is not None)

    def _below(self, visit: _Visit) -> Iterable[_Visit | None]:
        node = visit.node
        special = self._special.get(node.type)
        if special is not None:
            return special(visit)
        if node.type in _LEAVES:
            return ()
        children = node.named_children
        if node.type in _TRANSPARENT:
            return [visit.to(child) for child in children]
        stays_bound = visit.bound and node.type == "binary_expression"
        return [visit.to(child, role="", bound=stays_bound) for child in children]

    def _set(self, visit: _Visit) -> Iterable[_Visit | None]:
        recursive = visit.node.type == "rec_attrset_expression"
        inner = Scope(visit.scope) if recursive else visit.scope
        found = values.bindings(visit.node, inner, visit.scope, self.data)
        if recursive:
            inner.bindings = found
        draft = visit.draft
        if self._is_package(visit, found):
            draft = _Draft(visit.node, visit.path, found, inner)
            self.drafts.append(draft)
            if visit.role:
                visit.scope.close_fixpoint(found)
        return self._bound_children(visit, inner, draft)

    def _is_package(self, visit: _Visit, found: dict[str, Binding]) -> bool:
        named = not _NAMES.isdisjoint(found)
        sourced = "src" in found or "srcs" in found
        match visit.role:
            case "override":
                return visit.bound or (named and sourced)
            case "package":
                return named
            case _:
                return named and sourced

    def _bound_children(
        self, visit: _Visit, inner: Scope, draft: _Draft | None
    ) -> list[_Visit | None]:
        below: list[_Visit | None] = []
        for holder in visit.node.named_children:
            if holder.type != "binding_set":
                continue
            for child in holder.named_children:
                path = child.child_by_field_name("attrpath")
                if path is None:
                    continue
                names = visit.path + syntax.attribute_names(path, self.data)
                value = child.child_by_field_name("expression")
                below.append(
                    visit.to(value, scope=inner, path=names, role="", bound=True, draft=draft)
                )
        return below

    def _let(self, visit: _Visit) -> Iterable[_Visit | None]:
        inner = Scope(visit.scope)
        inner.bindings = values.bindings(visit.node, inner, visit.scope, self.data)
        body = visit.node.child_by_field_name("body")
        return [visit.to(body, scope=inner), *self._bound_children(visit, inner, visit.draft)]

    def _function(self, visit: _Visit) -> Iterable[_Visit | None]:
        node = visit.node
        universal = node.child_by_field_name("universal")
        argument = syntax.text(universal, self.data) if universal is not None else ""
        formals = node.child_by_field_name("formals")
        names = {argument} if argument else set()
        defaults: list[_Visit | None] = []
        for formal in formals.children_by_field_name("formal") if formals is not None else ():
            name = formal.child_by_field_name("name")
            if name is not None:
                names.add(syntax.text(name, self.data))
            default = formal.child_by_field_name("default")
            defaults.append(visit.to(default, role="", bound=False))
        body = node.child_by_field_name("body")
        inner = Scope(visit.scope, arguments=frozenset(names))
        # `finalAttrs: { ... }`, and `finalAttrs: previous: { ... }` for an override.
        takes_two = body is not None and body.type == "function_expression"
        if visit.role == "package" or (visit.role == "override" and takes_two):
            inner.fixpoint = argument
        role: Role = "package" if visit.role == "package" else visit.role
        if body is not None and takes_two and inner.fixpoint:
            return [*defaults, self._previous(visit, body, inner)]
        return [*defaults, visit.to(body, scope=inner, role=role)]

    def _previous(self, visit: _Visit, function: Node, inner: Scope) -> _Visit | None:
        """Step over the second argument of ``finalAttrs: previous: { ... }``."""
        universal = function.child_by_field_name("universal")
        if universal is not None:
            inner.arguments |= {syntax.text(universal, self.data)}
        return visit.to(function.child_by_field_name("body"), scope=inner)

    def _application(self, visit: _Visit) -> Iterable[_Visit | None]:
        function = visit.node.child_by_field_name("function")
        argument = visit.node.child_by_field_name("argument")
        name = syntax.callee(visit.node, self.data)
        role: Role = ""
        if name in self.fetchers and self._takes_set(argument):
            call = _Call(visit.node, visit.scope, visit.path)
            (visit.draft.calls if visit.draft is not None else self.loose).append(call)
        elif _BUILDER.fullmatch(name):
            role = "package"
        elif _OVERRIDE.fullmatch(name):
            role = "override"
        return [
            visit.to(function, role="", bound=False),
            visit.to(argument, role=role, bound=visit.bound and bool(role)),
        ]

    @staticmethod
    def _takes_set(argument: Node | None) -> bool:
        return argument is not None and syntax.unwrap(argument).type in syntax.ATTRIBUTE_SETS

    # --- drafts -> packages ---

    def packages(self, file: str) -> list[Package]:
        """Return what the walk found, once it has run."""
        used: set[int] = set()
        found = [self._package(draft, file, used) for draft in self.drafts]
        found += [self._bare(call, file) for call in self.loose if call.node.start_byte not in used]
        return found

    def _package(self, draft: _Draft, file: str, used: set[int]) -> Package:
        version = self._field(draft.bindings.get("version"))
        pname = draft.bindings.get("pname")
        primary = self._primary(draft)
        if primary is not None:
            used.add(primary.node.start_byte)
        start = primary.node.start_byte if primary is not None else -1
        others = [call for call in draft.calls if call.node.start_byte != start]
        return Package(
            file=file,
            attribute=draft.path,
            line=syntax.line(draft.node),
            span=syntax.span(draft.node),
            pname=values.read(pname, self.data).value if pname is not None else None,
            version=version,
            source=self._source(primary, "src", version) if primary is not None else None,
            others=tuple(
                self._source(call, ".".join(call.path[len(draft.path) :]), version)
                for call in others
            ),
        )

    def _bare(self, call: _Call, file: str) -> Package:
        """A fetcher call that belongs to no package: listed, so that nobody wonders about it."""
        return Package(
            file=file,
            attribute=call.path,
            line=syntax.line(call.node),
            span=syntax.span(call.node),
            pname=None,
            version=None,
            source=self._source(call, "", None),
        )

    def _primary(self, draft: _Draft) -> _Call | None:
        """Return the call that ``src`` is, also through names, or the only one inside it."""
        binding = draft.bindings.get("src")
        for _ in range(40):  # as long as a chain of names can reasonably be
            if binding is None or binding.expression is None:
                break
            node = syntax.unwrap(binding.expression)
            if node.type == "apply_expression" and self._is_call(node):
                return _Call(node, binding.scope, (*draft.path, "src"))
            if node.type not in ("variable_expression", "identifier"):
                break
            binding = binding.scope.find(syntax.text(node, self.data))
        inside = [call for call in draft.calls if call.path[len(draft.path) :][:1] == ("src",)]
        return inside[0] if len(inside) == 1 else None

    def _is_call(self, node: Node) -> bool:
        return syntax.callee(node, self.data) in self.fetchers and self._takes_set(
            node.child_by_field_name("argument")
        )

    def _source(self, call: _Call, attribute: str, version: Field | None) -> Source:
        argument = call.node.child_by_field_name("argument")
        node = syntax.unwrap(argument) if argument is not None else call.node
        inner = Scope(call.scope) if node.type == "rec_attrset_expression" else call.scope
        found = values.bindings(node, inner, call.scope, self.data)
        if inner is not call.scope:
            inner.bindings = found
        fields = [self._field(binding) for binding in found.values()]
        return Source(
            fetcher=syntax.callee(call.node, self.data),
            attribute=attribute,
            line=syntax.line(call.node),
            span=syntax.span(call.node),
            fields=tuple(one for one in fields if one is not None),
            version_name=self._version_name(inner, version),
        )

    def _version_name(self, scope: Scope, version: Field | None) -> str:
        if version is None or version.literal is None:
            return ""
        bound = scope.find("version")
        if bound is not None and values.read(bound, self.data).literal == version.literal:
            return "version"
        outer: Scope | None = scope
        while outer is not None:
            if outer.fixpoint and scope.find_attribute(outer.fixpoint, "version") is not None:
                return f"{outer.fixpoint}.version"
            outer = outer.outer
        return ""

    def _field(self, binding: Binding | None) -> Field | None:
        if binding is None:
            return None
        node = binding.expression if binding.expression is not None else binding.at
        value = values.read(binding, self.data)
        return Field(
            name=binding.name,
            line=syntax.line(binding.at),
            span=syntax.span(node),
            text=syntax.text(node, self.data),
            value=value.value,
            parts=value.parts,
            literal=value.literal,
            inherited=binding.inherited,
        )
