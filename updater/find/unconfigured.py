"""The files of a project that no configuration names: those that flake.nix or default.nix reaches.

A path that is written in a file counts wherever it stands: as what `import` or `callPackage` takes,
in a list, or as the folder that `readDir` lists.
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from updater.config.place import ENTRIES, FOLDERS
from updater.effects import files
from updater.errors import ReadError
from updater.kinds import FETCH_FUNCTIONS
from updater.overlay.reading.file import read_packages
from updater.overlay.reading.shape import paths_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from updater.model import Package

# What names the files of a folder, so that no path of theirs is written.
_LISTING = (b"readDir", b"listFilesRecursive", b"FromDirectoryRecursive")
_LISTS_ITS_FOLDER = re.compile(rb"(?:" + b"|".join(_LISTING) + rb")[\s({]++\./\.(?![\w./])")
_MOST_FILES = 5_000
# A function that is given the folder of its file: ``loadPackages ./.``.
_GIVEN_ITS_FOLDER = re.compile(rb"(?<![\w.'-])([A-Za-z_][\w'-]*+)\s++\./\.(?![\w./])")
_CALLS = re.compile(rb"import|callPackage\w*")


def entry_files(root: Path, beside: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return what leads to a project's packages, and the files that have some.

    Args:
        root: the project.
        beside: files that are read anyway, and do not count.

    Returns:
        One of `ENTRIES`, and the files in the order in which they are named; an empty string and
        none where nothing leads to a package.

    Raises:
        ReadError: a file cannot be read, or there are too many.
    """
    for entry in ENTRIES:
        if files.is_inside(root, entry):
            reached = (file for file in _reached(root, entry) if file not in beside)
            holding = tuple(file for file in reached if holds(root, file))
            if holding:
                return entry, holding
    return "", ()


def folder_files(root: Path) -> tuple[str, tuple[str, ...]]:
    """Return one of `FOLDERS`, and its files that have packages; as `entry_files` does."""
    for folder in FOLDERS:
        holding = tuple(file for file in _below(root, folder) if holds(root, file))
        if holding:
            return folder, holding
    return "", ()


def _reached(root: Path, entry: str) -> Iterator[str]:
    """Yield the entry, and every file that it or a file on the way names, in their order."""
    waiting, reached = [entry], {entry}
    own_functions = _FolderFunctions()
    while waiting:
        if len(reached) > _MOST_FILES:
            raise ReadError(f"{entry} leads to more than {_MOST_FILES} files")
        file = waiting.pop()
        yield file
        data = _text(root, file)
        own_functions.read(file, data)
        targets = list(_targets(root, file, data))
        if not waiting and not any(target not in reached for target in targets):
            targets = [below for folder in own_functions.listed() for below in _below(root, folder)]
        waiting += reversed([target for target in targets if target not in reached])
        reached.update(targets)


class _FolderFunctions:
    """Functions of the project that list a folder, and the folders of the files that call them."""

    def __init__(self) -> None:
        self._listing: list[bytes] = []
        self._calls: dict[str, set[bytes]] = {}

    def read(self, file: str, data: bytes) -> None:
        """Take note of what a file binds and calls."""
        if any(word in data for word in _LISTING):
            self._listing.append(data)
        names = {name for name in _GIVEN_ITS_FOLDER.findall(data) if not _CALLS.fullmatch(name)}
        folder = os.path.dirname(file)  # noqa: PTH120 - as text
        if names and folder:
            self._calls.setdefault(folder, set()).update(names)

    def listed(self) -> list[str]:
        """Return the folders that are given to such a function, each once."""
        folders = [
            folder
            for folder, names in self._calls.items()
            if any(_binds(text, name) for text in self._listing for name in names)
        ]
        for folder in folders:
            del self._calls[folder]
        return folders


def _binds(text: bytes, name: bytes) -> bool:
    return re.search(rb"(?<![\w.'-])" + re.escape(name) + rb"\s*+=(?!=)", text) is not None


def _targets(root: Path, file: str, data: bytes) -> Iterator[str]:
    """Yield the files that the paths in a file stand for."""
    lists = any(word in data for word in _LISTING)
    folder = os.path.dirname(file)  # noqa: PTH120 - as text
    for written in paths_in(data):
        path = os.path.normpath(f"./{folder}/{written}")
        default = os.path.normpath(f"{path}/default.nix")
        if path == folder:  # its own folder: its source, or the files beside it
            yield from _below(root, path) if lists else ()
        elif path == "." and not folder:  # or all of the project
            yield from _below(root, path) if _LISTS_ITS_FOLDER.search(data) else ()
        elif path.endswith(".nix") and files.is_inside(root, path):
            yield path
        elif files.is_inside(root, default):
            yield default
        elif not f"{folder}/".startswith(f"{path}/") and path != ".":
            yield from _below(root, path)


def _below(root: Path, folder: str) -> Iterator[str]:
    if folder.startswith(("..", "/")) or not files.is_folder(root / folder):
        return
    try:
        files.refuse_outside(root, folder)
    except ReadError:  # a path in a file may be a link to anything
        return
    yield from (file for file in files.listed(root, folder, ".nix") if files.is_inside(root, file))


def holds(root: Path, file: str) -> bool:
    """Tell whether a file has packages, calls files of packages, or would if it could be parsed.

    The project's own package, whose source is no download, is nothing to keep new. Nor is what an
    entry fetches without a name: ``import (fetchTarball { ... }) { src = ./.; }`` imports it.
    """
    data = _text(root, file)
    content = read_packages(data, file, FETCH_FUNCTIONS)
    is_entry = file in ENTRIES
    packages = [
        package
        for package in content.packages
        if not is_entry or (package.fetched is not None and _is_named(package))
    ]
    broken = content.problems and (is_entry or b"fetch" in data)
    return bool(packages or content.files or broken)


def _is_named(package: Package) -> bool:
    return bool(package.attribute or package.pname or package.version is not None)


def _text(root: Path, file: str) -> bytes:
    files.refuse_outside(root, file)
    return files.read_plain(root / file, file)
