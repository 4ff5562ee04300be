"""Which packages use which, as far as names in their text tell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from updater.errors import Bug, ReadError, bugs_at
from updater.model import Span
from updater.overlay.reading import syntax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Package

_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_'-]*")


def uses(packages: Sequence[Package], texts: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return identity -> identities of the packages that its attribute set names.

    A name in a comment or string is no use of it. Names are those of attributes: the guide's
    ``with super.python3Packages; [ ema-pytorch ]`` and ``self.python3Packages.einops``.
    """
    by_name: dict[str, list[str]] = {}
    by_file: dict[str, list[Package]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package.identity)
        by_file.setdefault(package.file, []).append(package)
    dependencies: dict[str, tuple[str, ...]] = {}
    for file, data in texts.items():
        own_packages = by_file.get(file, [])
        if not own_packages:
            continue
        try:
            with bugs_at(ReadError.stage):
                places = _names(data)
        except Bug:  # told where the file was read; every word may be a use
            places = tuple((Span(*word.span()), word[0].decode()) for word in _WORD.finditer(data))
        for package in own_packages:
            names = {name for where, name in places if where in package.span}
            used = (
                identity for name in sorted(names & by_name.keys()) for identity in by_name[name]
            )
            dependencies[package.identity] = tuple(
                identity for identity in used if identity != package.identity
            )
    return dependencies


@lru_cache(maxsize=1024)
def _names(data: bytes) -> tuple[tuple[Span, str], ...]:
    """Return the names and text in a file, with their places; several stages of a run ask."""
    return tuple(
        (syntax.span(leaf), syntax.text(leaf, data))
        for leaf in syntax.leaves(syntax.parse(data).root)
        if leaf.type in ("identifier", "string_fragment")
    )


def dependents(identity: str, used: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return all packages that use one, directly or through others, dependencies first."""
    ordered: list[str] = []
    for user in in_order(used):
        if user != identity and any(
            dependency in (identity, *ordered) for dependency in used[user]
        ):
            ordered.append(user)
    return tuple(ordered)


def in_order(used: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return all identities, dependencies first; within a circle, in the given order."""
    ordered: dict[str, None] = {}
    for start in used:
        waiting = [(start, iter(used[start]))]
        entered = {start}
        while waiting:
            current, rest = waiting[-1]
            following = next((n for n in rest if n not in entered and n not in ordered), None)
            if following is None:
                ordered[current] = None
                waiting.pop()
            else:
                entered.add(following)
                waiting.append((following, iter(used.get(following, ()))))
    return tuple(ordered)
