"""The Pythons that a source tree declares it runs on, read statically: no code is run.

Sources: PyPA specifications "pyproject.toml" (``requires-python``) and "Core metadata"
(``Requires-Python``); setuptools documentation, "Declarative config" (``python_requires``).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from updater import toml
from updater.metadata import headers, ini
from updater.metadata.apart import read_apart
from updater.metadata.folders import files_in
from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping


PATHS: Final = ("pyproject.toml", "setup.cfg", "PKG-INFO")
"""The files that tell it, likeliest first."""


def declared_python(files: Mapping[str, bytes | None]) -> str | None:
    """Return the specifier that a source tree declares, None where it declares none as text.

    Args:
        files: the tree's own files by path, as far as they are known.

    Raises:
        HostileFile: one of them breaks a bound.
    """
    for path, read in (
        ("pyproject.toml", _from_pyproject),
        ("setup.cfg", _from_setup_cfg),
        ("PKG-INFO", _from_metadata),
    ):
        data = files.get(path)
        requirement = printable(read(data)).strip() if data is not None else ""
        if requirement:
            return requirement
    return None


async def python_in(folder: str | None, files: Mapping[str, bytes | None]) -> str | None:
    """Return the specifier that the project in a folder of a source tree declares.

    Args:
        folder: as `files_in` has it.
        files: the whole tree's, by path, as far as they are known.

    Raises:
        HostileFile: one of them breaks a bound.
    """
    own = files_in(folder, files)
    size = sum(len(data or b"") for data in own.values())
    return await read_apart(partial(declared_python, own), size)


def _from_pyproject(data: bytes) -> str:
    requirement = toml.dig(toml.tables(data), "project", "requires-python")
    return requirement if isinstance(requirement, str) else ""


def _from_setup_cfg(data: bytes) -> str:
    read = ini.parsed(data)
    return (read.get("options", "python_requires") or "") if read is not None else ""


def _from_metadata(data: bytes) -> str:
    return headers.parsed(data).first("requires-python")
