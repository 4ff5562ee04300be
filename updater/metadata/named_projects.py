"""The projects that a source names where it says what it requires, though only code makes the list.

What is named there need not be required: it is what may be believed of a build's word.
"""

from __future__ import annotations

import ast
import re
from itertools import islice
from typing import TYPE_CHECKING

from updater.metadata import headers, requirement_files, requirements, source_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LISTS = re.compile(r"requirements[\w.-]*\.txt")
_MOST = 1_000


def named_projects(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the projects that a source names, by normalized names.

    That is what PKG-INFO requires, though the build may change it, what a file of requirements
    lists, and each text in setup.py that is a requirement as a whole.

    Args:
        files: its project files by path.

    Raises:
        HostileFile: a file breaks a bound.
    """
    return frozenset(name for name, _ in requirements.parsed(islice(_lines(files), _MOST)))


def _lines(files: Mapping[str, bytes]) -> Iterator[str]:
    yield from headers.parsed(files.get("PKG-INFO", b"")).every("requires-dist")
    for path in files:
        if _LISTS.fullmatch(path):
            yield from requirement_files.requirements(path, files) or ()
    tree = source_code.parsed(files.get("setup.py", b""))
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from node.value.splitlines()
