"""Which files of a source are kept aside while it is hashed, since later stages read them."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import Final

_KEPT_BYTES: Final = 1 << 18
_DEEPEST: Final = 6

_ANYWHERE: Final = re.compile(
    r"""
    pyproject\.toml | setup\.(py|cfg) | Cargo\.toml | PKG-INFO | METADATA | Pipfile
    | environment\.ya?ml
    | [\w.-]*requirements[\w.-]*\.(txt|in) | requirements/[\w.-]+\.(txt|in)
    | _?_?(version|about|init|release|meta|metadata|package_info|pkg_info)_?_?\.py
    | VERSION(\.(txt|in))? | version(\.txt)? | \.git_archival\.(txt|json)
    """,
    re.VERBOSE,
)
_OF_REFS: Final = re.compile(r"[\w.-]*(version|revision|archival|git)[\w.-]*", re.IGNORECASE)
"""What may have the names of refs in it, and what says so."""

_OF_REFS_BYTES: Final = 1 << 14
_MOST_MARKS: Final = 100
_LICENCE: Final = re.compile(
    r"(licen[cs]e|copying|notice|unlicense|authors)([.\-_].*)?", re.IGNORECASE
)


def keep_project_files(path: str, size: int) -> bool:
    """Whether a file declares a version, requirements, a licence or refs, below the root.

    Files over 256 kB or more than six folders deep declare nothing of the project itself.
    """
    if size > _KEPT_BYTES or path.count("/") > _DEEPEST:
        return False
    folder, _, name = path.rpartition("/")
    return bool(
        _ANYWHERE.fullmatch(name)
        or _LICENCE.fullmatch(name)
        or (size <= _OF_REFS_BYTES and _OF_REFS.fullmatch(name))
        or (folder.endswith("requirements") and _ANYWHERE.fullmatch(f"requirements/{name}"))
    )


class Substituted:
    """The files that a .gitattributes before them marks ``export-subst``: refs may be in them.

    Marks are read as widely as they can be meant, by the name alone; git writes a folder's
    .gitattributes before most of its files. Source: gitattributes(5).
    """

    def __init__(self) -> None:
        self._names: list[re.Pattern[str]] = []

    def note(self, path: str, data: bytes) -> None:
        """Take in a file that is kept; only a .gitattributes tells something."""
        if path.rpartition("/")[2] != ".gitattributes" or b"export-subst" not in data:
            return
        for line in data.decode("utf-8", "replace").splitlines():
            pattern, *attributes = line.split() or [""]
            if "export-subst" in attributes and len(self._names) < _MOST_MARKS:
                name = pattern.strip('"').rpartition("/")[2]
                self._names.append(re.compile(translate(name)))

    def keep(self, path: str, size: int) -> bool:
        """Whether a file may have the names of refs in it."""
        name = path.rpartition("/")[2]
        return size <= _OF_REFS_BYTES and any(mark.match(name) for mark in self._names)
