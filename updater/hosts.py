"""The upstream kinds there are, the hosts that need no configuration, and what a token opens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from updater import upstreams
from updater.discover import kinds
from updater.upstreams.base import Upstream, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from updater.fetchers.base import Fetch
    from updater.model import Host, Project

UPSTREAMS = kinds(upstreams, Upstream)  # type: ignore[type-abstract]  # python/mypy#4717
"""Every kind, in the order in which they may claim a project."""

KNOWN_HOSTS: dict[str, Host] = {host.name: host for kind in UPSTREAMS for host in kind.hosts}
"""Hosts by name."""

HOST_KINDS: dict[str, Upstream] = {kind.kind: kind for kind in UPSTREAMS if kind.kind != "pypi"}
"""The kinds that a host in config.yaml may have."""


def guarded(fetch: Fetch, project: Project, hosts: Mapping[str, Host]) -> Fetch:
    """Return a fetch with the address at which a token opens what is not public, if there is one.

    Only for what is hashed as the tree below an archive's one folder: the folder has another name
    there, and so has the file other bytes.
    """
    host = host_of(project, hosts)
    as_tree = fetch.unpack and fetch.strip_root and urlsplit(fetch.url).path.endswith(".tar.gz")
    if host is None or not fetch.commit or not as_tree:
        return fetch
    return replace(fetch, guarded=HOST_KINDS[host.kind].archive(project, host, fetch.commit))
