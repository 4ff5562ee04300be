"""The version that a source tree declares about itself, read statically: no code is run.

Read in the order in which build back-ends do: pyproject.toml, setup.cfg, setup.py, the version
module that one of them names, PKG-INFO, then the usual version modules.
Sources: PyPA specification "pyproject.toml"; setuptools documentation, "Declarative config";
the documentation of hatch, poetry, flit and pdm on dynamic versions.
"""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Reader = Callable[[str], Awaitable[bytes | None]]

_MODULES = ("__init__.py", "version.py", "_version.py", "__version__.py", "__about__.py")
_NAMES = frozenset({"__version__", "version", "VERSION", "__VERSION__"})
_PLAUSIBLE = re.compile(r"v?\d[A-Za-z0-9.!+_-]*")


async def declared_version(read: Reader, packages: tuple[str, ...]) -> str | None:
    """Return the version that a source tree declares, None where it declares none as text.

    Args:
        read: returns a file's bytes by its path, None where there is none.
        packages: names that the import package may have, likeliest first.
    """
    pyproject = await read("pyproject.toml")
    if pyproject is not None:
        found = await _from_pyproject(pyproject, read)
        if found:
            return found
    for path, reader in (("setup.cfg", _from_setup_cfg), ("setup.py", _from_python)):
        data = await read(path)
        found = reader(data) if data is not None else None
        if found and found.startswith(("attr:", "file:")):
            found = await _from_pointer(found, read)
        if found:
            return _plain(found)
    return await _from_modules(packages, read)


async def _from_pyproject(data: bytes, read: Reader) -> str | None:
    try:
        tables: dict[str, Any] = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    for path in (("project", "version"), ("tool", "poetry", "version")):
        found = _dig(tables, *path)
        if isinstance(found, str) and _plain(found):
            return _plain(found)
    hatch = _dig(tables, "tool", "hatch", "version", "path")
    pdm = _dig(tables, "tool", "pdm", "version", "path")
    dynamic = _dig(tables, "tool", "setuptools", "dynamic", "version")
    for file in (hatch, pdm):
        if isinstance(file, str):
            return await _from_file(file, read)
    if isinstance(dynamic, dict):
        for kind, where in dynamic.items():
            if isinstance(where, str):
                return await _from_pointer(f"{kind}: {where}", read)
    return None


def _dig(tables: dict[str, Any], *path: str) -> object:
    value: object = tables
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _from_setup_cfg(data: bytes) -> str | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return None
    return parser.get("metadata", "version", fallback=None)


async def _from_pointer(pointer: str, read: Reader) -> str | None:
    """Follow setuptools' ``attr: package.module.NAME`` or ``file: PATH``."""
    kind, _, where = pointer.partition(":")
    where = where.strip()
    if kind == "file":
        data = await read(where)
        return _plain(data.decode("utf-8", "replace").strip()) if data is not None else None
    module = where.rpartition(".")[0].replace(".", "/")
    for root in ("", "src/"):
        for file in (f"{root}{module}.py", f"{root}{module}/__init__.py"):
            found = await _from_file(file, read)
            if found:
                return found
    return None


async def _from_file(path: str, read: Reader) -> str | None:
    data = await read(path)
    return _from_python(data) if data is not None else None


async def _from_modules(packages: tuple[str, ...], read: Reader) -> str | None:
    for root in ("", "src/"):
        for package in packages:
            for module in _MODULES:
                found = await _from_file(f"{root}{package}/{module}", read)
                if found:
                    return found
    return None


def _from_python(data: bytes) -> str | None:
    """Return a version that Python source assigns to a name, or passes to ``setup``."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    assigned = dict(_assignments(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "setup":
            for keyword in node.keywords:
                if keyword.arg == "version":
                    return _constant(keyword.value, assigned)
    return next((value for name, value in assigned.items() if name in _NAMES), None)


def _assignments(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        found = _constant(value, {})
        for target in targets:
            if isinstance(target, ast.Name) and found:
                yield target.id, found


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _constant(value: ast.expr, assigned: dict[str, str]) -> str | None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return _plain(value.value)
    return assigned.get(value.id) if isinstance(value, ast.Name) else None


def _plain(text: str) -> str | None:
    """Return a version without a leading ``v``, None where the text cannot be one."""
    return text.removeprefix("v") if _PLAUSIBLE.fullmatch(text) else None
