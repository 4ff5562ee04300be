"""How a PKG argument, or a key of ``packages:``, names a package.

The strongest way counts: what is the attribute name of a package is never taken for the pname of
another one.
"""

from __future__ import annotations

import fnmatch
import os.path
import re
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from updater.model import normalized_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from updater.model import Package

_PYTHON_SET = re.compile(r"(pkgs\.)?python[0-9]*(Packages|\.pkgs)")


class Fit(IntEnum):
    """The ways in which a text may name a package; of two, the greater counts."""

    GLOB = 1
    FOLDER = 2
    FILE = 3
    PNAME = 4
    NAME = 5
    PATH = 6
    IDENTITY = 7

    @property
    def means_many(self) -> bool:
        """Whether a text may name several packages in this way."""
        return self <= Fit.FILE


def fit(text: str, package: Package) -> Fit | None:  # noqa: PLR0911 - one return for each way
    """Return how a text names a package, None where it does not.

    Args:
        text: an identity; an attribute path, with or without its set; a name; a pname in any
            spelling of PEP 503; a file or folder, relative to the root; or a glob for any of them.
        package: as it was found among all others (`Package.namesakes`).
    """
    if text == package.identity:
        return Fit.IDENTITY
    if "." in text and text in _paths(package):
        return Fit.PATH
    names = package.names
    if text in names or _in_python_set(text, package):
        return Fit.NAME
    if text not in package.namesakes and _normalized(text) in map(_normalized, _aliases(package)):
        return Fit.PNAME
    path = os.path.normpath(text)
    if path == package.file:
        return Fit.FILE
    if package.file.startswith(f"{path}/"):
        return Fit.FOLDER
    if _is_glob(text):
        written = (*names, *_aliases(package), package.identity, package.file, *_paths(package))
        if any(fnmatch.fnmatchcase(form, text) for form in written):
            return Fit.GLOB
    return None


class PackageKeys:
    """The keys of ``packages:``, so arranged that one package does not look at all of them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._order = {key: number for number, key in enumerate(keys)}
        self._by_pname: dict[str, list[str]] = {}
        for key in self._order:
            self._by_pname.setdefault(_normalized(key), []).append(key)
        # What no text of a package itself leads to.
        self._rest = [
            key
            for key in self._order
            if _is_glob(key) or os.path.normpath(key) != key or _PYTHON_SET.match(key)
        ]

    def fitting(self, package: Package) -> list[str]:
        """Return the keys that name a package, the best fit last; of equal ones, the later."""
        if not self._order:
            return []
        texts = {package.identity, package.file, *package.names, *_paths(package)}
        texts.update(_folders(package.file))
        likely = {text for text in texts if text in self._order}
        likely.update(self._rest)
        for alias in _aliases(package):
            likely.update(self._by_pname.get(_normalized(alias), ()))
        ways = {key: way for key in likely if (way := fit(key, package)) is not None}
        return sorted(ways, key=lambda key: (ways[key], self._order[key]))


def _folders(file: str) -> Iterator[str]:
    """Yield the folders above a file."""
    end = file.rfind("/")
    while end > 0:
        yield file[:end]
        end = file.rfind("/", 0, end)


def _is_glob(text: str) -> bool:
    return bool(set("*?[") & set(text))


_normalized = lru_cache(maxsize=None)(normalized_name)


def _aliases(package: Package) -> tuple[str, ...]:
    return (package.name, package.pname) if package.pname else (package.name,)


def _paths(package: Package) -> Iterator[str]:
    """Yield the attribute paths of a package, also without the sets around it, or as quoted."""
    if package.attribute:
        yield package.identity.removeprefix(f"{package.file}#")
    for path in package.paths:
        for start in range(len(path) - 1):
            yield ".".join(path[start:])


def _in_python_set(text: str, package: Package) -> bool:
    """Tell whether a text is a set of Python packages and the name of one of them.

    An overlay may write it into such a set by another name (``pythonPackagesExtensions``,
    ``packageOverrides``), or be a file that says nothing of sets.
    """
    around, _, name = text.rpartition(".")
    if not around or not _PYTHON_SET.fullmatch(around):
        return False
    return any(
        path[-1] == name and (len(path) == 1 or any("python" in part.lower() for part in path[:-1]))
        for path in package.paths
        if path
    )
