"""The environments that flake.nix or default.nix makes of packages, and their lists.

Those are ``PYTHON.withPackages (ps: ...)``, ``PYTHON.buildEnv.override { extraLibs = ...; }``,
shells (``mkShell { packages = ...; }``) and ``buildEnv { paths = ...; }``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater.overlay.reading import references, syntax, terms
from updater.overlay.reading.input_elements import ListReader, names_of, with_names
from updater.overlay.reading.scope import AttributeScope, FunctionScope, Scope
from updater.overlay.reading.subexpressions import parts

if TYPE_CHECKING:
    from tree_sitter import Node

    from updater.overlay.reading.input_elements import ListLiteral

# Function -> the attributes of its argument that hold packages.
_SHELL = ("packages", "nativeBuildInputs", "buildInputs", "propagatedBuildInputs")
_OF_ANYTHING = {
    "mkShell": _SHELL,
    "mkShellNoCC": _SHELL,
    "buildEnv": ("paths",),
    "symlinkJoin": ("paths",),
}


class Environment(Struct, frozen=True):
    """An environment that is written out.

    Attributes:
        name: the attribute path that it is bound to, below a flake's outputs, such as
            ``devShells.default``; empty for one that no attribute is.
        python: the names of the Python whose packages it holds, such as ``("pkgs", "python3")``;
            empty for one of any packages.
        nixpkgs: the names of the package set that it is made from, where something says it.
        argument: what a function is given Python's packages as, such as ``ps``; empty for none.
        literals: its lists.
        whole: all of its packages could be read.
    """

    name: str
    line: int
    python: tuple[str, ...]
    nixpkgs: tuple[str, ...]
    argument: str
    literals: tuple[ListLiteral, ...]
    whole: bool

    def is_named(self, name: str) -> bool:
        """Tell whether a user means it: by its attribute path, or by the end of that."""
        return bool(name) and f".{self.name}".endswith(f".{name}")


class _Way(Struct, frozen=True):
    """An expression on the way, and what stands around it."""

    node: Node
    scope: Scope
    path: tuple[str, ...]
    withs: tuple[tuple[str, ...], ...]
    is_inside: bool = False


def read_environments(data: bytes) -> tuple[Environment, ...]:
    """Read the environments of a file, in its order."""
    environments: list[Environment] = []
    waiting = [_Way(syntax.parse(data).root, Scope(), (), ())]
    while waiting:
        way = waiting.pop()
        node, path, withs, is_inside = way.node, way.path, way.withs, way.is_inside
        if node.type == "binding" and not is_inside:
            attrpath = node.child_by_field_name("attrpath")
            path = (*path, *terms.attribute_names(attrpath, data)) if attrpath is not None else path
        if node.type == "apply_expression":
            environment = _environment(way, data)
            if environment is not None:
                environments.append(environment)
                is_inside = True
        inner = (*withs, with_names(node, data)) if node.type == "with_expression" else withs
        body = node.child_by_field_name("body")
        waiting += reversed(
            [
                _Way(child, scope, path, inner if child == body else withs, is_inside)
                for child, scope in parts(node, way.scope, data)
            ]
        )
    return tuple(environments)


def _environment(way: _Way, data: bytes) -> Environment | None:
    head, applied = terms.applied(way.node)
    names = names_of(head, data)
    if len(applied) != 1 or not names:
        return None
    argument = syntax.unwrap(applied[0][1])
    if names[-1] == "withPackages" and argument.type == "function_expression":
        inner = FunctionScope(argument, way.scope, data)
        body = argument.child_by_field_name("body")
        reader = ListReader(data)
        if body is not None:
            reader.read(body, inner, way.withs, "")
        return _made(way, _resolved(names[:-1], way, data), inner.argument, reader)
    python = names[:-2] if names[-2:] == ("buildEnv", "override") else ()
    fields = ("extraLibs",) if python else _OF_ANYTHING.get(names[-1], ())
    if not fields or argument.type not in syntax.ATTRIBUTE_SETS:
        return None
    attributes = AttributeScope(argument, way.scope, data)
    reader = ListReader(data)
    for field in fields:
        binding = attributes.get(field)
        if binding is not None and binding.expression is not None:
            reader.read(binding.expression, binding.scope, way.withs, "")
    if python:
        return _made(way, _resolved(python, way, data), "", reader)
    nixpkgs = names[:-1] or _around(names, way)
    return _built(way, (), nixpkgs, "", reader)


def _made(way: _Way, python: tuple[str, ...], argument: str, reader: ListReader) -> Environment:
    """Return an environment of Python's packages, whose Python stands in its package set."""
    nixpkgs = python[:-1] or _around(python, way)
    return _built(way, (*nixpkgs, *python[-1:]), nixpkgs, argument, reader)


def _built(
    way: _Way,
    python: tuple[str, ...],
    nixpkgs: tuple[str, ...],
    argument: str,
    reader: ListReader,
) -> Environment:
    return Environment(
        ".".join(way.path[way.path[:1] == ("outputs",) :]),
        syntax.line(way.node),
        python,
        nixpkgs,
        argument,
        tuple(reader.literals),
        reader.whole,
    )


def _around(names: tuple[str, ...], way: _Way) -> tuple[str, ...]:
    """Return the ``with`` that a free name is looked up in."""
    is_free = bool(names) and way.scope.holder(names[0]) is None
    return way.withs[-1] if is_free and way.withs else ()


def _resolved(names: tuple[str, ...], way: _Way, data: bytes) -> tuple[str, ...]:
    """Return what a name that the file binds stands for, such as ``pkgs.python3``."""
    holder = way.scope.holder(names[0]) if names else None
    bound = references.targets(way.scope.find(names[0]), data) if names else []
    resolved = names_of(bound[0][0], data) if len(bound) == 1 else ()
    if not resolved or holder is None or len(names) > 1:
        return names
    # Only where the names mean the same here as there.
    same = way.scope.holder(resolved[0]) is bound[0][1].holder(resolved[0])
    return resolved if same else names
