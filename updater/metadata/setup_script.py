"""The arguments that setup.py gives to ``setup()``, as far as they are written out; nothing is run.

Requirements that it reads from a file are read from the same file, where all that makes the list
is that one file: no other name, no other requirement, and nothing but code that takes a text apart.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from updater.metadata import requirement_files, source_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_READ = ("install_requires", "extras_require", "python_requires")
# What takes a file's text apart, and leaves each requirement as it is.
_PARTING = frozenset(
    {
        *("open", "read", "readlines", "read_text", "splitlines", "split", "strip", "rstrip"),
        *("lstrip", "startswith", "join", "dirname", "abspath", "realpath", "Path", "resolve"),
        *("list", "str", "filter", "len", "isfile", "exists", "append", "parse_requirements"),
        *("is_file", "absolute", "getcwd", "decode", "partition"),
    }
)
# The modes, encodings and beginnings of lines that such code names beside the file.
_PARTS = frozenset(
    {"", "r", "rb", "rt", "utf-8", "utf8", "utf-8-sig", "#", "-", "--", "-e", "-r", "-f", "git+"}
)
_MOST_NODES = 2_000


def arguments(data: bytes, files: Mapping[str, bytes]) -> dict[str, object] | None:
    """Return what ``setup()`` is given, None where any of it is made by code.

    Args:
        data: setup.py.
        files: the tree's own files by path.

    Raises:
        HostileFile: a file that it reads breaks a bound.
    """
    tree = source_code.parsed(data)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and source_code.called(node) == "setup":
            passed = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            return _values(tree, {name: passed[name] for name in _READ if name in passed}, files)
    return None


def _values(
    tree: ast.Module, passed: Mapping[str, ast.expr], files: Mapping[str, bytes]
) -> dict[str, object] | None:
    written = _written_once(tree)
    values: dict[str, object] = {}
    for name, expression in passed.items():
        try:
            values[name] = ast.literal_eval(_resolved(expression, written))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            lines = _from_file(tree, expression, files) if name == "install_requires" else None
            if lines is None:
                return None
            values[name] = lines
    return values


def _from_file(
    tree: ast.Module, expression: ast.expr, files: Mapping[str, bytes]
) -> list[str] | None:
    """Return the requirements of the one file that an expression is made of."""
    nodes = list(_reached(tree, expression))
    paths = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in files
    }
    calls = {source_code.called(node) for node in nodes if isinstance(node, ast.Call)}
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if len(paths) != 1 or not calls <= _PARTING | own or len(nodes) >= _MOST_NODES:
        return None
    others = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } - paths
    if not {text.strip().lower() for text in others} <= _PARTS:
        return None
    if any(isinstance(node, ast.BinOp | ast.Dict | ast.IfExp) for node in nodes):
        return None
    return requirement_files.requirements(paths.pop(), files)


def _reached(tree: ast.Module, expression: ast.expr) -> Iterator[ast.AST]:
    """Yield all nodes of an expression, and of what the names in it stand for in the module.

    Comments that describe a function are no part of it.
    """
    waiting: list[ast.AST] = [expression]
    seen: set[str] = set()
    count = 0
    while waiting and count < _MOST_NODES:
        node = waiting.pop()
        for child in ast.walk(node):
            count += 1
            yield child
            if isinstance(child, ast.Name) and child.id not in seen:
                seen.add(child.id)
                waiting += _bound(tree, child.id)


def _bound(tree: ast.Module, name: str) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=own) if own == name:
                described = ast.get_docstring(node) is not None
                yield from node.body[1:] if described else node.body
            case ast.Assign(targets=targets, value=value):
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield value
            case ast.AugAssign(target=ast.Name(id=own), value=value) if own == name:
                yield value
            case ast.With(items=items):
                for item in items:
                    if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                        yield item.context_expr
            case _:
                pass


def _written_once(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what names of the module stand for that one assignment alone makes.

    A name that anything but the arguments of a call looks at may be changed there.
    """
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stores = Counter(name.id for name in uses if isinstance(name.ctx, ast.Store))
    looked_at = {
        name.id for name in uses if not isinstance(name.ctx, ast.Store) and id(name) not in passed
    }
    return {
        name: value
        for name, value in source_code.assigned(tree).items()
        if stores[name] == 1 and name not in looked_at
    }


def _resolved(value: ast.expr, written: Mapping[str, ast.expr]) -> ast.expr:
    return written.get(value.id, value) if isinstance(value, ast.Name) else value
