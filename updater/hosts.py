"""The upstream kinds there are, and the hosts that need no configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater import upstreams
from updater.discover import kinds
from updater.upstreams.base import Upstream

if TYPE_CHECKING:
    from updater.model import Host

UPSTREAMS = kinds(upstreams, Upstream)  # type: ignore[type-abstract]  # python/mypy#4717
"""Every kind, in the order in which they may claim a project."""

KNOWN_HOSTS: dict[str, Host] = {host.name: host for kind in UPSTREAMS for host in kind.hosts}
"""Hosts by name."""

HOST_KINDS: dict[str, Upstream] = {kind.kind: kind for kind in UPSTREAMS if kind.kind != "pypi"}
"""The kinds that a host in config.yaml may have."""
