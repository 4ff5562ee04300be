"""What builds a source tree: its back-end and what that needs, read statically.

Source: PyPA specification "pyproject.toml", ``[build-system]``; PEP 517 for the defaults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from updater import toml
from updater.metadata.requirements import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

_BACKEND = "setuptools.build_meta:__legacy__"


class BuildSystem(Struct, frozen=True):
    """What a source tree is built with.

    Attributes:
        backend: the object that builds, such as ``hatchling.build``.
        requirements: by name, what must be there before it starts.
        script: the tree has a setup.py, so that it can be built as setuptools did before PEP 517.
    """

    backend: str
    requirements: tuple[tuple[str, str], ...]
    script: bool


def build_system(files: Mapping[str, bytes]) -> BuildSystem | None:
    """Return what builds a tree; None where nothing says it.

    Args:
        files: the tree's own files by path.

    Raises:
        HostileFile: pyproject.toml breaks a bound.
    """
    script = "setup.py" in files
    tables = toml.tables(files.get("pyproject.toml"))
    if not tables and not script:
        return None
    backend, listed = (
        toml.dig(tables, "build-system", key) for key in ("build-backend", "requires")
    )
    lines = [line for line in listed if isinstance(line, str)] if isinstance(listed, list) else None
    return BuildSystem(
        backend if isinstance(backend, str) else _BACKEND,
        parsed(["setuptools"] if lines is None else lines),
        script,
    )
