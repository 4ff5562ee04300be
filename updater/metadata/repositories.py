"""Which addresses a release gives of its repository and of pages about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from updater import toml
from updater.metadata import headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Source: PyPA specification "Well-known Project URLs in Metadata", and what projects write besides.
_LABELS = (
    "source",
    "repository",
    "sourcecode",
    "code",
    "github",
    "gitlab",
    "codeberg",
    "homepage",
    "releasenotes",
    "changelog",
    "changes",
    "whatsnew",
    "history",
    "issues",
    "bugs",
    "issue",
    "tracker",
    "issuetracker",
    "bugtracker",
)


def from_metadata(data: bytes) -> tuple[str, ...]:
    """Return the addresses that METADATA or PKG-INFO names, the likeliest first.

    Source: PyPA specification "Core metadata", "Project-URL" and "Home-page".
    """
    read = headers.parsed(data)
    listed = (url.partition(",") for url in read.every("project-url"))
    named = [(label, address) for label, _, address in listed]
    return _ordered([*named, ("homepage", read.first("home-page"))])


def from_tree(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the addresses that a source tree's own files name, by their paths."""
    addresses = from_metadata(files.get("PKG-INFO", b""))
    return addresses or _from_pyproject(files.get("pyproject.toml", b""))


def _from_pyproject(data: bytes) -> tuple[str, ...]:
    """Read ``[project.urls]``. Source: PyPA specification "pyproject.toml"."""
    urls = toml.dig(toml.tables(data), "project", "urls")
    return _ordered(urls.items()) if isinstance(urls, dict) else ()


def _ordered(named: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    places: list[tuple[int, str]] = []
    for label, address in named:
        plain = re.sub("[^a-z]", "", label.lower())
        if plain in _LABELS and isinstance(address, str) and address.strip():
            places.append((_LABELS.index(plain), address.strip()))
    return tuple(address for _, address in sorted(places, key=lambda place: place[0]))
