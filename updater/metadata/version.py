"""The version that a source tree declares about itself, read statically: no code is run.

Read in the order in which build back-ends do: pyproject.toml, setup.cfg, setup.py, each with the
file that it points to; then PKG-INFO, the usual version modules and version files.
Sources: PyPA specifications "pyproject.toml" and "Core metadata"; setuptools documentation,
"Declarative config"; the documentation of hatch, poetry, flit, pdm and maturin on versions.
"""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Reader = Callable[[str], Awaitable[bytes | None]]

Tables: TypeAlias = "dict[str, Any]"

_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "PKG-INFO")
_ROOTS = ("", "src/")
_MODULES = ("__init__.py", "version.py", "_version.py", "__version__.py", "__about__.py")
_TEXTS = ("VERSION", "version.txt")
_NAMES = ("__version__", "version", "VERSION", "__VERSION__")
_PLAUSIBLE = re.compile(r"v?\d[A-Za-z0-9.!+_-]*")
# What a project writes whose version is made elsewhere, from its tags.
_PLACEHOLDERS = frozenset({"0", "0.0", "0.0.0", "0.0.0.dev0"})
_INFO = re.compile(rb"^Version:[ \t]*(\S+)", re.MULTILINE)
_PLAIN_ASSIGNMENT = re.compile(
    rb"""^(?:__version__|version|VERSION|__VERSION__)\s*=\s*["']([^"']+)["']""", re.MULTILINE
)


def files_read(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths that may be read of any source tree, likeliest first.

    Args:
        packages: names that the import package may have, likeliest first.
    """
    return (*_FILES, *_module_files(packages), *_TEXTS)


def _module_files(packages: tuple[str, ...]) -> Iterator[str]:
    for root in _ROOTS:
        for package in packages:
            for module in _MODULES:
                yield f"{root}{package}/{module}"


async def declared_version(read: Reader, packages: tuple[str, ...]) -> str | None:
    """Return the version that a source tree declares, None where it declares none as text.

    Args:
        read: returns a file's bytes by its path, None where there is none.
        packages: names that the import package may have, likeliest first.
    """
    tables = _tables(await read("pyproject.toml"))
    found = await _from_pyproject(tables, read)
    for path, reader in (("setup.cfg", _from_setup_cfg), ("setup.py", _from_python)):
        data = None if found else await read(path)
        said = reader(data) if data is not None else None
        if said and said.startswith(("attr:", "file:")):
            said = await _from_pointer(said, read)
        found = found or _plain(said)
    if found:
        return found
    info = await read("PKG-INFO")
    stated = _INFO.search(info) if info is not None else None
    if stated:
        return _plain(stated[1].decode("utf-8", "replace"))
    if _is_made_from_tags(tables):
        return None
    named = _dig(tables, "project", "name") or _dig(tables, "tool", "poetry", "name")
    own = (re.sub("[-.]+", "_", named).lower(),) if isinstance(named, str) else ()
    return await _from_anywhere(tuple(dict.fromkeys((*packages, *own))), read)


# --- pyproject.toml -----------------------------------------------------------------------------


def _tables(data: bytes | None) -> Tables:
    try:
        return tomllib.loads(data.decode()) if data is not None else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return {}


async def _from_pyproject(tables: Tables, read: Reader) -> str | None:
    for path in (("project", "version"), ("tool", "poetry", "version")):
        found = _dig(tables, *path)
        if isinstance(found, str) and _plain(found):
            return _plain(found)
    for file in (
        _dig(tables, "tool", "hatch", "version", "path"),
        _dig(tables, "tool", "pdm", "version", "path"),
    ):
        if isinstance(file, str):
            return await _from_file(file, read)
    dynamic = _dig(tables, "tool", "setuptools", "dynamic", "version")
    for kind, where in dynamic.items() if isinstance(dynamic, dict) else ():
        listed = where[0] if isinstance(where, list) and where else where
        if isinstance(listed, str):
            return await _from_pointer(f"{kind}: {listed}", read)
    if _dig(tables, "build-system", "build-backend") == "maturin":
        cargo = _dig(_tables(await read("Cargo.toml")), "package", "version")
        return _plain(cargo) if isinstance(cargo, str) else None
    return None


def _is_made_from_tags(tables: Tables) -> bool:
    tool = _dig(tables, "tool")
    known = tool if isinstance(tool, dict) else {}
    return (
        "setuptools_scm" in known
        or "setuptools-git-versioning" in known
        or "poetry-dynamic-versioning" in known
        or "versioneer" in known
        or _dig(tables, "tool", "hatch", "version", "source") == "vcs"
        or _dig(tables, "tool", "pdm", "version", "source") == "scm"
    )


def _dig(tables: Tables, *path: str) -> object:
    value: object = tables
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


# --- the other files ----------------------------------------------------------------------------


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
        data = await _inside(where, read)
        return _plain(data.decode("utf-8", "replace").strip()) if data is not None else None
    module, _, name = where.rpartition(".")
    for root in _ROOTS:
        for ending in (".py", "/__init__.py"):
            found = await _from_file(f"{root}{module.replace('.', '/')}{ending}", read, name)
            if found:
                return found
    return None


async def _from_file(path: str, read: Reader, name: str = "") -> str | None:
    data = await _inside(path, read)
    return _from_python(data, name) if data is not None else None


async def _inside(path: str, read: Reader) -> bytes | None:
    """Read a file that the tree itself names: only one inside it."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\0" in path or not parts:
        return None
    return await read("/".join(parts))


async def _from_anywhere(packages: tuple[str, ...], read: Reader) -> str | None:
    for path in _module_files(packages):
        found = await _from_file(path, read)
        if found:
            return found
    for path in _TEXTS:
        data = await read(path)
        found = _plain(data.decode("utf-8", "replace").strip()) if data is not None else None
        if found:
            return found
    return None


# --- Python -------------------------------------------------------------------------------------


def _from_python(data: bytes, name: str = "") -> str | None:
    """Return a version that Python source assigns to a name, or passes to ``setup``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an upstream's odd escapes are its own
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = _PLAIN_ASSIGNMENT.search(data)  # Python 2, or newer than this one
        return _plain(found[1].decode("utf-8", "replace")) if found else None
    assigned = dict(_assignments(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "setup":
            for keyword in node.keywords:
                if keyword.arg == "version":
                    return _constant(keyword.value, assigned)
    return next((assigned[one] for one in (name, *_NAMES) if one in assigned), None)


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


def _plain(text: str | None) -> str | None:
    """Return a version without a leading ``v``, None where the text cannot be one."""
    if text is None or not _PLAUSIBLE.fullmatch(text) or text in _PLACEHOLDERS:
        return None
    return text.removeprefix("v")
