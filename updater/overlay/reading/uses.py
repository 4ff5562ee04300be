"""Which packages use which, as far as names in their text tell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from updater.errors import Bug, ReadError, bugs_at
from updater.model import Span
from updater.overlay.reading import syntax, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from updater.model import Package

_SELECTIONS = ("select_expression", "has_attr_expression")
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_'-]*")


def uses(packages: Sequence[Package], texts: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return identity -> identities of the packages that its attribute set names.

    It names one where the expression says so, as the guide's
    ``with super.python3Packages; [ ema-pytorch ]`` and ``self.python3Packages.einops``: not in a
    comment or string, and not where an attribute of its own has that name.
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
                places = names_used(data)
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
def names_used(data: bytes) -> tuple[tuple[Span, str], ...]:
    """Return the names that expressions use, with their places; several stages of a run ask.

    Those are variables, what is selected (``ps.einops``, ``ps."einops"``), and inherited names.
    """
    names: list[tuple[Span, str]] = []
    waiting = [syntax.parse(data).root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if node.type == "variable_expression":
            names.append((syntax.span(node), syntax.text(node, data)))
        elif node.type == "inherited_attrs" or (
            node.type == "attrpath" and node.parent is not None and node.parent.type in _SELECTIONS
        ):
            names += [
                (syntax.span(part), terms.attribute_name(part, data))
                for part in node.named_children
            ]
    return tuple(names)


@lru_cache(maxsize=1024)
def paths_named(data: bytes) -> tuple[str, ...]:
    """Return the paths that a text names as they are written, those without an expression in them.

    Such as ``./fix.patch`` and ``../lib``; a path that is not relative is another machine's.
    """
    paths: dict[str, None] = {}
    waiting = [syntax.parse(data).root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.named_children)
        if node.type == "path_expression":
            written = syntax.text(node, data)
            if written.startswith((".", "..")) and "${" not in written:
                paths[written] = None
    return tuple(paths)


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
