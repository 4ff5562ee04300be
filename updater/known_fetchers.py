"""The Nix functions that are known as fetchers."""

from __future__ import annotations

from updater import fetchers
from updater.discover import kinds
from updater.fetchers.base import Fetcher

FETCHERS: dict[str, Fetcher] = {
    function: kind
    for kind in kinds(fetchers, Fetcher)  # type: ignore[type-abstract]  # python/mypy#4717
    for function in sorted(kind.functions)
}
"""Nix function -> the kind that knows its arguments."""
