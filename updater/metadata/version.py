"""The version that a source tree declares about itself, read statically: no code is run.

Read in the order in which build backends do: pyproject.toml, setup.cfg, setup.py, each with the
file that it points to; then PKG-INFO, the usual version modules and version files.
Sources: PyPA specifications "pyproject.toml" and "Core metadata"; setuptools documentation,
"Declarative config"; the documentation of hatch, poetry, flit, pdm and maturin on versions.
"""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING

from updater import toml
from updater.metadata import headers, ini, source_code
from updater.metadata.apart import read_apart
from updater.model.versions import LONGEST_VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from updater.toml import Tables

    Reader = Callable[[str], Awaitable[bytes | None]]

_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "PKG-INFO")
_ROOTS = ("", "src/")
_MODULES = ("__init__.py", "version.py", "_version.py", "__version__.py", "__about__.py")
_TEXTS = ("VERSION", "version.txt")
_NAMES = ("__version__", "version", "VERSION", "__VERSION__")
# Nix takes no ! in a name, and so none of PEP 440's epochs. Source: Nix manual, "Store path".
_PLAUSIBLE = re.compile(r"v?\d[A-Za-z0-9.+_-]*")
# What a project writes whose version is made elsewhere, from its tags.
_PLACEHOLDERS = frozenset({"0", "0.0", "0.0.0", "0.0.0.dev0"})
# Source: PyPA specification "Names and normalization". A name becomes a path here.
_PROJECT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_PATH = re.compile(r"[^\x00-\x1f]{1,1024}")
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

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    tables = await _tables(await read("pyproject.toml"))
    version = await _from_pyproject(tables, read)
    for path, reader in (("setup.cfg", _from_setup_cfg), ("setup.py", _from_python)):
        data = None if version else await read(path)
        text = await read_apart(partial(reader, data), len(data)) if data is not None else None
        if text and text.startswith(("attr:", "file:")):
            text = await _from_pointer(text, read)
        version = version or _plain(text)
    if version:
        return version
    stated = headers.parsed(await read("PKG-INFO") or b"").first("version").split()
    if stated:
        return _plain(stated[0])
    if _is_made_from_tags(tables):
        return None
    named = toml.dig(tables, "project", "name") or toml.dig(tables, "tool", "poetry", "name")
    is_name = isinstance(named, str) and _PROJECT.fullmatch(named)
    own = (re.sub("[-.]+", "_", str(named)).lower(),) if is_name else ()
    return await _from_anywhere(tuple(dict.fromkeys((*packages, *own))), read)


# --- pyproject.toml -----------------------------------------------------------------------------


async def _tables(data: bytes | None, file: str = "pyproject.toml") -> Tables:
    return await read_apart(partial(toml.tables, data, file), len(data or b""))


async def _from_pyproject(tables: Tables, read: Reader) -> str | None:
    for path in (("project", "version"), ("tool", "poetry", "version")):
        version = toml.dig(tables, *path)
        if isinstance(version, str) and _plain(version):
            return _plain(version)
    for file in (
        toml.dig(tables, "tool", "hatch", "version", "path"),
        toml.dig(tables, "tool", "pdm", "version", "path"),
    ):
        if isinstance(file, str):
            return await _from_file(file, read)
    dynamic = toml.dig(tables, "tool", "setuptools", "dynamic", "version")
    for kind, where in dynamic.items() if isinstance(dynamic, dict) else ():
        listed = where[0] if isinstance(where, list) and where else where
        if isinstance(listed, str):
            return await _from_pointer(f"{kind}: {listed}", read)
    if toml.dig(tables, "build-system", "build-backend") == "maturin":
        stated = toml.dig(tables, "tool", "maturin", "manifest-path")
        manifest = stated if isinstance(stated, str) else "Cargo.toml"
        tables = await _tables(await _inside(manifest, read), manifest)
        cargo = toml.dig(tables, "package", "version")
        return _plain(cargo) if isinstance(cargo, str) else None
    return None


def _is_made_from_tags(tables: Tables) -> bool:
    tool = toml.dig(tables, "tool")
    tools = tool if isinstance(tool, dict) else {}
    return (
        "setuptools_scm" in tools
        or "setuptools-git-versioning" in tools
        or "poetry-dynamic-versioning" in tools
        or "versioneer" in tools
        or toml.dig(tables, "tool", "hatch", "version", "source") == "vcs"
        or toml.dig(tables, "tool", "pdm", "version", "source") == "scm"
    )


# --- the other files ----------------------------------------------------------------------------


def _from_setup_cfg(data: bytes) -> str | None:
    read = ini.parsed(data)
    return read.get("metadata", "version") if read is not None else None


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
            version = await _from_file(f"{root}{module.replace('.', '/')}{ending}", read, name)
            if version:
                return version
    return None


async def _from_file(path: str, read: Reader, name: str = "") -> str | None:
    data = await _inside(path, read)
    if data is None:
        return None
    return await read_apart(partial(_from_python, data, name), len(data))


async def _inside(path: str, read: Reader) -> bytes | None:
    """Read a file that the tree itself names: only one inside it."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or not _PATH.fullmatch(path) or not parts:
        return None
    return await read("/".join(parts))


async def _from_anywhere(packages: tuple[str, ...], read: Reader) -> str | None:
    for path in _module_files(packages):
        version = await _from_file(path, read)
        if version:
            return version
    for path in _TEXTS:
        data = await read(path)
        version = _plain(data.decode("utf-8", "replace").strip()) if data is not None else None
        if version:
            return version
    return None


# --- Python -------------------------------------------------------------------------------------


def _from_python(data: bytes, name: str = "") -> str | None:
    """Return a version that Python source assigns to a name, or passes to ``setup``."""
    tree = source_code.parsed(data)
    if tree is None:
        match = _PLAIN_ASSIGNMENT.search(data)  # Python 2, newer than this one, or very long
        return _plain(match[1].decode("utf-8", "replace")) if match else None
    assigned = dict(_assignments(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and source_code.called(node) == "setup":
            for keyword in node.keywords:
                if keyword.arg == "version":
                    return _constant(keyword.value, assigned)
    return next((assigned[variable] for variable in (name, *_NAMES) if variable in assigned), None)


def _assignments(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        constant = _constant(value, {})
        for target in targets:
            if isinstance(target, ast.Name) and constant:
                yield target.id, constant


def _constant(value: ast.expr, assigned: dict[str, str]) -> str | None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return _plain(value.value)
    return assigned.get(value.id) if isinstance(value, ast.Name) else None


def _plain(text: str | None) -> str | None:
    """Return a version without a leading ``v``, None where the text cannot be one."""
    if text is None or len(text) > LONGEST_VERSION or text in _PLACEHOLDERS:
        return None
    if not _PLAUSIBLE.fullmatch(text):
        return None
    return text.removeprefix("v")
