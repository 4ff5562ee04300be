"""The arguments of a package file, by which what `callPackage` gives is named in its lists.

Source: Nix manual, "Functions"; Nixpkgs manual, "callPackage".
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from updater.errors import PatchError
from updater.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from updater.overlay.reading.input_elements import ListLiteral
    from updater.overlay.reading.inputs import Formals, PackagePlace

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_BETWEEN = re.compile(rb"\s*,\s*")
_CONDITIONS = {"super.python3Packages.": "", "super.": ""}


def calling(place: PackagePlace) -> Formals | None:
    """Return the arguments of the function that gets a package's builder; None where none does.

    Only the set of Python packages has it, so that what else the function gets is of that set.
    """
    builder = place.builder[0] if len(place.builder) == 1 else ""
    return next((own for own in place.formals if builder in own.names), None)


def named(formals: Formals, literal: ListLiteral | None, name: str) -> str:
    """Return a package's name in a list of a package file.

    Raises:
        PatchError: it is not a name of Nix, or means something else there.
    """
    bound = literal.scope.holder(name) is not None if literal is not None else False
    if not _NAME.fullmatch(name) or (bound and name not in formals.names):
        raise PatchError(
            f"{name[:80]!a} cannot be an argument of the package's function",
            hint="add it by hand",
        )
    return name


def conditioned(condition: str) -> str:
    """Return a condition of ``super`` as a package file writes it."""
    for long, short in _CONDITIONS.items():
        condition = condition.replace(long, short)
    return condition


def joined(data: bytes, formals: Formals, names: Iterable[str], beside: str) -> tuple[Edit, ...]:
    """Return the edit that gives a function further arguments, in the way of the others.

    Args:
        data: the file.
        formals: what it gets.
        names: what it is to get; those that it gets by now are left.
        beside: the argument behind which they go; behind the last where there is no such.
    """
    new = [name for name in dict.fromkeys(names) if name not in formals.names]
    spans = list(formals.names.values())
    if not new or not spans:
        return ()
    gaps = [data[before.end : after.start] for before, after in pairwise(spans)]
    between = next((gap for gap in reversed(gaps) if _BETWEEN.fullmatch(gap)), b", ")
    end = formals.names.get(beside, spans[-1]).end
    text = b"".join(between + name.encode() for name in new)
    return (Edit(Span(end, end), text),)
