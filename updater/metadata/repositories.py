"""Which repository a release says that it comes from."""

from __future__ import annotations

import email.parser
import re
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from updater.model import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from updater.model import Host

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
_PART = re.compile(r"(?!\.{1,2}$)[\w.-]+", re.ASCII)
_NO_OWNERS = frozenset({"sponsors", "orgs"})  # pages of GitHub's own


def from_metadata(data: bytes) -> tuple[str, ...]:
    """Return the addresses that METADATA or PKG-INFO names, the likeliest first.

    Source: PyPA specification "Core metadata", "Project-URL" and "Home-page".
    """
    message = email.parser.BytesHeaderParser().parsebytes(data)
    listed = (str(one).partition(",") for one in message.get_all("Project-URL", []))
    named = [(label, address) for label, _, address in listed]
    return _ordered([*named, ("homepage", str(message.get("Home-page") or ""))])


def from_tree(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the addresses that a source tree's own files name, by their paths."""
    found = from_metadata(files.get("PKG-INFO", b""))
    return found or _from_pyproject(files.get("pyproject.toml", b""))


def _from_pyproject(data: bytes) -> tuple[str, ...]:
    """Read ``[project.urls]``. Source: PyPA specification "pyproject.toml"."""
    try:
        project = tomllib.loads(data.decode()).get("project", {})
    except (ValueError, RecursionError):
        return ()
    urls = project.get("urls", {}) if isinstance(project, dict) else {}
    return _ordered(urls.items()) if isinstance(urls, dict) else ()


def _ordered(named: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    places: list[tuple[int, str]] = []
    for label, address in named:
        plain = re.sub("[^a-z]", "", label.lower())
        if plain in _LABELS and isinstance(address, str) and address.strip():
            places.append((_LABELS.index(plain), address.strip()))
    return tuple(address for _, address in sorted(places, key=lambda one: one[0]))


def repository(addresses: Iterable[str], hosts: Mapping[str, Host]) -> Project | None:
    """Return the first repository on a known host that addresses name, also by a page of it."""
    found = (_repository(address, hosts) for address in addresses)
    return next((one for one in found if one is not None), None)


def _repository(address: str, hosts: Mapping[str, Host]) -> Project | None:
    try:
        parts = urlsplit(address)
        name = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    host = hosts.get(name)
    if host is None or parts.scheme not in ("http", "https"):
        return None
    path = [one for one in parts.path.removesuffix(".git").split("/") if one]
    if host.kind != "gitlab":
        path = path[:2]
    elif "-" in path:  # a page of the repository: groups of GitLab may be nested
        path = path[: path.index("-")]
    known = len(path) > 1 and path[0] not in _NO_OWNERS and all(map(_PART.fullmatch, path))
    return Project.repository(host.name, "/".join(path)) if known else None
