"""A project that lies in a folder of its source, and what the top of that says in its place."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from updater import toml
from updater.metadata import headers, ini, source_code
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
        names: what the overlay calls the project; with none, every project is it.
    """

    folder: str | None
    modules: tuple[str, ...]
    names: tuple[str, ...] = ()


def paths_read(place: SourcePlace) -> tuple[str, ...]:
    """Return the paths that may be read of a source tree, likeliest first."""
    folder, modules, _ = place
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

    The top of the tree counts only as the same project: where that is built unless it has another
    name, above a folder that declares none only where it has the very name.

    Args:
        place: where it lies, and what it may be called.
        read: returns a file's bytes by its path in the whole tree.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    folder, modules, names = place
    if folder == "":
        return None if await other_project(place, read) else await declared_version(read, modules)
    if folder is not None:

        async def read_inside(path: str) -> bytes | None:
            return await read(f"{folder}/{path}")

        version = await declared_version(read_inside, modules)
        if version is not None:
            return version
    name = await _project_name(read)
    is_same = normalized_name(name) in {normalized_name(own) for own in names or modules}
    return await declared_version(read, modules) if name and is_same else None


async def other_project(place: SourcePlace, read: Reader) -> str:
    """Return the name of a project at the top that the overlay calls otherwise; else nothing.

    A name that holds the other is the same project's: `python-NAME`, `NAME-nightly`, a fork's.

    Raises:
        HostileFile: a file that counts breaks a bound.
    """
    if place.folder != "" or not place.names:
        return ""
    name = await _project_name(read)
    declared = _letters(name)
    own = [_letters(name) for name in place.names]
    is_same = any(declared in letters or letters in declared for letters in own)
    return "" if is_same else name


def _letters(name: str) -> str:
    """Return what is left of a name where no separator counts: `SAM-2` is `sam2`."""
    return normalized_name(name).replace("-", "")


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
    if tree is None:
        return ""
    names = (
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and source_code.called(node) == "setup"
        for keyword in node.keywords
        if keyword.arg == "name"
    )
    name = next(names, None)
    if isinstance(name, ast.Name):
        name = source_code.assigned(tree).get(name.id)
    text = name.value if isinstance(name, ast.Constant) else ""
    return text if isinstance(text, str) else ""


def _of_metadata(data: bytes) -> str:
    return headers.parsed(data).first("name")
