"""Every fetcher, upstream, rule on a change and known host: found by their folders.

Fetchers and upstreams of others are found by the entry points ``updater.fetchers`` and
``updater.upstreams`` of what is installed beside the updater.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from updater import fetchers, upstreams
from updater.audit import change
from updater.effects import entry_points
from updater.errors import UsageError
from updater.fetchers.base import Fetcher
from updater.fetchers.forge import RevFetcher
from updater.model import Project
from updater.upstreams.base import Upstream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from updater.audit.change.base import ChangeRule
    from updater.model import Fetch, Host

T = TypeVar("T")

_COMPONENT = r"(?!\.{1,2}(?:/|$))[\w.-]+"
_REPOSITORY_PATH = re.compile(rf"~?{_COMPONENT}(?:/{_COMPONENT})+", re.ASCII)


def kinds(folder: ModuleType, of: type[T]) -> tuple[T, ...]:
    """Return the ``KIND`` of every module in a package folder, in the order of their names.

    Raises:
        TypeError: a module's ``KIND`` is not of the type that the folder holds.
    """
    members: list[T] = []
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda info: info.name):
        kind = getattr(importlib.import_module(f"{folder.__name__}.{module.name}"), "KIND", None)
        if kind is None:
            continue
        if not isinstance(kind, of):
            raise TypeError(f"{folder.__name__}.{module.name}.KIND is not a {of.__name__}")
        members.append(kind)
    return tuple(members)


def installed(group: str, of: type[T], own: Mapping[str, T]) -> tuple[T, ...]:
    """Return the kinds that other installed packages name as entry points of a group.

    Args:
        group: ``updater.fetchers`` or ``updater.upstreams``.
        of: what each must be an instance of.
        own: the updater's, by what no two kinds may share.

    Raises:
        UsageError: one cannot be imported, is something else, or is known already.
    """
    members: list[T] = []
    taken = set(own)
    for name, kind in entry_points.objects(group):
        if not isinstance(kind, of):
            raise UsageError(f"{name} is not a {of.__name__} of the updater", hint=_OF_OTHERS)
        missing = [word for word in of.__annotations__ if not hasattr(kind, word)]
        if missing:
            raise UsageError(f"{name} has no {' and no '.join(missing)}", hint=_OF_OTHERS)
        for word in _words(kind):
            if word in taken:
                raise UsageError(f"{name} is for {word}, which is known already", hint=_OF_OTHERS)
            taken.add(word)
        members.append(kind)
    return tuple(members)


_OF_OTHERS = "see docs/adding-a-kind.md, A kind of your own; or uninstall that package"


def _words(kind: object) -> list[str]:
    """Return what no two kinds may share: a fetcher's functions, an upstream's word."""
    if isinstance(kind, Fetcher):
        return sorted(kind.functions)
    return [kind.kind] if isinstance(kind, Upstream) else []


FETCHERS: dict[str, Fetcher] = {
    function: kind
    for kind in kinds(fetchers, Fetcher)  # type: ignore[type-abstract]  # python/mypy#4717
    for function in sorted(kind.functions)
}
"""Nix function -> the kind that knows its arguments."""

FETCHERS |= {
    function: kind
    for kind in installed("updater.fetchers", Fetcher, FETCHERS)  # type: ignore[type-abstract]
    for function in sorted(kind.functions)
}

FETCH_FUNCTIONS = frozenset(FETCHERS)
"""Their names, by which overlays are read."""

WRITABLE: dict[str, frozenset[str]] = {name: kind.writes for name, kind in FETCHERS.items()}
"""Nix function -> the arguments of its calls that an update may change besides version and hash."""

_OWN = kinds(upstreams, Upstream)  # type: ignore[type-abstract]  # python/mypy#4717

UPSTREAMS = (
    *installed("updater.upstreams", Upstream, {kind.kind: kind for kind in _OWN}),  # type: ignore[type-abstract]
    *_OWN,
)
"""Every kind, in the order in which they may claim a project; those of others first."""


KNOWN_HOSTS: dict[str, Host] = {host.name: host for kind in UPSTREAMS for host in kind.hosts}
"""Hosts by name."""


SHORT_HOSTS: dict[str, str] = {host.short: name for name, host in KNOWN_HOSTS.items() if host.short}
"""What stands before the colon of a repository's short form -> the host's name."""


REV_FETCHERS: dict[str, RevFetcher] = {
    kind.host_kind: kind
    for kind in FETCHERS.values()
    if isinstance(kind, RevFetcher) and kind.host_kind
}
"""A host's kind -> the fetcher that pins the repositories on it."""


PROJECT_FORMS = tuple(
    f"{host.short}:{kind.form}" for kind in UPSTREAMS for host in kind.hosts if host.short
)
"""What a repository's short form looks like, for messages."""


HOST_KINDS: dict[str, Upstream] = {kind.kind: kind for kind in UPSTREAMS if kind.on_hosts}
"""The kinds that a host in config.yaml may have."""


@cache
def change_rules() -> tuple[ChangeRule, ...]:
    """Return every rule on a change; imported where a change is judged."""
    from updater.audit.change.base import ChangeRule  # noqa: PLC0415 - as they are

    return kinds(change, ChangeRule)  # type: ignore[type-abstract]  # python/mypy#4717


def read_project(text: str) -> Project:
    """Read a project's text, or a repository's short form: ``github:OWNER/REPO``.

    Raises:
        ValueError: it is neither.
    """
    short, _, path = text.partition(":")
    if short in SHORT_HOSTS and _REPOSITORY_PATH.fullmatch(path):
        text = f"https://{SHORT_HOSTS[short]}/{path}"
    return Project.parse(text)


class RepositoryPage(Struct, frozen=True):
    """An address on a host that is known.

    Attributes:
        project: the repository whose page it is.
        below: the rest of its path, empty for the repository's own page.
    """

    project: Project
    below: str


def page_at(address: str, hosts: Mapping[str, Host]) -> RepositoryPage | None:
    """Return which page an address is; None where no repository on a host that is known has it.

    Args:
        address: below ``https://NAME`` of a host, or below its web address.
        hosts: those that are known, by name.
    """
    try:
        parts = urlsplit(address)
        name = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    host, path = hosts.get(name) or hosts.get(parts.netloc), parts.path
    if host is None:
        host = next(
            (candidate for candidate in hosts.values() if address.startswith(f"{candidate.web}/")),
            None,
        )
        path = path.removeprefix(urlsplit(host.web).path) if host is not None else ""
    if host is None or parts.scheme not in ("http", "https"):
        return None
    components = [part for part in path.rstrip("/").removesuffix(".git").split("/") if part]
    own = HOST_KINDS[host.kind].repository_path(components)
    path = "/".join(own)
    if not _REPOSITORY_PATH.fullmatch(path):
        return None
    return RepositoryPage(Project.repository(host.name, path), "/".join(components[len(own) :]))


def guarded(fetch: Fetch, project: Project, hosts: Mapping[str, Host]) -> Fetch:
    """Return a fetch with the address at which a token opens what is not public, if there is one.

    Only for what is hashed as the tree below an archive's one folder: the folder has another name
    there, and so has the file other bytes.
    """
    host = project.on(hosts)
    as_tree = (
        fetch.unpack and fetch.unpacking != "flat" and urlsplit(fetch.url).path.endswith(".tar.gz")
    )
    if host is None or not fetch.commit or not as_tree:
        return fetch
    return replace(fetch, guarded=HOST_KINDS[host.kind].archive(project, host, fetch.commit))
