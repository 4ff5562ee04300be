"""The Pythons that a source tree declares it runs on, read statically: no code is run.

Sources: PyPA specifications "pyproject.toml" (``requires-python``) and "Core metadata"
(``Requires-Python``); setuptools documentation, "Declarative config" (``python_requires``).
"""

from __future__ import annotations

import configparser
import re
import tomllib
from typing import TYPE_CHECKING

from updater.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping


_REQUIRES = re.compile(rb"^Requires-Python:(.*)$", re.MULTILINE | re.IGNORECASE)


def declared_python(files: Mapping[str, bytes | None]) -> str | None:
    """Return the specifier that a source tree declares, None where it declares none as text.

    Args:
        files: the tree's own files by path, as far as they are known.
    """
    for path, read in (
        ("pyproject.toml", _from_pyproject),
        ("setup.cfg", _from_setup_cfg),
        ("PKG-INFO", _from_metadata),
    ):
        data = files.get(path)
        found = printable(read(data)).strip() if data is not None else ""
        if found:
            return found
    return None


def _from_pyproject(data: bytes) -> str:
    try:
        project = tomllib.loads(data.decode()).get("project")
    except (ValueError, RecursionError):
        return ""
    said = project.get("requires-python") if isinstance(project, dict) else None
    return said if isinstance(said, str) else ""


def _from_setup_cfg(data: bytes) -> str:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return ""
    return parser.get("options", "python_requires", fallback="")


def _from_metadata(data: bytes) -> str:
    headers = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = _REQUIRES.search(headers)
    return found[1].decode("utf-8", "replace") if found is not None else ""
