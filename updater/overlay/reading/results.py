"""What a fetched source has of its call's arguments: ``src.owner``, ``src.tag``, ``src.rev``.

Source: nixpkgs, pkgs/build-support/fetchgithub, fetchgitlab, fetchgitea and fetchgit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from updater.overlay.reading import syntax, terms
from updater.overlay.reading.scope import lookup

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from updater.overlay.reading.scope import AttributeScope, Binding, Scope

_OF_A_FORGE = frozenset({"owner", "repo", "rev", "tag"})
_KEPT = {
    "fetchFromForgejo": _OF_A_FORGE,
    "fetchFromGitHub": _OF_A_FORGE,
    "fetchFromGitLab": _OF_A_FORGE,
    "fetchFromGitea": _OF_A_FORGE,
    "fetchGit": frozenset({"rev"}),
    "fetchgit": frozenset({"rev", "tag", "url"}),
}


def argument_of(
    call: Node,
    scope: Scope,
    name: str,
    data: bytes,
    sets: Callable[[Node, Scope], tuple[AttributeScope, ...] | None],
) -> Binding | None:
    """Return the argument that ``call.name`` is; None where it is another value, or not known.

    The rev of a call with a tag is made from that: ``refs/tags/TAG``.

    Args:
        call: an expression.
        scope: what it reads.
        name: the attribute of its result.
        data: the file.
        sets: returns the set literals that an expression is.
    """
    head, applied = terms.applied(syntax.unwrap(call))
    if len(applied) != 1 or name not in _KEPT.get(terms.last_name(head, data), ()):
        return None
    arguments = sets(applied[0][1], scope)
    if not arguments or (name == "rev" and lookup(arguments, "tag") is not None):
        return None
    return lookup(arguments, name)
