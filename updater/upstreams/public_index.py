"""PyPI: its address, and the pages that it has for people.

Source: pypi-simple's constant, and PyPI's documentation of its addresses, "Project URLs".
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from updater.effects import files

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDRESS = re.compile(r'^PYPI_SIMPLE_ENDPOINT\b.*= "(.+)"$', re.MULTILINE)


def address() -> str:
    """Return the address of PyPI's index, without a slash at its end."""
    return (_read() or _imported()).rstrip("/")


@cache
def known_address() -> str:
    """Return what `address` does, which is looked for once."""
    return address()


def release_pages(index: str, name: str) -> Callable[[str], str]:
    """Return what tells the page of each version of a project.

    It tells an empty string for an index of which no pages are known.
    """
    if index.rstrip("/") != known_address():
        return lambda _version: ""
    project = urljoin(index, f"/project/{quote(name, safe='')}/")
    return lambda version: f"{project}{quote(version, safe='')}/"


def _read() -> str:
    """Read PyPI's address in pypi-simple's source, or an empty string.

    To import the package for one constant takes a quarter of a second: its HTTP client comes along.
    """
    spec = find_spec("pypi_simple")
    origin = spec.origin if spec is not None else None
    source = files.find(Path(origin), origin) if origin else None
    # None in an archive, for instance.
    match = _ADDRESS.search(source.decode("utf-8")) if source is not None else None
    return match[1] if match is not None else ""


def _imported() -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415 - see _read

    return PYPI_SIMPLE_ENDPOINT
