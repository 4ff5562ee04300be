"""The modules that a source tree compiles, which no package of the index brings.

Nothing is run: setup.py names them where it makes its extensions, or nobody knows their names.
Source: setuptools, "Building Extension Modules"; maturin, "Project layout".
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from updater import toml
from updater.metadata import source_code
from updater.metadata.build_system import build_system

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# What compiles modules whose names stand in files that are not kept of a source.
_COMPILING: Final = frozenset(
    {
        *("maturin", "meson-python", "mesonpy", "nanobind", "pybind11", "scikit-build"),
        *("scikit-build-core", "setuptools-rust", "sip"),
    }
)


def native_modules(files: Mapping[str, bytes]) -> frozenset[str] | None:
    """Return the top-level modules that are compiled; None where some have an unknown name.

    Args:
        files: the project files of the tree, by path.

    Raises:
        HostileFile: pyproject.toml breaks a bound.
    """
    tables = toml.tables(files.get("pyproject.toml"))
    name = toml.dig(tables, "tool", "maturin", "module-name")
    listed = toml.dig(tables, "tool", "setuptools", "ext-modules")
    tree = source_code.parsed(files.get("setup.py", b""))
    names: list[str | None] = [*_of_tables(listed), *(_of_script(tree) if tree else ())]
    if isinstance(name, str):
        names.append(name)
    else:
        system = build_system(files)
        tools = {own for own, _ in system.requirements} if system is not None else set()
        names += [None] if tools & _COMPILING else []
    plain = [own.partition(".")[0] for own in names if own is not None]
    return frozenset(plain) if len(plain) == len(names) else None


def _of_tables(listed: object) -> Iterator[str | None]:
    for table in listed if isinstance(listed, list) else ():
        name = table.get("name") if isinstance(table, dict) else None
        yield name if isinstance(name, str) else None


def _of_script(tree: ast.Module) -> Iterator[str | None]:
    """Yield the name of each extension that setup.py makes; None for one that is computed."""
    bound = source_code.assigned(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and source_code.called(node).endswith("Extension"):
            named = (own.value for own in node.keywords if own.arg == "name")
            yield _text(next(iter((*node.args[:1], *named)), None), bound.items())


def _text(node: ast.expr | None, bound: Iterable[tuple[str, ast.expr]]) -> str | None:
    """Return a text that is written out, there or where the name of it is bound."""
    if isinstance(node, ast.Name):
        node = dict(bound).get(node.id)
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return None
