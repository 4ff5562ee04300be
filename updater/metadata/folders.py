"""A project that lies in a folder of its source, and what the top of that says in its place."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from updater.metadata import headers, ini, source_code, toml
from updater.metadata.apart import read_apart
from updater.metadata.version import declared_version, files_read
from updater.model import normalized_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.metadata.version import Reader

T = TypeVar("T")


class SourcePlace(NamedTuple):
    """Where in a source tree a project lies, and what it may be called.

    Attributes:
        folder: empty for the top, None where nobody knows.
        modules: names that the import package may have, likeliest first.
    """

    folder: str | None
    modules: tuple[str, ...]


def paths_read(place: SourcePlace) -> tuple[str, ...]:
    """Return the paths that may be read of a source tree, likeliest first."""
    folder, modules = place
    own = tuple(f"{folder}/{path}" for path in files_read(modules)) if folder else ()
    return (*own, *files_read(modules))


def files_in(folder: str | None, files: Mapping[str, T]) -> dict[str, T]:
    """Return the files of a project by their paths in its folder; none where nobody knows it."""
    if folder is None:
        return {}
    start = f"{folder}/" if folder else ""
    return {
        path.removeprefix(start): data for path, data in files.items() if path.startswith(start)
    }


async def version_in(place: SourcePlace, read: Reader) -> str | None:
    """Return the version that a project declares which lies in a folder of its source.

    Where the folder declares none, the top counts if it is the same project by its name.

    Args:
        place: where it lies, and what it may be called.
        read: returns a file's bytes by its path in the whole tree.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    folder, modules = place
    if folder == "":
        return await declared_version(read, modules)
    if folder is not None:

        async def read_inside(path: str) -> bytes | None:
            return await read(f"{folder}/{path}")

        version = await declared_version(read_inside, modules)
        if version is not None:
            return version
    name = await _project_name(read)
    is_same = normalized_name(name) in {normalized_name(module) for module in modules}
    return await declared_version(read, modules) if name and is_same else None


async def _project_name(read: Reader) -> str:
    """Return the name of the project at the top of a tree, an empty string where it has none."""
    for path, reader in (
        ("pyproject.toml", _of_pyproject),
        ("setup.cfg", _of_setup_cfg),
        ("setup.py", _of_setup_py),
        ("PKG-INFO", _of_metadata),
    ):
        data = await read(path)
        name = await read_apart(partial(reader, data), len(data)) if data is not None else ""
        if name:
            return name
    return ""


def _of_pyproject(data: bytes) -> str:
    tables = toml.tables(data)
    names = (toml.dig(tables, "project", "name"), toml.dig(tables, "tool", "poetry", "name"))
    return next((name for name in names if isinstance(name, str)), "")


def _of_setup_cfg(data: bytes) -> str:
    read = ini.parsed(data)
    return (read.get("metadata", "name") or "") if read is not None else ""


def _of_setup_py(data: bytes) -> str:
    tree = source_code.parsed(data)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and source_code.called(node) == "setup":
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "name" and isinstance(value, ast.Constant):
                    return value.value if isinstance(value.value, str) else ""
    return ""


def _of_metadata(data: bytes) -> str:
    return headers.parsed(data).first("name")
